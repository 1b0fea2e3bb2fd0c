# The command line as others see it: what it prints, and what it ends with.
if(NOT VOXSPEC_TESTS)
  return()
endif()

# cli_test(<name> EXIT <code> [OUT <regex>] [ERR <regex>] [FILE <path> <regex>] [UNDER <word>...]
#   ARGS <word>...); UNDER is a program that starts ours, with its arguments.
function(cli_test name)
  cmake_parse_arguments(ARG "" "EXIT;OUT;ERR" "FILE;UNDER;ARGS" ${ARGN})
  list(JOIN ARG_ARGS "|" words)
  list(JOIN ARG_UNDER "|" under)
  list(POP_FRONT ARG_FILE file file_regex)
  add_test(NAME cli.${name} COMMAND ${CMAKE_COMMAND} "-DPROGRAM=$<TARGET_FILE:voxspec>"
    "-DUNDER=${under}" "-DWORDS=${words}" "-DEXIT=${ARG_EXIT}" "-DOUT=${ARG_OUT}" "-DERR=${ARG_ERR}"
    "-DFILE=${file}" "-DFILE_REGEX=${file_regex}" -P ${CMAKE_CURRENT_SOURCE_DIR}/cli_test.cmake)
  set_tests_properties(cli.${name} PROPERTIES TIMEOUT 300 LABELS cli
    WORKING_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}
    ENVIRONMENT "XDG_CACHE_HOME=${CMAKE_CURRENT_BINARY_DIR}/cache")
endfunction()

set(samples ${CMAKE_CURRENT_SOURCE_DIR}/samples)
set(out ${CMAKE_CURRENT_BINARY_DIR})

cli_test(version EXIT 0 OUT "voxspec ${PROJECT_VERSION}" ARGS --version)
foreach(command run list explain rules cover replay expand decode schema diff interop report selftest record promote explore completions manual)
  cli_test(help_${command} EXIT 0 OUT "Example" ARGS ${command} --help)
endforeach()
cli_test(no_command EXIT 2 ERR "^voxspec: [^\n]*\n$" ARGS)
cli_test(unknown_option EXIT 2 ERR "^voxspec: [^\n]*--nonsense[^\n]*\n$" ARGS list --nonsense)

cli_test(decode_prologue EXIT 0 OUT "transport_hello" ARGS decode --layer prologue 564f544809000000)
cli_test(decode_message EXIT 0 OUT "\"nonce\": 7" ARGS decode --layer message 000807)
cli_test(decode_link EXIT 0 OUT "\"hex\": \"aabb\"" ARGS decode --layer link "02000000aabb")
cli_test(decode_cut EXIT 1 ERR "byte [0-9]+ of 2: " ARGS decode --layer message 0008)
cli_test(decode_link_cut EXIT 1 ERR "byte [0-9]+ of 5: " ARGS decode --layer link 02000000aa)
cli_test(decode_handshake EXIT 0 OUT "lets_go" ARGS decode --layer handshake a1664c657473476fa0)
# A Hello without any of its fields is CBOR, and no Hello.
cli_test(decode_no_hello EXIT 1 ERR "session.handshake" ARGS decode --layer handshake a16548656c6c6fa0)
cli_test(decode_no_input EXIT 2 ERR "neither a file nor hex" ARGS decode --layer message nonsense!)
cli_test(decode_guess EXIT 0 OUT "ping" ERR "taken for the layer message" ARGS decode 000807)
cli_test(decode_guess_link EXIT 0 OUT "aabb" ERR "taken for the layer link" ARGS decode "02000000aabb # a note")
cli_test(decode_guess_prologue EXIT 0 OUT "transport_hello" ERR "taken for the layer prologue" ARGS decode 564f544809000000)
cli_test(decode_no_guess EXIT 1 ERR "right on no layer; --layer" ARGS decode 00)

