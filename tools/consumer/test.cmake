# Installs the library and the judge below a scratch folder, builds the outside project against them and
# runs it and its tests.
include(${CMAKE_CURRENT_LIST_DIR}/run.cmake)

file(REMOVE_RECURSE ${SCRATCH})
foreach(component runtime development)
  run(${CMAKE_COMMAND} --install ${BUILD} --component ${component} --prefix ${SCRATCH}/prefix)
endforeach()
run(${CMAKE_COMMAND} -S ${SOURCE} -B ${SCRATCH}/build -G Ninja -DCMAKE_BUILD_TYPE=${BUILD_TYPE}
  -DCMAKE_CXX_COMPILER=${COMPILER} "-DCMAKE_CXX_FLAGS=${FLAGS}"
  -DCMAKE_PREFIX_PATH=${SCRATCH}/prefix)
run(${CMAKE_COMMAND} --build ${SCRATCH}/build)
run(${SCRATCH}/build/app)
if(NOT out MATCHES "came back")
  message(FATAL_ERROR "the outside program said: ${out}")
endif()

# The judge is installed, too, and its verdicts are tests of the outside project.
set(ENV{XDG_CACHE_HOME} ${SCRATCH}/cache)
run(${CMAKE_COMMAND} -E chdir ${SCRATCH}/build ctest -R "^whole|^each" --no-tests=error)
if(NOT out MATCHES "each\\.keepalive/pong\\[0\\]@acceptor" OR NOT out MATCHES "whole\\.prologue")
  message(FATAL_ERROR "ctest said: ${out}")
endif()
execute_process(COMMAND ${CMAKE_COMMAND} -E chdir ${SCRATCH}/build ctest -R "^missing"
  RESULT_VARIABLE code OUTPUT_QUIET ERROR_QUIET)
if(code EQUAL 0)
  message(FATAL_ERROR "a port that is not there passes its tests")
endif()
