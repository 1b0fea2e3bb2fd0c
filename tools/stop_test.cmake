# A run that a signal stops ends with 130 and whole reports, and leaves nothing behind. The subject
# never answers, so that without the signal the run would last an hour.
set(folder ${OUT}/stopped)
file(REMOVE_RECURSE ${folder})
file(MAKE_DIRECTORY ${folder}/tmp)
execute_process(
  COMMAND ${CMAKE_COMMAND} -E env TMPDIR=${folder}/tmp timeout --preserve-status -s ${SIGNAL} 2
    ${PROGRAM} --traces ${TRACES} run --subject null-hang --transport local --guard 3600000
    --case-limit 3600000 --json ${folder}/run.json --junit ${folder}/run.xml
  RESULT_VARIABLE code OUTPUT_VARIABLE out ERROR_VARIABLE err TIMEOUT 120)
set(said "exit code: ${code}\nstandard output:\n${out}\nstandard error:\n${err}")
if(NOT code EQUAL 130)
  message(FATAL_ERROR "expected exit code 130\n${said}")
endif()
if(NOT "${out}${err}" MATCHES "stopped +by ${SIGNAL}")
  message(FATAL_ERROR "expected that it says by what it was stopped\n${said}")
endif()
file(GLOB left LIST_DIRECTORIES true ${folder}/tmp/* ${folder}/*.part)
if(left)
  message(FATAL_ERROR "expected that nothing is left behind, not ${left}")
endif()
file(READ ${folder}/run.json run)
string(JSON by GET "${run}" stopped_by)
string(JSON not_run GET "${run}" totals not_run)
string(JSON cases LENGTH "${run}" cases)
if(NOT by STREQUAL "${SIGNAL}" OR NOT not_run EQUAL 3 OR NOT cases EQUAL 3)
  message(FATAL_ERROR "expected a report of three cases that were not run, got\n${run}")
endif()
file(READ ${folder}/run.xml run)
if(NOT run MATCHES "</testsuites>\n$")
  message(FATAL_ERROR "expected a whole document, got\n${run}")
endif()