set(schemas ${CMAKE_CURRENT_SOURCE_DIR}/schema_samples)
set(unit a267736368656d617381a36269641bbc5c33249a2dc7206b747970655f706172616d7380646b696e64a263746167697072696d69746976656e7072696d69746976655f7479706564756e697464726f6f74a36374616768636f6e637265746567747970655f69641bbc5c33249a2dc720646172677380)
cli_test(help_schema_diff EXIT 0 OUT "Example" ARGS schema diff --help)
cli_test(schema_same EXIT 0 OUT "^compatible\n" ARGS schema diff ${unit} ${unit})
cli_test(schema_default EXIT 0 OUT "^compatible\n  values of A can be read as B\n"
  ARGS schema diff ${schemas}/point.json ${schemas}/point_with_default.json)
cli_test(schema_one_way EXIT 1
  OUT "^one way: B as A\n  values of A cannot be read as B:\n    required field 'z' of type `u32`"
  ARGS schema diff ${schemas}/point.json ${schemas}/point_3d.json)
cli_test(schema_other_way EXIT 1 OUT "^one way: A as B\n"
  ARGS schema diff ${schemas}/point_3d.json ${schemas}/point.json)
cli_test(schema_breaking EXIT 1
  OUT "^breaking\n.*at \\.x: structural mismatch: remote is `u32` [^\n]*, local is `String`"
  ARGS schema diff ${schemas}/point.json ${schemas}/point_of_text.json)
cli_test(schema_no_input EXIT 2 ERR "B: neither a file, nor JSON, nor hex"
  ARGS schema diff ${unit} nonsense!)
cli_test(schema_no_schemas EXIT 2 ERR "A: no schemas: byte 0" ARGS schema diff 00 ${unit})
cli_test(schema_one_argument EXIT 2 ERR "B is required" ARGS schema diff ${unit})

cli_test(rules EXIT 0 OUT "session.parity  \\(conn, " ARGS rules session.parity)
cli_test(rules_none EXIT 2 ERR "no rule fits" ARGS rules --text "no rule says this")
cli_test(cover EXIT 0 OUT "\nall( +[0-9]+)+\n" ARGS cover)
# The chapters that have their cases; what a peer can see there is judged, or the ledger says why not.
cli_test(cover_strict EXIT 0 OUT "\nall( +[0-9]+)+\n" ARGS cover --strict --chapter conn --chapter stable
  --chapter core --chapter intro)
cli_test(cover_unproved EXIT 0 OUT "^session.keepalive/5  \\(MAY\\)\n[^\n]*\n    They are permissions"
  ARGS cover --unproved --chapter conn)
cli_test(cover_proved_after_all EXIT 1 ERR "session.keepalive/5 is in the ledger as unproved although a fault proves it"
  ARGS cover --strict --chapter conn --proofs ${CMAKE_CURRENT_SOURCE_DIR}/run_samples/permission_proved.json)
cli_test(explain_clause EXIT 0 OUT "^session.handshake/3\n" ARGS explain session.handshake/3)
cli_test(explain_rule EXIT 0 OUT "^session.parity\n" ARGS explain session.parity)
cli_test(explain_unknown EXIT 2 ERR "no case, rule or clause 'nonsense'" ARGS explain nonsense)
cli_test(interop EXIT 0 OUT "tcp, bare conduit +cpp  cpp-vox_0_4\ncpp +2/2 +2/2\ncpp-vox_0_4 +2/2 +2/2\n.*8 played: 8 pass\n"
  ARGS interop cpp cpp-vox_0_4 --scenarios echo,transform_bidi --transports tcp --conduits bare)
cli_test(interop_json EXIT 0 OUT "^{\n.*\"verdict\": \"pass\"" ERR "1 played: 1 pass" ARGS interop cpp
  --scenarios echo --transports tcp --conduits bare --json -)
cli_test(interop_fails EXIT 1 OUT "null-exit +0/1 +0/1\n.*reason +the client ended with 0 and said nothing at all\n"
  FILE ${CMAKE_CURRENT_BINARY_DIR}/interop.html "<th scope=\"row\">null-exit</th>"
  ARGS interop cpp null-exit --scenarios echo --transports tcp --conduits bare --html ${CMAKE_CURRENT_BINARY_DIR}/interop.html)
