# Each example of a step passes on the Rust subject, its expansion is printed, and its recording
# passes when it is replayed: see suite_tests.cmake.
function(must_run)
  execute_process(COMMAND ${PROGRAM} ${ARGN} RESULT_VARIABLE code OUTPUT_VARIABLE said
    ERROR_VARIABLE said TIMEOUT 100)
  if(NOT code EQUAL 0)
    list(SUBLIST ARGN 0 4 words)
    message(FATAL_ERROR "voxspec ${words}: exit code ${code}\n${said}")
  endif()
endfunction()

file(GLOB examples ${TRACES}/*.json)
foreach(example ${examples})
  must_run(expand ${example})
endforeach()
file(REMOVE_RECURSE ${KEEP})
must_run(run --traces ${TRACES} --subject rust --no-expectations --keep ${KEEP})
file(GLOB_RECURSE records ${KEEP}/*.json)
must_run(replay --subject rust ${records})

list(LENGTH examples traces)
list(LENGTH records cases)
message(STATUS "${traces} examples, ${cases} cases replayed")
