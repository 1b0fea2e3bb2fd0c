# The examples are judged as their readers would do it.
if(NOT VOXSPEC_TESTS)
  return()
endif()

# Echo alone goes a long way: all cases of these chapters, but for those of its list of known failures.
set(chapters prologue link handshake keepalive protocol-error connection session
  request/unknown-method request/ids request/id-of-theirs request/ten-at-once)

# python_test(<name> <word>...): the command, unless there is no Python
find_program(PYTHON3 python3)
function(python_test name)
  if(PYTHON3)
    add_test(NAME examples.${name} COMMAND ${ARGN} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  else()
    add_test(NAME examples.${name} COMMAND ${CMAKE_COMMAND} -E echo "skipped: there is no python3")
  endif()
  set_tests_properties(examples.${name} PROPERTIES LABELS suite TIMEOUT 600 RESOURCE_LOCK suite
    SKIP_REGULAR_EXPRESSION "^skipped: " ENVIRONMENT "XDG_CACHE_HOME=${CMAKE_CURRENT_BINARY_DIR}/cache")
endfunction()

python_test(python voxspec run --subject examples/python ${chapters})
# The first step of docs/adapter.md, as it stands there.
python_test(first_step ${CMAKE_COMMAND} "-DPROGRAM=$<TARGET_FILE:voxspec>" "-DPAGE=${PROJECT_SOURCE_DIR}/docs/adapter.md"
  "-DFOLDER=${CMAKE_CURRENT_BINARY_DIR}/first_step" -P ${CMAKE_CURRENT_LIST_DIR}/first_step_test.cmake)
