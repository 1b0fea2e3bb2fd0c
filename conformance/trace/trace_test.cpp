#include "conformance/trace/trace.hpp"

#include "conformance/peer/term_json.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

using namespace voxspec;

namespace {

// The first item that a step sends, as a trace writes it.
Json item_of(Step const& step) {
  return term_json(std::get<Send>(step.body).items.at(0));
}

// A file around the steps at hand; `more` is keys beside them.
std::string file_with(std::string_view steps, std::string_view more = {}) {
  return R"({"about": "a claim", "rules": ["connection.open/3"], )" + std::string{more} +
         R"("peer": {"role": "initiator"}, "steps": )" + std::string{steps} + "}";
}

std::string error_of(std::string_view content) {
  auto const file = parse_trace(content, "x.json");
  return file ? "no error" : text(file.error());
}
std::string step_error(std::string_view step) {
  return error_of(file_with("[" + std::string{step} + "]"));
}

std::vector<Case> cases_of(std::string_view content) {
  auto const file = parse_trace(content, "traces/open/x.json");
  if (!file) FAIL(text(file.error()));
  return cases(*file, "traces");
}
std::vector<Step> steps_of(std::string_view steps, std::string_view more = {}) {
  return cases_of(file_with(steps, more)).at(0).steps;
}

bool has(std::string const& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a mistake in a trace is one line: file, place, what and what to do") {
  CHECK(
      step_error(R"({"sned": {"ping": {}}})") ==
      "x.json: steps[0]: unknown key 'sned' in steps[0] (did you mean 'send'?); known keys: link, "
      "note, frames, establish, send, expect, expect_none, expect_violation, expect_end, "
      "expect_exit, alive, one_of, drop, half_close, stop_reading, next_link, refuse_dials, "
      "restart, repeat, wait, let, announce, do, saw, await_credit, open_connection, "
      "accept_connection, close_connection, "
      "request, call, "
      "cancel, reply, serve, grant, item, describe, request_as, first_response, first_call");
  CHECK(step_error(R"({"send": {"ping": {"nonse": 1}}})") ==
        "x.json: steps[0].send.ping: unknown key 'nonse' in steps[0].send.ping (did you mean "
        "'nonce'?); known keys: nonce");
}

TEST_CASE("what is not JSON, or not one file, is named with its place") {
  CHECK(has(error_of("{"), "parse error at line 1"));
  CHECK(has(error_of(R"({"about": "a", "about": "b"})"), "'about' is there twice"));
  CHECK(has(error_of(std::string(200, '[')), "nested too deeply"));
  CHECK(has(error_of(R"({"about": 1e999})"), "number overflow parsing '1e999'"));
  CHECK(has(error_of("[]"), "an object is wanted here, not a list"));
  auto const missing = load_trace("traces/there/is/no/such.json");
  REQUIRE_FALSE(missing);
  CHECK(has(text(missing.error()), "cannot be read"));
}

TEST_CASE("the head of a file is checked") {
  CHECK(has(error_of(file_with("[]")), "a case needs a step"));
  CHECK(has(error_of(R"({"rules": [], "steps": []})"), "'about' is missing"));
  CHECK(has(error_of(R"({"about": "a", "rules": ["connection.opem/3"], "steps": []})"),
            "unknown clause 'connection.opem/3' (did you mean 'connection.open/3'?)"));
  CHECK(has(error_of(R"({"about": "a", "rules": ["connection.open"], "steps": []})"),
            "'connection.open' is a rule; a case cites clauses; the rule has connection.open/1 to "
            "connection.open/7"));
  CHECK(has(error_of(R"({"about": "a", "rules": ["connection.open/8"], "steps": []})"),
            "unknown clause 'connection.open/8'; the rule has connection.open/1 to "));
  CHECK(has(error_of(R"({"about": "a", "rules": ["link/1", "link/1"], "steps": []})"),
            "the clause is there twice"));
  CHECK(has(error_of(R"({"about": "a", "rules": [], "steps": []})"), "at least one clause"));
  CHECK(has(error_of(file_with("[]", R"("stpes": 1, )")),
            "unknown key 'stpes' in the file (did you mean 'steps'?)"));
  CHECK(has(error_of(file_with("[]", R"("version": 2, )")), "version"));
  CHECK(has(error_of(file_with("[]", R"("subject": {"client": 1}, )")),
            "subject.client: a string is wanted here, not a number"));
  CHECK(has(error_of(file_with("[]", R"("slow": "yes", )")), "slow: true or false is wanted"));
  CHECK(has(
      error_of(R"({"about": "a", "rules": ["link/1"], "peer": {"role": "server"}, "steps": []})"),
      "unknown word 'server'"));
}

TEST_CASE("each step is checked where it stands") {
  struct Mistake {
    std::string_view step;
    std::string_view message;
  };
  static constexpr Mistake mistakes[] = {
      {R"({})", "the step has no kind"},
      {R"({"send": {"ping": {}}, "expect": []})", "a step does one thing"},
      {R"({"send": []})", "the list is empty"},
      {R"({"send": {"ping": {"nonce": {"any": "uint"}}}})", "a matcher cannot be sent"},
      {R"({"send": {"ping": {"nonce": -1}}})", "a number is wanted"},
      {R"({"send": {"request_cancel": {}}})", "the field 'id' is missing"},
      {R"({"send": {"channel_grant_credit": {"id": 1, "additional": 4294967296}}})", "too large"},
      {R"({"send": {"ping": {}}, "together": 1})", "true or false is wanted"},
      {R"({"send": {"ping": {}}, "any_order": true})", "unknown key 'any_order'"},
      {R"({"send": {"ping": {}}, "write": "bitwise"})", "did you mean 'bytewise'?"},
      {R"({"send": {"ping": {}}, "write": {"split": [3, 1]}})", "the offsets have to rise"},
      {R"({"send": {"frame": "0"}})", "this is no hex"},
      {R"({"send": {"on": 1, "hello": {}}})", "only messages have a connection"},
      {R"({"send": {"ping": null}})", "an object is wanted"},
      {R"({"send": {"ping": {"nonce": null}}})", "only the fields of a CBOR map"},
      {R"({"send": {"hello": {"parity": "od"}}})", "did you mean 'odd'?"},
      {R"({"send": {"on": {"ours": 0}, "ping": {}}})", "ids are counted from 1"},
      {R"({"send": {"on": {"yours": 1}, "ping": {}}})", "unknown key 'yours'"},
      {R"({"expect": [{"pong": {"nonce": {"range": [3, 1]}}}]})", "from a number up to a number"},
      {R"({"expect": [{"pong": {"nonce": {"any": "int"}}}]})", "unknown word 'int'"},
      {R"({"expect": [{"pong": {"nonce": {"one_of": []}}}]})", "there has to be a choice"},
      {R"({"expect": [{"hello": {"resume_key": {"absent": false}}}]})", "'absent' is true"},
      {R"({"expect": [{"schema": {"schemas": {"root": {"any": "objekt"}}}}]})",
       "unknown word 'objekt'"},
      {R"({"call": {"method": "echo", "args": ["a"], "returns": {"Ok": {"any": "strin"}}}})",
       "unknown word 'strin'"},
      {R"({"expect": [{"ping": {"nonce": {"has": 1}}}]})", "'has' is for lists"},
      {R"({"expect": [{"ping": {"nonce": {"in_order": [1]}}}]})", "'in_order' is for lists"},
      {R"({"expect": [{"request_call": {"metadata": {"in_order": {"key": "a"}}}}]})",
       "'in_order' takes a list"},
      {R"({"expect": [{"pong": {}}], "passing": ["schemas"]})", "did you mean 'schema'?"},
      {R"({"expect_none": {}, "probe": "pinge"})", "did you mean 'ping'?"},
      {R"({"expect_violation": {"asks": ["told", "left"]}})", "unknown word 'left'"},
      {R"({"expect_end": ["gone"]})", "unknown word 'gone'"},
      {R"({"expect_end": ["any"], "process": ["crashed"]})", "unknown word 'crashed'"},
      {R"({"expect_exit": 256})", "at most 255"},
      {R"({"one_of": []})", "there has to be an alternative"},
      {R"({"one_of": [{"steps": [{"alive": {}}], "verdict": "non_strict"}]})", "needs a 'reason'"},
      {R"({"repeat": {"times": 2}})", "'steps' is missing"},
      {R"({"repeat": {"times": 200000, "steps": []}})", "too often"},
      {R"({"repeat": {"times": "$n", "steps": []}})", "a name may be any number"},
      {R"({"repeat": {"times": 2, "at_most": 3, "steps": []}})", "'at_most' is for names only"},
      {R"({"repeat": {"times": 9999, "steps": [{"repeat": {"times": 9999, "steps": []}}]}})",
       "too many steps"},
      {R"({"wait": {"ms": 1, "reason": "why"}})", "only slow cases may wait"},
      {R"({"let": "c"})", "the value is missing"},
      {R"({"let": "$c", "be": 1})", "without its '$'"},
      {R"({"announce": {"method": "ecko"}})", "did you mean 'echo'?"},
      {R"({"open_connection": {}})", "'as' is missing"},
      {R"({"call": {"method": "echo", "args": [1]}})", "a string is wanted here, not a number"},
      {R"({"call": {"method": "echo", "args": []}})", "the type has 1 elements, here are 0"},
      {R"({"establish": {"hello": {"parety": 1}}})", "did you mean 'parity'?"},
      {R"({"establish": {"client_hello": {}}})", "only a stable conduit"},
      {R"({"send": {"ping": {"nonce": {"$": "n"}}}})", "there is no parameter 'n'"},
      {R"({"link": 2, "alive": {}})", "a string is wanted"},
      {R"({"frames": [{"when": 2}], "alive": {}})", "unknown key 'when'"},
  };
  for (auto const& mistake : mistakes) {
    auto const error = step_error(mistake.step);
    INFO(mistake.step, " gives ", error);
    CHECK(has(error, mistake.message));
    CHECK(has(error, "x.json: steps[0]"));
  }
}

TEST_CASE("a file is read in the dialect that is asked for, or in one that it is about") {
  auto const read = [](std::string_view content, vox::Dialect dialect) {
    auto const file = parse_trace(content, "x.json", dialect);
    if (!file) FAIL(text(file.error()));
    return file->cases.at(0);
  };
  using enum vox::Dialect;
  auto const any = file_with(R"([{"send": {"on": 1, "connection_open": {}}}])");
  CHECK(read(any, vox_0_4).dialect == vox_0_4);
  CHECK(read(any, vox_0_5).dialect == vox_0_5);
  auto const credit_of = [](Case const& made) {
    return item_of(made.steps.at(0))["connection_open"]["connection_settings"].value(
        "initial_channel_credit", 0);
  };
  CHECK(credit_of(read(any, vox_0_4)) == 0);
  CHECK(credit_of(read(any, vox_0_5)) == 16);

  constexpr auto named = R"([{"send": {"on": 1, "connection_open":
      {"connection_settings": {"initial_channel_credit": 3}}}}])";
  auto const newer = file_with(named, R"("dialects": ["vox_0_5"], )");
  CHECK(read(newer, vox_0_4).dialect == vox_0_5);
  CHECK(credit_of(read(newer, vox_0_4)) == 3);
  CHECK(has(error_of(file_with(named)),
            "vox_0_4 has no 'initial_channel_credit'; say \"dialects\": [\"vox_0_5\"]"));
  CHECK(has(error_of(file_with(named, R"("dialects": ["vox_05"], )")), "did you mean 'vox_0_5'?"));
  CHECK(has(error_of(file_with(named, R"("dialects": [], )")), "the list is empty"));
}

