# The files that a page shows below <!-- file: NAME -->, and the command below <!-- run --> with what it prints:
# cmake -DPROGRAM=voxspec -DPAGE=docs/adapter.md -DFOLDER=<for the files> -P examples/first_step_test.cmake
file(READ "${PAGE}" page)
file(REMOVE_RECURSE "${FOLDER}/my-port")

# The text of the first fenced block behind a mark.
function(block_behind mark result)
  string(FIND "${page}" "${mark}" begin)
  if(begin EQUAL -1)
    message(FATAL_ERROR "${PAGE} has no ${mark}")
  endif()
  string(SUBSTRING "${page}" ${begin} -1 text)
  foreach(until "```" "\n")
    string(FIND "${text}" "${until}" begin)
    string(SUBSTRING "${text}" ${begin} -1 text)
  endforeach()
  string(SUBSTRING "${text}" 1 -1 text)
  string(FIND "${text}" "\n```" end)
  string(SUBSTRING "${text}" 0 ${end} text)
  set(${result} "${text}" PARENT_SCOPE)
endfunction()

foreach(name subject.json port.py)
  block_behind("<!-- file: ${name} -->" text)
  file(WRITE "${FOLDER}/my-port/${name}" "${text}\n")
endforeach()
file(CHMOD "${FOLDER}/my-port/port.py" PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)

block_behind("<!-- run -->" text)
string(REGEX MATCH "^[$] voxspec ([^\n]*)\n(.*)$" matched "${text}")
set(command "${CMAKE_MATCH_1}")
set(expected "${CMAKE_MATCH_2}")
separate_arguments(words UNIX_COMMAND "${command}")
execute_process(COMMAND "${PROGRAM}" ${words} WORKING_DIRECTORY "${FOLDER}" RESULT_VARIABLE code
  OUTPUT_VARIABLE out ERROR_VARIABLE err)
string(FIND "${out}" "${expected}" found)
if(NOT matched OR found EQUAL -1 OR NOT code EQUAL 0)
  message(FATAL_ERROR "${command}: expected '${expected}', exit code ${code}\n${out}\n${err}")
endif()
