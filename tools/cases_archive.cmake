# The archive of all cases, with what one needs to replay them.
# cmake -DPROGRAM=<voxspec> -DSOURCE=<repository> -DVERSION=… -DSCRATCH=<folder> -DARCHIVE=<file> -P cases_archive.cmake
set(name voxspec-cases-${VERSION})
set(root ${SCRATCH}/${name})
file(REMOVE_RECURSE ${root})
file(MAKE_DIRECTORY ${root})
execute_process(COMMAND ${PROGRAM} expand --all ${root}/cases COMMAND_ERROR_IS_FATAL ANY)
file(GLOB pages ${SOURCE}/docs/*.md)
file(COPY ${pages} ${SOURCE}/docs/steps DESTINATION ${root}/docs)
file(COPY ${SOURCE}/traces/trace.schema.json DESTINATION ${root}/traces)
foreach(example replay python)
  file(GLOB files ${SOURCE}/examples/${example}/*.py ${SOURCE}/examples/${example}/*.json ${SOURCE}/examples/${example}/*.txt)
  file(COPY ${files} DESTINATION ${root}/examples/${example})
endforeach()
file(WRITE ${root}/README.md "# The cases of voxspec ${VERSION}, for whoever plays them by other means

`docs/replaying.md` says what a file in `cases` means and how it is played; `cases/index.json` lists them. The replayer in
`examples/replay` needs Python 3 alone and plays those over TCP on a bare conduit:

    python3 examples/replay/replay.py cases ./my-port

`examples/python` is a subject to begin with, `docs/adapter.md` tells how it was made.
")
# The same cases give the same archive.
execute_process(COMMAND ${CMAKE_COMMAND} -E tar czf ${ARCHIVE} --format=gnutar --mtime=2000-01-01 ${name}
  WORKING_DIRECTORY ${SCRATCH} COMMAND_ERROR_IS_FATAL ANY)
