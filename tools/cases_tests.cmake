# The cases as a product of their own: written, checked against their schema, packed, and replayed by the example.
set(archive ${PROJECT_BINARY_DIR}/voxspec-cases-${PROJECT_VERSION}.tar.gz)
add_custom_target(cases_archive
  COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:voxspec> -DSOURCE=${PROJECT_SOURCE_DIR} -DVERSION=${PROJECT_VERSION}
    -DSCRATCH=${CMAKE_CURRENT_BINARY_DIR}/cases -DARCHIVE=${archive} -P ${CMAKE_CURRENT_SOURCE_DIR}/cases_archive.cmake
  DEPENDS voxspec VERBATIM)

if(NOT VOXSPEC_TESTS)
  return()
endif()

add_test(NAME cases.folder COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:voxspec>
  -DSCRATCH=${CMAKE_CURRENT_BINARY_DIR}/expand_test -P ${CMAKE_CURRENT_SOURCE_DIR}/expand_test.cmake)
set_tests_properties(cases.folder PROPERTIES LABELS cli TIMEOUT 300)

python_with(python json)
if(python MATCHES "skipped")
  return()
endif()

python_with(python jsonschema)
add_test(NAME cases.trace_schema COMMAND ${python} ${CMAKE_CURRENT_SOURCE_DIR}/traces_test ${PROJECT_SOURCE_DIR}/traces)
set_tests_properties(cases.trace_schema PROPERTIES LABELS suite TIMEOUT 120 SKIP_REGULAR_EXPRESSION "skipped: ")

# Under the sanitizers a chapter: the other build has all of them.
set(chapters)
if("${CMAKE_CXX_FLAGS}" MATCHES "-fsanitize")
  set(chapters keepalive stable)
endif()
add_test(NAME cases.schema COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/cases_schema_test
  $<TARGET_FILE:voxspec> ${CMAKE_CURRENT_BINARY_DIR}/cases_schema ${chapters})
set_tests_properties(cases.schema PROPERTIES LABELS suite TIMEOUT 900 SKIP_REGULAR_EXPRESSION "skipped: ")
if(chapters)
  return()
endif()

subject_test(replayer NEEDS subject_rust COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/replayer_test
  $<TARGET_FILE:voxspec> ${CMAKE_CURRENT_BINARY_DIR}/replayer)
set_tests_properties(suite.replayer PROPERTIES TIMEOUT 900)
# What the page tells its reader to type, in a folder that has the examples.
add_test(NAME cases.page COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:voxspec> -DBUILD=${PROJECT_BINARY_DIR}
  -DSOURCE=${PROJECT_SOURCE_DIR} -DARCHIVE=${archive} -DSCRATCH=${CMAKE_CURRENT_BINARY_DIR}/replaying_page
  -P ${CMAKE_CURRENT_SOURCE_DIR}/replaying_page_test.cmake)
set_tests_properties(cases.page PROPERTIES LABELS suite TIMEOUT 900 RESOURCE_LOCK suite)