TEST_CASE("each row is a case, with its values put in and its name in the id") {
  auto const made = cases_of(R"({"about": "a", "rules": ["connection.open/3"],
    "peer": {"role": "initiator"},
    "with": [{"row": "one", "message": {"ping": {"nonce": 1}}},
             {"row": "two", "message": {"on": {"ours": 1}, "connection_close": {}}}],
    "steps": [{"send": {"$": "message"}}]})");
  REQUIRE(made.size() == 2);
  CHECK(made[0].id == "open/x[one]");
  CHECK(made[1].id == "open/x[two]");
  CHECK(item_of(made[0].steps.at(0))["ping"]["nonce"] == 1);
  CHECK(item_of(made[1].steps.at(0))["on"]["ours"] == 1);
}

TEST_CASE("a parameter beside other keys gives its entries") {
  auto const made = cases_of(R"({"about": "a", "rules": ["connection.open/3"],
    "with": [{"row": "r", "message": {"connection_close": {}}, "extra": [{"drop": {}}]}],
    "steps": [{"send": {"on": {"ours": 2}, "$": "message"}}, {"$": "extra"}]})");
  auto const item = item_of(made.at(0).steps.at(0));
  CHECK(item == Json::parse(R"({"on": {"ours": 2}, "connection_close": {"metadata": []}})"));
  CHECK(std::holds_alternative<Drop>(made.at(0).steps.at(1).body));
}

