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

# So is the example that README.md shows.
run(${CMAKE_COMMAND} -S ${SCRATCH}/prefix/share/voxspec/examples/service -B ${SCRATCH}/service -G Ninja
  -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_PREFIX_PATH=${SCRATCH}/prefix)
run(${CMAKE_COMMAND} --build ${SCRATCH}/service)
run(${SCRATCH}/service/calculator)
if(NOT out MATCHES "84 / 2 = 42")
  message(FATAL_ERROR "the installed example said: ${out}")
endif()

# The judge is installed, too, and its verdicts are tests of the outside project.
set(ENV{XDG_CACHE_HOME} ${SCRATCH}/cache)
run(${CMAKE_COMMAND} -E chdir ${SCRATCH}/build ctest -R "^whole|^each" --no-tests=error)
if(NOT out MATCHES "each\\.keepalive/pong\\[0\\]@acceptor" OR NOT out MATCHES "whole\\.prologue")
  message(FATAL_ERROR "ctest said: ${out}")
endif()
# The example is such a project.
find_program(PYTHON3 python3)
if(PYTHON3)
  run(${CMAKE_COMMAND} -S ${SCRATCH}/prefix/share/voxspec/examples/cmake -B ${SCRATCH}/example -DCMAKE_PREFIX_PATH=${SCRATCH}/prefix)
  run(${CMAKE_COMMAND} -E chdir ${SCRATCH}/example ctest --no-tests=error)
  if(NOT out MATCHES "conformance\\.handshake" OR NOT out MATCHES "pong\\.keepalive/pong\\[0\\]@initiator")
    message(FATAL_ERROR "ctest of the example said: ${out}")
  endif()
endif()

execute_process(COMMAND ${CMAKE_COMMAND} -E chdir ${SCRATCH}/build ctest -R "^missing"
  RESULT_VARIABLE code OUTPUT_QUIET ERROR_QUIET)
if(code EQUAL 0)
  message(FATAL_ERROR "a port that is not there passes its tests")
endif()