cli_test(interop_nobody EXIT 2 ERR "none of them plays client scenarios" ARGS interop ./nothing)
cli_test(interop_unknown EXIT 2 ERR "no subject here is called 'rust'" ARGS interop cpp --client rust)
cli_test(wait EXIT 0 OUT "1 pass" ERR "process [0-9]+ was started \\(gdb -p [0-9]+\\); Enter goes on: "
  ARGS run --subject cpp "keepalive/pong[0]@initiator" --wait)
cli_test(debugger EXIT 0 OUT "1 pass" ERR "looking at it\n" ARGS run --subject cpp
  "keepalive/pong[0]@initiator" --debugger ${CMAKE_CURRENT_SOURCE_DIR}/run_samples/looker)
cli_test(debugger_address EXIT 2 ERR "for a --subject that voxspec starts" ARGS run --connect 127.0.0.1:1 --wait)
cli_test(manual EXIT 0 OUT "^.TH VOXSPEC 1 .*\\.SS \"schema diff\"\n" ARGS manual)
add_test(NAME cli.completions COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/completions_test $<TARGET_FILE:voxspec>)
cli_test(selected EXIT 0 OUT "\nselected: keepalive/pong, rule session.keepalive, without [*]@acceptor, over tcp\n"
  ARGS run --subject cpp keepalive/pong --rule session.keepalive --exclude *@acceptor --transport tcp)
cli_test(list_subjects EXIT 0 OUT "null-exit " ARGS list --subjects)
cli_test(list EXIT 0 OUT "^first\nsecond\\[a\\]\nsecond\\[b\\]\n$" ARGS --traces ${samples} list)
cli_test(list_unknown EXIT 2 ERR "no case has an id that fits 'nonsense'"
  ARGS --traces ${samples} list nonsense)
cli_test(list_shard EXIT 0 OUT "^second\\[a\\]\n$" ARGS --traces ${samples} list --shard 2/3)
cli_test(list_bad_shard EXIT 2 ERR "'3/2' is no shard" ARGS list --shard 3/2)

cli_test(run_no_subject EXIT 2 ERR "subject" ARGS run)
cli_test(run_unknown_rule EXIT 2 ERR "there is no rule 'nonsense'"
  ARGS --traces ${samples} run --subject null-exit --rule nonsense)
cli_test(run_no_program EXIT 3 ERR "cannot start [^\n]*no-such-program: No such file"
  ARGS --traces ${samples} run --subject ./no-such-program)
cli_test(run_ends_at_once EXIT 3 ERR "exited with code 7 before it said where it listens"
  ARGS --traces ${samples} run --subject "sh -c 'echo oops >&2 && exit 7'")
cli_test(run_other_transport EXIT 3 ERR "which is tcp, and was to listen on ws"
  ARGS --traces ${samples} run --subject "sh -c 'echo LISTEN_ADDR=127.0.0.1:9 && sleep 5'" --transports ws)
cli_test(run_as_shipped EXIT 1 OUT "3 fail" ARGS --traces ${samples} run --subject null-exit --as-shipped)
cli_test(run_shows_tail EXIT 3 ERR "\noops\n"
  ARGS --traces ${samples} run --subject "sh -c 'echo oops >&2 && exit 7'")
cli_test(run_not_started EXIT 3 ARGS --traces ${samples} run --subject ./no-such-program
  --json ${out}/not_started.json FILE ${out}/not_started.json "\"not_run\": 3")
cli_test(run_not_up EXIT 3 ERR "did not say where it listens within 200 ms"
  ARGS --traces ${samples} run --subject "sh -c 'sleep 100'" --start-limit 200)
cli_test(run_silent EXIT 1 OUT "silent  nobody speaks vox there; [0-9]+ cases were left out"
  ARGS run --subject null-hang --guard 200 connection/open)