TEST_CASE("rows are checked as well") {
  auto const rows = [](std::string_view with) {
    return error_of(R"({"about": "a", "rules": ["link/1"], "with": )" + std::string{with} +
                    R"(, "steps": [{"send": {"ping": {"nonce": {"$": "n"}}}}]})");
  };
  CHECK(rows(R"([{"row": "a", "n": 1}])") == "no error");
  CHECK(has(rows(R"([{"n": 1}])"), "the row has no name"));
  CHECK(has(rows(R"([{"row": "a", "n": 1}, {"row": "a", "n": 1}])"), "another row has this name"));
  CHECK(has(rows(R"([{"row": "a[b]", "n": 1}])"), "a row's name has no blanks"));
  CHECK(has(rows(R"([{"row": "a", "n": 1, "m": 1}])"),
            "with[0].m: the parameter 'm' is used nowhere"));
  CHECK(has(rows(R"([{"row": "a", "m": 1}])"), "did you mean 'm'?"));
}

TEST_CASE("both roles are two cases, and only then the id says which") {
  auto const made = cases_of(R"({"about": "a", "rules": ["link/1"], "peer": {"role": "both",
    "conduit": "stable", "transports": ["tcp", "ws"]}, "steps": [{"establish": {}}]})");
  REQUIRE(made.size() == 2);
  CHECK(made[0].id == "open/x@initiator");
  CHECK(made[0].role == vox::Role::initiator);
  CHECK(made[1].id == "open/x@acceptor");
  CHECK(made[1].role == vox::Role::acceptor);
  CHECK(made[1].conduit == Conduit::stable);
  CHECK(made[1].transports == std::vector<std::string>{"tcp", "websocket"});
}

