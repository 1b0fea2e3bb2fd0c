# The whole command line on real subjects: the suite, and one example of each kind of step with its
# recording. A subject that was not built is skipped, and says so.
if(NOT VOXSPEC_TESTS)
  return()
endif()

# subject_test(<test> NEEDS <target> COMMAND <word>...)
function(subject_test name)
  cmake_parse_arguments(ARG "" "NEEDS" "COMMAND" ${ARGN})
  if(TARGET ${ARG_NEEDS})
    add_test(NAME suite.${name} COMMAND ${ARG_COMMAND} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  else()
    add_test(NAME suite.${name} COMMAND ${CMAKE_COMMAND} -E echo "skipped: ${ARG_NEEDS} is not built")
  endif()
  # Cases wait for each other's processes, so that two suites at a time would only slow each other.
  set_tests_properties(suite.${name} PROPERTIES LABELS suite TIMEOUT 300 RESOURCE_LOCK suite
    SKIP_REGULAR_EXPRESSION "^skipped: "
    ENVIRONMENT "XDG_CACHE_HOME=${CMAKE_CURRENT_BINARY_DIR}/cache")
endfunction()

# Under the sanitizers, a quarter of the suite, another one for each commit: the other build plays all of it.
set(part)
set(searched 2000)
if("${CMAKE_CXX_FLAGS}" MATCHES "-fsanitize")
  execute_process(COMMAND git rev-parse --short=7 HEAD WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
    OUTPUT_VARIABLE commit ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(NOT commit)
    set(commit 1)
  endif()
  math(EXPR shard "0x${commit} % 4 + 1")
  set(part --shard ${shard}/4)
  set(searched 200)
endif()

subject_test(cpp NEEDS voxspec-subject-cpp COMMAND voxspec run --subject cpp --schedule 1 ${part})
# Over the other transports, too: a case may take for granted what only one of them can do.
foreach(transport local ws)
  subject_test(cpp_${transport} NEEDS voxspec-subject-cpp
    COMMAND voxspec run --subject cpp --transport ${transport} ${part})
endforeach()
# It passes exactly when its known failures are those of the Rust subject's own list.
subject_test(cpp-vox_0_4 NEEDS voxspec-subject-cpp COMMAND voxspec run --subject cpp-vox_0_4 ${part})
# What the crates do otherwise is a page of the documentation, as the last run of all cases has it.
set(rust_table ${CMAKE_CURRENT_BINARY_DIR}/vox-0.4.0.md)
subject_test(rust NEEDS subject_rust COMMAND voxspec run --subject rust ${part} --table ${rust_table})
if(NOT part)
  foreach(transport local ws)
    subject_test(rust_${transport} NEEDS subject_rust
      COMMAND voxspec run --subject rust --transport ${transport})
  endforeach()
  subject_test(rust_table NEEDS subject_rust
    COMMAND diff -u docs/vox-0.4.0.md ${rust_table})  # prints the rows that are out of date
  set_tests_properties(suite.rust PROPERTIES FIXTURES_SETUP rust_table)
  set_tests_properties(suite.rust_table PROPERTIES FIXTURES_REQUIRED rust_table)
endif()
# The crates of 0.8.2, only where they are built, as they take minutes. They compile their codecs when
# they are first used, so that more processes at a time would look as if they had gone mute.
if(TARGET subject_rust_0_8)
  set(rust_0_8_table ${CMAKE_CURRENT_BINARY_DIR}/vox-0.8.md)
  subject_test(rust-0.8 NEEDS subject_rust_0_8
    COMMAND voxspec run --subject rust-0.8 -j 4 ${part} --table ${rust_0_8_table})
  subject_test(rust-0.8_ws NEEDS subject_rust_0_8
    COMMAND voxspec run --subject rust-0.8 -j 4 --transport ws ${part})
  subject_test(rust-0.8_local NEEDS subject_rust_0_8
    COMMAND voxspec run --subject rust-0.8 -j 4 --transport local ${part})
  if(NOT part)
    subject_test(rust-0.8_table NEEDS subject_rust_0_8
      COMMAND ${CMAKE_COMMAND} -E compare_files docs/vox-0.8.md ${rust_0_8_table})
    set_tests_properties(suite.rust-0.8 PROPERTIES FIXTURES_SETUP rust_0_8_table)
    set_tests_properties(suite.rust-0.8_table PROPERTIES FIXTURES_REQUIRED rust_0_8_table)
  endif()
endif()
# The verdict that the README begins with.
subject_test(readme NEEDS subject_rust COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/readme_test
  $<TARGET_FILE:voxspec>)
# Every client scenario of each against each other one.
subject_test(interop NEEDS subject_rust COMMAND voxspec interop cpp rust)
# A plain wrapper that takes longer to start than any wait of ours.
subject_test(slow_start NEEDS voxspec-subject-cpp COMMAND voxspec run --guard 1000
  --subject "sh -c 'sleep 1.5 && exec $<TARGET_FILE:voxspec-subject-cpp> --rulebook spec'"
  "prologue/wrong-magic[accept]" "keepalive/pong[0]")
subject_test(steps NEEDS subject_rust COMMAND ${CMAKE_COMMAND} "-DPROGRAM=$<TARGET_FILE:voxspec>"
  "-DTRACES=${PROJECT_SOURCE_DIR}/docs/steps" "-DKEEP=${CMAKE_CURRENT_BINARY_DIR}/steps"
  -P ${CMAKE_CURRENT_SOURCE_DIR}/steps_test.cmake)
subject_test(repeat NEEDS voxspec-subject-cpp COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/repeat_test
  $<TARGET_FILE:voxspec> $<TARGET_FILE:voxspec-subject-cpp> $<TARGET_FILE:voxspec-null-subject>)
subject_test(record NEEDS voxspec-subject-cpp COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/record_test
  $<TARGET_FILE:voxspec> $<TARGET_FILE:voxspec-subject-cpp>)
# What Rust peers say to each other is right for ours to play along with.
subject_test(record_rust NEEDS subject_rust COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/record_test
  $<TARGET_FILE:voxspec> $<TARGET_FILE_DIR:voxspec-subject-cpp>/voxspec-subject-rust cpp)
subject_test(record_rust-0.8 NEEDS subject_rust_0_8 COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/record_test
  $<TARGET_FILE:voxspec> $<TARGET_FILE_DIR:voxspec-subject-cpp>/voxspec-subject-rust-0_8 rust-0.8 vox_0_5)
# Two rulebooks of one implementation differ in what 0.4.0 does otherwise.
subject_test(diff NEEDS voxspec-subject-cpp COMMAND voxspec --traces traces/connection diff cpp cpp-vox_0_4)
set_tests_properties(suite.diff PROPERTIES PASS_REGULAR_EXPRESSION "[1-9][0-9] changed")

# What looks at reports from outside: a validator by their published schema, and a browser.
# python_with(<variable> <module>...): the first Python that has the modules
function(python_with output)
  list(JOIN ARGN "," modules)
  find_program(PYTHON3 python3)
  foreach(python ${PYTHON3} /usr/bin/python3)
    execute_process(COMMAND ${python} -c "import ${modules}" RESULT_VARIABLE failed OUTPUT_QUIET ERROR_QUIET)
    if(failed STREQUAL 0)
      set(${output} ${python} PARENT_SCOPE)
      return()
    endif()
  endforeach()
  set(${output} ${CMAKE_COMMAND} -E echo "skipped: no Python here has ${modules}:" PARENT_SCOPE)
endfunction()
python_with(python json shlex shutil tempfile)
# The line that a report gives to run a case again.
subject_test(again NEEDS voxspec-subject-cpp COMMAND ${python} ${CMAKE_CURRENT_SOURCE_DIR}/again_test
  $<TARGET_FILE:voxspec> $<TARGET_FILE:voxspec-subject-cpp>)
# Under the sanitizers these would take many minutes, and say nothing that the other build does not.
if(NOT part)
  # The commands that the pages show.
  subject_test(docs NEEDS voxspec-subject-cpp COMMAND ${python} ${CMAKE_CURRENT_SOURCE_DIR}/docs_test
    $<TARGET_FILE:voxspec> $<TARGET_FILE_DIR:voxspec-subject-cpp>)
  set_tests_properties(suite.docs PROPERTIES TIMEOUT 900)
  set(rust_too)
  if(TARGET subject_rust)
    set(rust_too rust)
  endif()
  python_with(python json jsonschema)
  subject_test(report_schema NEEDS voxspec-subject-cpp COMMAND ${python} ${CMAKE_CURRENT_SOURCE_DIR}/schema_test
    $<TARGET_FILE:voxspec> ${PROJECT_SOURCE_DIR}/conformance/runner/report.schema.json
    ${CMAKE_CURRENT_BINARY_DIR}/schema_test ${rust_too})
  python_with(python json urllib.request)
  subject_test(report_page NEEDS voxspec-subject-cpp COMMAND ${python} ${CMAKE_CURRENT_SOURCE_DIR}/page_test
    $<TARGET_FILE:voxspec> ${CMAKE_CURRENT_BINARY_DIR}/page_test)
  set_tests_properties(suite.report_page PROPERTIES SKIP_RETURN_CODE 77)
endif()

# The judge measured: a relay that does nothing changes nothing, some wrong subjects are found and
# some other right ones are not. The whole of it is `voxspec selftest --faults --freedoms`.
subject_test(selftest_neutral NEEDS voxspec-subject-cpp COMMAND voxspec selftest --neutral
  "caller/*" "handshake/*" "link/*" "prologue/*" "session/*" "stable/*" "retry/resume/*")
subject_test(selftest_faults NEEDS voxspec-subject-cpp COMMAND voxspec selftest --faults
  --fault session.keepalive.other-nonce --fault connection.open.no-reject
  --fault stable.frames.seq-from-one --fault transport.prologue.accept-twice
  "connection/open/*" "keepalive/*" "prologue/*" "stable/*")
subject_test(selftest_freedoms NEEDS voxspec-subject-cpp COMMAND voxspec selftest --freedoms
  --fault session.message.padded-pongs --fault session.layout.hello-reversed
  "keepalive/*" "connection/open/*" "handshake/*")
# In the other dialect, too, whatever the crates do otherwise there.
subject_test(selftest_neutral_0_5 NEEDS subject_rust_0_8 COMMAND voxspec selftest --neutral --subject rust-0.8 -j 4
  "handshake/*" "link/*" "prologue/*")
subject_test(selftest_faults_0_5 NEEDS subject_rust_0_8 COMMAND voxspec selftest --faults --subject rust-0.8 -j 4
  --fault session.keepalive.other-nonce --fault connection.open.no-reject --fault stable.frames.seq-from-one
  --fault transport.prologue.accept-twice "connection/open/*" "keepalive/*" "prologue/*")
set_tests_properties(suite.selftest_neutral suite.selftest_faults suite.selftest_freedoms
  suite.selftest_neutral_0_5 suite.selftest_faults_0_5 PROPERTIES LABELS "suite;selftest")

# The search: nothing new in our own subject; a wrong one is found, and what is found can be played again; and two
# implementations of 0.4.0 say the same. Not on a stable conduit, where whatever a session of the crates does by itself
# interrupts the reading, nor over WebSocket, whose link of theirs deadlocks under load.
subject_test(explore NEEDS voxspec-subject-cpp COMMAND voxspec explore --subject cpp --sequences 300)
subject_test(explore_fault NEEDS voxspec-subject-cpp COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/explore_test
  $<TARGET_FILE:voxspec> ${CMAKE_CURRENT_BINARY_DIR}/explored)
subject_test(explore_against NEEDS subject_rust COMMAND voxspec explore --subject cpp-vox_0_4 --against rust
  --conduits bare --transports tcp,local --sequences ${searched})
set_tests_properties(suite.explore suite.explore_fault suite.explore_against PROPERTIES LABELS "suite;explore")