# A word that is near a known one is not taken for something else.
cli_test(run_misspelt_subject EXIT 2 ERR "no subject, folder or program is called 'cqp' \\(did you mean 'cpp'\\?\\)"
  ARGS run --subject cqp)
cli_test(run_misspelt_ability EXIT 2 ERR "unknown ability 'keepalif' \\(did you mean 'keepalive'\\?\\)"
  ARGS run --subject null-exit --ability keepalif)
# Options take one value, so that a case behind them stays a case.
cli_test(run_option_then_case EXIT 0 OUT "^keepalive/pings@acceptor\n"
  ARGS run --subject cpp --dry-run --ability keepalive keepalive/pings@acceptor)
cli_test(run_dry EXIT 0 OUT "^keepalive/pings@initiator\n$" ERR "1 of 6 cases would run"
  ARGS run --subject cpp-vox_0_4 --dry-run retry/durable keepalive/pings --exclude "keepalive/pings@acceptor")
cli_test(run_unwritable EXIT 2 ERR "/proc/x: cannot be written"
  ARGS --traces ${samples} run --subject null-exit --json /proc/x)
cli_test(run_two_to_output EXIT 2 ERR "only one report can go to standard output"
  ARGS --traces ${samples} run --subject null-exit --json - --html -)
cli_test(list_json EXIT 0 OUT "\"id\": \"keepalive/pings@acceptor\"" ARGS list --json keepalive/pings)
cli_test(cover_selection EXIT 0 OUT "\nall  " ARGS cover "keepalive/*")
cli_test(run_full_disk EXIT 4 ERR "/dev/full: cannot be written: No space left"
  ARGS --traces ${samples} run --subject null-exit --json /dev/full)
cli_test(run_full_output EXIT 4 ERR "standard output cannot be written"
  UNDER sh -c "exec \"$@\" > /dev/full" sh ARGS --traces ${samples} run --subject null-exit)
string(REPEAT "deep/" 30 deep)
file(MAKE_DIRECTORY ${out}/${deep})
cli_test(run_deep_folder EXIT 4 OUT "not run  3 cases: the temporary folder cannot hold a Unix socket"
  UNDER ${CMAKE_COMMAND} -E env TMPDIR=${out}/${deep}
  ARGS --traces ${samples} run --subject null-hang --transport local)
if(NOT CMAKE_CXX_FLAGS MATCHES "sanitize")  # Sanitizers need descriptors of their own.
  cli_test(run_no_descriptors EXIT 4 ERR "no case can be run: [^\n]*Too many open files"
    UNDER sh -c "ulimit -n 12 && exec \"$@\"" sh ARGS --traces ${samples} run --subject null-hang)
endif()
foreach(signal INT TERM HUP)
  add_test(NAME cli.stop_${signal} COMMAND ${CMAKE_COMMAND} "-DPROGRAM=$<TARGET_FILE:voxspec>"
    -DTRACES=${samples} -DOUT=${out}/${signal} -DSIGNAL=SIG${signal}
    -P ${CMAKE_CURRENT_SOURCE_DIR}/stop_test.cmake)
  set_tests_properties(cli.stop_${signal} PROPERTIES TIMEOUT 300 LABELS cli)
endforeach()
cli_test(run_null EXIT 1 OUT "3 cases: 0 pass, 3 fail\n"
  ARGS --traces ${samples} run --subject null-exit --json ${out}/null.json
  FILE ${out}/null.json "\"fail\": 3,")
cli_test(run_null_junit EXIT 1 FILE ${out}/null.xml "<testsuite name=\"cases\" tests=\"3\" failures=\"3\""
  ARGS --traces ${samples} run --subject null-garbage --junit ${out}/null.xml)
cli_test(run_null_html EXIT 1 FILE ${out}/null.html "<h1>voxspec: null-garbage</h1>"
  ARGS --traces ${samples} run --subject null-garbage --html ${out}/null.html)