TEST_CASE("a case is as strong as the strongest of its clauses, and a definition binds") {
  auto const level = [](std::string_view rules) {
    return cases_of(R"({"about": "a", "rules": )" + std::string{rules} +
                    R"(, "steps": [{"drop": {}}]})")
        .at(0)
        .level();
  };
  CHECK(level(R"(["link/1"])") == vox::Level::definition);
  CHECK(level(R"(["link/1", "session.protocol-error/1"])") == vox::Level::must);
  CHECK(level(R"(["rpc.cancel/2"])") == vox::Level::should);
  CHECK(level(R"(["rpc.cancel/2", "link/1"])") == vox::Level::definition);
}

TEST_CASE(
    "a case does not mix the specification with what 0.4.0 does, unless it says which is which") {
  constexpr auto mixed = R"({"about": "a", "rules": ["connection.open/3", "core.O6/1"], )";
  CHECK(has(error_of(mixed + std::string{R"("steps": [{"drop": {}}]})"}),
            "these are clauses of the specification and of the behaviour of 0.4.0"));
  constexpr auto told_apart =
      R"("steps": [{"one_of": [{"steps": [{"drop": {}}], "verdict": "differs", "reason": "b"}]}]})";
  CHECK_FALSE(cases_of(mixed + std::string{told_apart}).at(0).is_by_behaviour());
  CHECK(cases_of(R"({"about": "a", "rules": ["core.O6/1"], "steps": [{"drop": {}}]})")
            .at(0)
            .is_by_behaviour());
}

