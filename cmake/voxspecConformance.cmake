# The conformance of a program as tests of its own project:
#
#   find_package(voxspec REQUIRED COMPONENTS conformance)
#   voxspec_add_conformance(TARGET my-port)
#
# voxspec_add_conformance(TARGET <executable> | COMMAND <word>... | SUBJECT <folder or name>
#   [NAME <prefix>]        of the tests: conformance unless given
#   [CASES <pattern>...]   a test for each; left out, one for each chapter of the suite
#   [BY_CASE]              a test for each case of them
#   [OPTIONS <word>...]    for voxspec run, as in --ability keepalive)
function(voxspec_add_conformance)
  cmake_parse_arguments(ARG "BY_CASE" "TARGET;SUBJECT;NAME" "COMMAND;CASES;OPTIONS" ${ARGN})
  if(ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "voxspec_add_conformance: unknown words: ${ARG_UNPARSED_ARGUMENTS}")
  endif()
  if(ARG_TARGET)
    set(subject "'$<TARGET_FILE:${ARG_TARGET}>'")
  elseif(ARG_COMMAND)
    list(JOIN ARG_COMMAND "' '" words)
    set(subject "'${words}'")
  elseif(ARG_SUBJECT)
    set(subject "${ARG_SUBJECT}")
  else()
    message(FATAL_ERROR "voxspec_add_conformance: say who is judged by TARGET, COMMAND or SUBJECT")
  endif()
  if(NOT ARG_NAME)
    set(ARG_NAME conformance)
  endif()
  set(tests ${ARG_CASES})
  if(ARG_BY_CASE OR NOT ARG_CASES)
    execute_process(COMMAND ${VOXSPEC_PROGRAM} list ${ARG_CASES}
      OUTPUT_VARIABLE ids OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE code ERROR_VARIABLE error)
    if(NOT code EQUAL 0)
      message(FATAL_ERROR "voxspec_add_conformance: ${error}")
    endif()
    # An id has brackets, which are special in a list: it is cut line by line.
    string(REGEX MATCHALL "[^\n]+" tests "${ids}")
    if(NOT ARG_BY_CASE)
      list(TRANSFORM tests REPLACE "/.*" "")
      list(REMOVE_DUPLICATES tests)
    endif()
  endif()
  foreach(test IN LISTS tests)
    add_test(NAME "${ARG_NAME}.${test}"
      COMMAND ${VOXSPEC_PROGRAM} run --subject "${subject}" ${ARG_OPTIONS} "${test}")
    set_tests_properties("${ARG_NAME}.${test}" PROPERTIES LABELS conformance)
  endforeach()
endfunction()