cli_test(run_null_table EXIT 1 FILE ${out}/null.md "# What `null-garbage` does otherwise"
  ARGS --traces ${samples} run --subject null-garbage --table ${out}/null.md)
cli_test(run_known EXIT 0 OUT "3 cases: 0 pass, 0 fail, 3 known\n"
  ARGS --traces ${samples} run --subject null-exit --expectations ${samples}/known.list)
cli_test(run_unmatched EXIT 1 OUT "'gone' is about no case"
  ARGS --traces ${samples} run --subject null-exit --expectations ${samples}/unmatched.list)
cli_test(run_other_traces EXIT 0 OUT "3 cases: 0 pass, 0 fail, 3 known\n"
  ARGS --traces ${samples} run --subject ${CMAKE_CURRENT_SOURCE_DIR}/sample_subject)
cli_test(run_unsupported EXIT 0 OUT "3 cases: 0 pass, 0 fail, 3 unsupported\n"
  ARGS --traces ${samples} run --subject null-exit --roles initiator)
cli_test(selftest EXIT 0 OUT "null-hang: 3 cases, 3 failed, 0 unsupported, nothing praised"
  ARGS --traces ${samples} selftest)
# What has no meaning in a subject's dialect is left out, and says so.
cli_test(selftest_of_dialect EXIT 2 OUT "skipped +stable.frames.seq-skipped  the dialect vox_0_5 has no stable conduit"
  ERR "no faults were selected" ARGS selftest --faults --subject rust-0.8 --fault stable.frames)
set(runs ${CMAKE_CURRENT_SOURCE_DIR}/run_samples)
cli_test(diff_same EXIT 0 OUT "^no difference\n$" ARGS diff ${runs}/before.json ${runs}/before.json)
cli_test(diff EXIT 1 OUT "changed   second\\[a\\]  pass -> fail: .*\n1 new, 1 gone, 1 changed\n$"
  ARGS diff ${runs}/before.json ${runs}/after.json)
cli_test(diff_html EXIT 1 OUT "1 changed" ARGS diff ${runs}/before.json ${runs}/after.json --html ${out}/diff.html
  FILE ${out}/diff.html "\"differences\":\\[{\"case\":")
cli_test(diff_html_unwritable EXIT 2 ERR "/proc/x: cannot be written"
  ARGS diff ${runs}/before.json ${runs}/after.json --html /proc/x)
cli_test(report EXIT 0 OUT "Cases with different verdicts: 3\n"
  ARGS report ${runs}/before.json ${runs}/after.json --html ${out}/report.html --json ${out}/report.json
  FILE ${out}/report.html "<h1>voxspec: sample \\([^)]*before.json\\), sample \\([^)]*after.json\\)</h1>")
cli_test(report_no_result EXIT 2 ERR "first.json: no result of" ARGS report ${samples}/first.json)
cli_test(report_odd EXIT 2 ERR "one of the files is no result of"
  ARGS report ${runs}/odd.json --html ${out}/odd.html)
cli_test(report_no_file EXIT 2 ERR "nothing.json: cannot be read" ARGS report nothing.json)
cli_test(diff_no_result EXIT 2 ERR "first.json: no result of" ARGS diff ${samples}/first.json ${samples}/first.json)
cli_test(diff_no_subject EXIT 3 ERR "nobody did not start" ARGS diff ${runs}/before.json ./nobody)
cli_test(expand EXIT 0 OUT "564f544809000000" ARGS --traces ${samples} expand ${samples}/first.json)
cli_test(expand_several EXIT 0 OUT "\"format\": \"voxspec-case/1\",\n  \"id\": \"second.b." ARGS --traces ${samples} expand second)
cli_test(expand_nothing EXIT 2 ERR "^voxspec: name a case or a file, or a folder for all cases with --all\n$" ARGS expand)
cli_test(expand_unknown EXIT 2 ERR "no case has an id that fits 'nonsense'" ARGS expand nonsense)
# Words that are wrong, with what was probably meant.
cli_test(no_such_command EXIT 2 ERR "there is no command 'rnu' \\(did you mean 'run'\\?\\); see voxspec --help" ARGS rnu)
cli_test(no_such_option EXIT 2 ERR "--jsno \\(did you mean '--json'\\?\\); see voxspec run --help"
  ARGS run --subject cpp --jsno x.json)