TEST_CASE("a repeat is unrolled, counting from one") {
  auto const steps = steps_of(
      R"([{"repeat": {"times": 3, "steps": [{"send": {"ping": {"nonce": {"$": "i"}}}}]}}])");
  auto const& rounds = std::get<Repeat>(steps.at(0).body).rounds;
  REQUIRE(rounds.size() == 3);
  CHECK(item_of(rounds[2].at(0))["ping"]["nonce"] == 3);
  CHECK(rounds[2].at(0).pointer == "/steps/0/repeat/steps/0");
}

TEST_CASE("a repeat by a name has as many rounds as it may come to, and says how many") {
  auto const steps =
      steps_of(R"([{"repeat": {"times": "$n", "at_most": 5, "steps": [{"send": {"ping": {}}}]}}])");
  auto const& repeat = std::get<Repeat>(steps.at(0).body);
  CHECK(repeat.rounds.size() == 5);
  CHECK(repeat.times == Term{Variable{"n"}});
}

TEST_CASE("the name of a request's id is that of an id on its connection") {
  auto const steps = steps_of(R"([{"open_connection": {"as": "c"}},
                                  {"request": {"on": "$c", "method": "echo", "args": ["x"], "as": "r"}},
                                  {"let": "n", "be": 7}])");
  auto const* const name = std::get_if<Let>(&steps.at(4).body);
  REQUIRE(name != nullptr);
  CHECK(name->name == "r");
  CHECK(name->on == Term{Variable{"c"}});
  CHECK(std::get<Let>(steps.back().body).on == root_connection());
}

TEST_CASE("macros become plain steps that say where they come from") {
  auto const steps = steps_of(R"([{"open_connection": {"as": "c"}, "link": "second"},
                                  {"open_connection": {"as": "d"}}])");
  REQUIRE(steps.size() == 6);
  CHECK(std::get<Let>(steps[0].body).name == "c");
  CHECK(std::get<Let>(steps[0].body).value == Term{IdOf{.ours = true, .n = 1}});
  CHECK(std::get<Let>(steps[3].body).value == Term{IdOf{.ours = true, .n = 2}});
  auto const open = item_of(steps[1]);
  CHECK(open["connection_open"]["metadata"][0]["value"] == "Testbed");
  CHECK(steps[1].macro == "open_connection");
  CHECK(steps[1].pointer == "/steps/0");
  CHECK(steps[1].link == "second");
  CHECK(term_json(std::get<Expect>(steps[2].body).frames.at(0)).contains("connection_accept"));
}

TEST_CASE("a call announces, calls with a fresh id and expects the answer") {
  auto const steps =
      steps_of(R"([{"call": {"method": "echo", "args": ["hi"], "returns": {"Ok": "hi"}}},
                                  {"call": {"on": "$c", "method": "echo", "args": ["x"],
                                            "announced": true}},
                                  {"call": {"method": "echo", "args": ["y"]}}])");
  CHECK(std::get<Announce>(steps.at(0).body).method == "Testbed.echo");
  auto const call = item_of(steps.at(1))["request_call"];
  CHECK(call["id"] == Json::parse(R"({"ours": 1})"));
  CHECK(call["args"] == Json::parse(R"({"hex": "026869"})"));
  CHECK(call["method_id"] == "0x880bc4eee23574be");
  auto const& answer = std::get<Expect>(steps.at(2).body);
  CHECK(answer.passing == std::vector<std::string>{"schema"});
  CHECK(term_json(answer.frames.at(0))["request_response"]["ret"] ==
        Json::parse(R"({"returned_by": "echo", "value": {"Ok": "hi"}})"));
  // Known schemas are not announced again, and each connection counts its own ids.
  CHECK(item_of(steps.at(3))["request_call"]["id"]["ours"] == 1);
  CHECK(item_of(steps.at(6))["request_call"]["id"]["ours"] == 2);
}

