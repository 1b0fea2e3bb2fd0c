# The examples are judged as their readers would do it.
if(NOT VOXSPEC_TESTS)
  return()
endif()

# Echo alone goes a long way: all cases of these chapters, but for those of its list of known failures.
set(chapters "prologue/*" "link/*" "handshake/*" "keepalive/*" "protocol-error/*" "connection/*" "session/*"
  "request/unknown-method" "request/ids" "request/id-of-theirs" "request/ten-at-once")
find_program(PYTHON3 python3)
if(PYTHON3)
  add_test(NAME examples.python COMMAND voxspec run --subject examples/python ${chapters}
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
else()
  add_test(NAME examples.python COMMAND ${CMAKE_COMMAND} -E echo "skipped: there is no python3")
endif()
set_tests_properties(examples.python PROPERTIES LABELS suite TIMEOUT 300 RESOURCE_LOCK suite
  SKIP_REGULAR_EXPRESSION "^skipped: " ENVIRONMENT "XDG_CACHE_HOME=${CMAKE_CURRENT_BINARY_DIR}/cache")