cli_test(run_repeat_negative EXIT 2 ERR "--repeat" ARGS run --subject cpp --repeat -1 keepalive/pong)
cli_test(run_none_left EXIT 2 ERR "no case was selected: of [0-9]+ cases?, --exclude leaves none"
  ARGS run --subject cpp --exclude keepalive keepalive/pong)
cli_test(run_json_folder EXIT 2 ERR "cannot be written: it is a folder" ARGS run --subject cpp --json ${CMAKE_CURRENT_BINARY_DIR} keepalive/pong)
cli_test(run_keep_no_folder EXIT 2 ERR "--keep /dev/null: " ARGS run --subject cpp --keep /dev/null keepalive/pong)
cli_test(diff_no_file EXIT 2 ERR "nothing.json: there is no such file" ARGS diff nothing.json cpp)
cli_test(record_no_address EXIT 2 ERR "--listen: " ARGS record --listen nonsense --to 127.0.0.1:1)
cli_test(record_no_dialect EXIT 2 ERR "unknown dialect 'vox_05' \\(did you mean 'vox_0_5'\\?\\)"
  ARGS record --listen 127.0.0.1:0 --to 127.0.0.1:1 --dialect vox_05)
cli_test(record_no_framing EXIT 2 ERR "--local-framing: counted not in {length,length_and_descriptors}"
  ARGS record --listen 127.0.0.1:0 --to 127.0.0.1:1 --local-framing counted)
cli_test(replay_no_recording EXIT 2 ERR "there are no frames in it, so it is no recording"
  ARGS replay ${samples}/first.json --as initiator --subject null-exit)
cli_test(promote_bad_id EXIT 2 ERR "'first' is no id" ARGS promote ${samples}/first.json --as first)
cli_test(promote_there EXIT 2 ERR "first.json is there already"
  ARGS --traces ${CMAKE_CURRENT_SOURCE_DIR} promote ${samples}/first.json --as samples/first)
cli_test(promote EXIT 0 OUT "voxspec run --subject cpp sample/case"
  UNDER sh -c "rm -rf '${out}/promoted' && exec \"$@\"" sh
  ARGS --traces ${out}/promoted promote ${samples}/first.json --as sample/case)

cli_test(explore_model EXIT 0 OUT "^keepalive/ping\n  A ping is answered [^\n]*\n  clauses  session.keepalive/2"
  ARGS explore --model --rows keepalive/ping)
cli_test(explore_no_row EXIT 2 ERR "no row of the model fits 'nonsense'" ARGS explore --subject null-exit --rows nonsense)
cli_test(explore_no_subject EXIT 2 ERR "nobody to judge" ARGS explore)
cli_test(explore_no_program EXIT 3 ERR "cannot start [^\n]*no-such-program" ARGS explore --subject ./no-such-program)
cli_test(explore_unknown_fault EXIT 2 ERR "there is no fault 'nonsense'" ARGS explore --subject null-exit --fault nonsense)
cli_test(explore_two_dialects EXIT 2 ERR "rust-0.8 speaks the dialect vox_0_5, and the subject vox_0_4"
  ARGS explore --subject cpp --against rust-0.8)
cli_test(explore_fault_of_dialect EXIT 2 ERR "stable.frames.seq-skipped: the dialect vox_0_5 has no stable conduit"
  ARGS explore --subject rust-0.8 --fault stable.frames.seq-skipped)
cli_test(explore_null EXIT 1 OUT "establish/[a-z-]+\n.*\n[1-9][0-9]* new, 0 known\n"
  ARGS explore --subject null-garbage --sequences 20 --guard 300 --output ${out}/found --json ${out}/found.json
  FILE ${out}/found.json "\"findings\": \\[\n    {")