TEST_CASE("schemas may come between, unless a step says what may or is about schemas itself") {
  auto const passing = [](std::string_view step) {
    return std::get<Expect>(steps_of("[" + std::string{step} + "]").at(0).body).passing;
  };
  CHECK(passing(R"({"expect": [{"pong": {}}]})") == std::vector<std::string>{"schema"});
  CHECK(passing(R"({"expect": [{"pong": {}}], "passing": []})").empty());
  CHECK(passing(R"({"expect": [{"pong": {}}, {"schema": {}}]})").empty());
  CHECK(passing(R"({"expect": [{"one_of": [{"pong": {}}, {"schema": {}}]}]})").empty());
}

TEST_CASE("steps take what the language says") {
  auto const steps = steps_of(R"([
    {"send": [{"ping": {}}, {"bytes": "00"}], "together": true, "write": {"split": [1, 3]}},
    {"expect": [{"pong": {}}], "any_order": true, "passing": ["schema"]},
    {"expect_none": {"on": "$c"}, "probe": {"kind": "call", "on": "$c"}},
    {"expect_violation": {"asks": ["closed"], "honoured": [{"pong": {}}]}},
    {"expect_end": ["closed", "reset"], "process": ["running", {"exited": 3}], "passing": []},
    {"expect_exit": "any"},
    {"alive": {"on": "$c", "echo": false}},
    {"drop": {"reset": true}}, {"half_close": {}}, {"stop_reading": {}},
    {"next_link": {}, "link": "second", "note": "again"},
    {"wait": {"ms": 20, "reason": "a timer"}},
    {"one_of": [{"steps": [{"alive": {}}]},
                {"steps": [{"drop": {}}], "verdict": "non_strict", "reason": "it should"}]}])",
                              R"("slow": true, )");
  CHECK(std::get<Send>(steps.at(0).body).write.split == std::vector<std::size_t>{1, 3});
  CHECK(std::get<Expect>(steps.at(1).body).any_order);
  CHECK(term_json(std::get<ExpectNone>(steps.at(2).body).frames.at(0)) ==
        Json::parse(R"({"on": "$c"})"));
  CHECK(std::get<ExpectNone>(steps.at(2).body).probe.kind == Probe::Kind::call);
  CHECK(std::get<ExpectViolation>(steps.at(3).body).asks ==
        std::vector<Reaction>{Reaction::closed});
  CHECK_FALSE(std::get<ExpectViolation>(steps.at(3).body).honoured.value().at(0).on);
  CHECK(std::get<ExpectEnd>(steps.at(4).body).process.at(1).code == 3);
  CHECK(std::get<ExpectEnd>(steps.at(4).body).passing.value().empty());
  CHECK(std::get<ExpectExit>(steps.at(5).body).codes.empty());
  CHECK_FALSE(std::get<Alive>(steps.at(6).body).echo);
  CHECK(std::get<Drop>(steps.at(7).body).reset);
  CHECK(steps.at(10).link == "second");
  CHECK(steps.at(10).note == "again");
  CHECK(std::get<Wait>(steps.at(11).body).duration == std::chrono::milliseconds{20});
  auto const& ways = std::get<OneOf>(steps.at(12).body).alternatives;
  CHECK(ways.at(1).worth == Alternative::Worth::non_strict);
}

TEST_CASE("a subject is started again, and has a store where it persists") {
  auto const made = cases_of(
      file_with(R"([{"establish": {}}, {"restart": {}}, {"next_link": {}}])",
                R"("subject": {"store": true, "env": {"A": "b"}}, "needs": ["durable"], )"));
  CHECK(made.at(0).subject.store);
  CHECK(std::holds_alternative<Restart>(made.at(0).steps.at(1).body));
  CHECK(has(error_of(file_with("[]", R"("subject": {"store": true}, )")),
            R"(only what is durable can use a store; say "needs": ["durable"])"));
}

TEST_CASE("a recording loads: its frames and result are passed over") {
  auto const made = cases_of(R"({"version": 1, "about": "a", "rules": ["link/1"], "case": "open/x",
    "result": {"verdict": "pass"},
    "steps": [{"send": {"ping": {"nonce": 1}}, "frames": [
      {"at_us": 12, "sent": {"on": 0, "ping": {"nonce": 1}}, "hex": "000801"}]}]})");
  CHECK(made.at(0).steps.size() == 1);
}
