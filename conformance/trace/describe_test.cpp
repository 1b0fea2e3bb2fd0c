#include "conformance/trace/describe.hpp"

#include "conformance/peer/fill.hpp"
#include "conformance/peer/term_json.hpp"
#include "conformance/trace/frame_record.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

using namespace voxspec;

namespace {

std::vector<Case> cases_of(std::string_view content, Dialect dialect = Dialect::vox_0_4) {
  auto const file = parse_trace(content, "traces/x.json", dialect);
  if (!file) FAIL(text(file.error()));
  return cases(*file, "traces");
}

Case case_of(std::string_view steps, std::string_view role = "initiator",
             Dialect dialect = Dialect::vox_0_4) {
  return cases_of(R"({"about": "a claim", "rules": ["connection.open/3"], "peer": {"role": ")" +
                      std::string{role} + R"("}, "steps": )" + std::string{steps} + "}",
                  dialect)
      .at(0);
}

// Under the sanitizers all cases would take minutes: there, one case of each fifth file.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr bool is_sampled = true;
#else
constexpr bool is_sampled = false;
#endif
#else
constexpr bool is_sampled = false;
#endif

std::vector<Case> committed_cases() {
  std::vector<std::filesystem::path> paths;
  for (auto const& entry : std::filesystem::recursive_directory_iterator{"traces"}) {
    if (entry.path().extension() == ".json" && entry.path().filename() != "trace.schema.json") {
      paths.push_back(entry.path());
    }
  }
  std::ranges::sort(paths);
  std::vector<Case> all;
  for (std::size_t i = 0; i < paths.size(); i += is_sampled ? 5 : 1) {
    auto const file = load_trace(paths[i]);
    if (!file) continue;  // another test names it
    auto found = cases(*file, "traces");
    if (is_sampled) found.erase(found.begin() + 1, found.end());
    std::ranges::move(found, std::back_inserter(all));
  }
  return all;
}

// The bytes of parts without blanks; nothing if there are some.
std::optional<std::string> fixed(Json const& parts) {
  std::string hex;
  for (auto const& part : parts) {
    if (!part.contains("hex")) return std::nullopt;
    for (auto times = part.value("times", 1); times > 0; --times)
      hex += part["hex"].get<std::string>();
  }
  return hex;
}

// Goes through an expansion as it would run: each frame has the bytes of what it says, and each
// blank is filled with a name that was met before.
class Walk {
 public:
  Walk(Json const& expanded, Dialect dialect)
      : is_bare_{expanded["conduit"] == "bare"}, dialect_{dialect} {
    steps(expanded["steps"], {});
  }
  std::size_t compared = 0;
  std::size_t filled = 0;

 private:
  using Names = std::set<std::string>;

  Names steps(Json const& list, Names names) {
    for (auto const& step : list) {
      for (auto const& each : step.value("alternatives", Json::array()))
        (void)steps(each["steps"], names);
      for (auto const& round : step.value("rounds", Json::array()))
        names = steps(round, names);
      if (step["step"] == "send" || step["step"] == "ask") {
        for (auto const& frame : step["frames"])
          check(frame, names);
      }
      // Which of the alternatives gives a name shows only when the case runs.
      take_names(step, names);
    }
    return names;
  }
  void check(Json const& frame, Names const& names) {
    INFO(frame["says"].dump());
    CHECK((!frame["parts"].empty() || frame["kind"] == "payload"));
    check_blanks(frame["parts"], names);
    auto const hex = fixed(frame["parts"]);
    if (!hex || frame["says"].is_null() || !is_bare_) return;
    auto const said = fill(read_template({frame["says"], {}}, dialect_), {}, IdSpace{}).value();
    ++compared;
    CHECK(vox::to_hex(encode(said).value()) == *hex);
  }
  void check_blanks(Json const& parts, Names const& names) {
    for (auto const& part : parts) {
      if (part.contains("of")) check_blanks(part["of"], names);
      if (!part.contains("fill")) continue;
      auto const name = part["fill"].get<std::string>();
      INFO(name);
      ++filled;
      CHECK((names.contains(name) || name.starts_with("our_") || name.starts_with("their_")));
    }
  }
  static void take_names(Json const& value, Names& names) {
    if (value.is_object() && value.contains("name") && value["name"].is_string()) {
      names.insert(value["name"].get<std::string>());
    }
    if (!value.is_structured()) return;
    for (auto const& inner : value)
      take_names(inner, names);
  }

  bool is_bare_;
  Dialect dialect_;
};

}  // namespace

TEST_CASE(
    "an expansion of every committed case has bytes for what it sends, and names for the rest") {
  std::size_t compared = 0;
  std::size_t filled = 0;
  for (auto const& made : committed_cases()) {
    INFO(made.id);
    // Messages that are written by other schemas than ours say what they would be in ours.
    if (made.id.starts_with("session/") || made.id.starts_with("handshake/")) continue;
    Walk const walk{expand_case(made), made.dialect};
    compared += walk.compared;
    filled += walk.filled;
  }
  CHECK(compared > 1000);
  CHECK(filled > 0);
}

TEST_CASE("every committed case can be written as plain steps and explained") {
  for (auto const& made : committed_cases()) {
    INFO(made.id);
    auto const text = explain_case(made);
    CHECK(text.find(made.about) != std::string::npos);
    CHECK(parse_trace(recording(made, {}, nullptr).dump(), made.id));
  }
}

TEST_CASE("an expansion shows what goes out, byte by byte") {
  auto const steps = R"([{"send": {"on": {"ours": 2}, "ping": {"nonce": 300}}}])";
  auto const frame = expand_case(case_of(steps))["steps"][0]["frames"][0];
  CHECK(frame["says"]["on"] == 3);
  CHECK(frame["parts"] == Json::parse(R"([{"hex": "0308ac02"}])"));
  auto const mirrored = expand_case(case_of(steps, "acceptor"))["steps"][0]["frames"][0];
  CHECK(mirrored["parts"] == Json::parse(R"([{"hex": "0408ac02"}])"));
}

TEST_CASE("an establish expands to the frames of our side, and what the other has to say") {
  auto const out = expand_case(case_of(R"([{"establish": {"hello": {"resume_key": null}}}])"));
  REQUIRE(out["steps"].size() == 6);
  CHECK(out["steps"][0]["frames"][0]["parts"][0]["hex"] == "564f544809000000");
  auto const& accept = out["steps"][1]["frames"][0];
  CHECK(accept["kind"] == "transport_accept");
  CHECK(accept["fields"][2] ==
        Json::parse(R"({"name": "mode", "encoding": "u8", "is": {"equals": 0}})"));
  CHECK(out["steps"][2]["frames"][0]["says"]["hello"]["resume_key"] == nullptr);
  CHECK(out["steps"][3]["frames"][0]["fields"][0]["is"]["equals"] == "HelloYourself");
  CHECK(out["steps"][4]["frames"][0]["parts"][0]["hex"] == "a1664c657473476fa0");
  CHECK(out["steps"][4]["basic"] == true);
  // Whoever is in a session is asked whether it still works.
  CHECK(out["steps"][5]["step"] == "ask");
  CHECK(out["steps"][5]["when"] == "session_stands");
}

TEST_CASE("what depends on the subject is a blank with its encoding") {
  auto const out = expand_case(case_of(R"([{"expect": [{"ping": {"nonce": "$n"}}]},
                                           {"send": {"pong": {"nonce": "$n"}}}])"));
  CHECK(out["steps"][0]["frames"][0]["fields"][2] ==
        Json::parse(R"({"name": "nonce", "encoding": "varint", "is": {"name": "n"}})"));
  CHECK(out["steps"][1]["frames"][0]["parts"] ==
        Json::parse(R"([{"hex": "0009"}, {"fill": "n", "as": "varint"}])"));
  CHECK(out["pings"] == "scripted");
}

TEST_CASE("a blank in a value stands behind a length that depends on it") {
  auto const out = expand_case(case_of(
      R"([{"expect": [{"request_call": {"id": "$r", "args": {"args_of": "echo", "value": ["$s"]}}}]},
          {"send": {"request_response": {"id": "$r",
            "ret": {"returned_by": "echo", "value": {"Ok": "$s"}}}}}])"));
  CHECK(out["steps"][1]["frames"][0]["parts"] ==
        Json::parse(R"([{"hex": "0005"}, {"fill": "r", "as": "varint"}, {"hex": "0100"},
                        {"length": "u32le", "of": [{"hex": "00"}, {"fill": "s", "as": "string"}]},
                        {"hex": "00"}])"));
}

TEST_CASE("ids of a connection that the subject opens are counted by its parity") {
  auto const out = expand_case(case_of(
      R"([{"expect": [{"on": {"id_of": "theirs", "as": "$c"}, "connection_open": {}}]},
          {"send": {"on": "$c", "request_cancel": {"id": {"theirs": 2}}}}])"));
  CHECK(out["steps"][0]["frames"][0]["fields"][0]["is"] ==
        Json::parse(R"({"parity": "even", "name": "c"})"));
  CHECK(out["steps"][1]["be"] == Json::parse(R"({"nth": 2, "of": "theirs", "on": "c"})"));
  CHECK(out["steps"][2]["frames"][0]["parts"] ==
        Json::parse(R"([{"fill": "c", "as": "varint"}, {"hex": "05"},
                        {"fill": "c.theirs.2", "as": "varint"}, {"hex": "0200"}])"));
}

TEST_CASE("on a stable conduit a message stands in a frame with numbers to fill in") {
  auto const file = parse_trace(R"({"about": "a claim", "rules": ["connection.open/3"],
      "peer": {"role": "initiator", "conduit": "stable"},
      "steps": [{"establish": {}}, {"send": {"ping": {"nonce": 1}}}, {"expect": [{"pong": {}}]}]})",
                                "traces/x.json");
  auto const out = expand_case(cases(file.value(), "traces").at(0));
  auto const& sent = out["steps"][7]["frames"][0]["parts"];
  CHECK(sent == Json::parse(R"([{"fill": "our_next", "as": "varint"},
                                {"fill": "their_last", "as": "optional_varint"},
                                {"length": "u32le", "of": [{"hex": "000801"}]}])"));
  auto const& pong = out["steps"][8]["frames"][0];
  CHECK(pong["kind"] == "stable_frame");
  CHECK(pong["fields"][2]["is"]["frame"]["kind"] == "pong");
}

TEST_CASE("r[schema.principles.once-per-type] an expansion announces each schema once") {
  auto const out = expand_case(case_of(R"([{"announce": {"method": "echo"}},
      {"announce": {"method": "echo"}}, {"announce": {"method": "reverse"}}])"));
  REQUIRE(out["steps"].size() == 2);
  auto const schemas = [&](std::size_t step) {
    return out["steps"][step]["frames"][0]["says"]["schema"]["schemas"]["schemas"].size();
  };
  CHECK(schemas(0) == 2);
  CHECK(schemas(1) == 0);
}

TEST_CASE("what only one alternative may have announced is sent again, once") {
  auto const out = expand_case(case_of(R"([
      {"one_of": [{"steps": [{"alive": {}}]}, {"steps": [{"expect_violation": {}}],
        "verdict": "differs", "reason": "it may"}]},
      {"alive": {}}])"));
  auto const& first = out["steps"][0]["alternatives"][0]["steps"][1]["frames"][0];
  auto const& second = out["steps"][2]["frames"][0];
  CHECK(first["kind"] == "schema");
  CHECK(first["once"].is_string());
  CHECK(first == second);
}

TEST_CASE("in vox_0_5 settings end with the initial credit, in what is sent and what is expected") {
  auto const steps = R"([{"establish": {}},
      {"send": [{"on": 2, "connection_open": {"connection_settings": {"parity": "odd",
        "max_concurrent_requests": 64, "initial_channel_credit": 300}, "metadata": []}}]},
      {"expect": [{"on": 2, "connection_accept": {}}]}])";
  auto const out = expand_case(case_of(steps, "initiator", Dialect::vox_0_5))["steps"];
  auto const& sent = out[out.size() - 3]["frames"][0];
  CHECK(sent["kind"] == "connection_open");
  CHECK(sent["parts"] == Json::parse(R"([{"hex": "02010040ac0200"}])"));
  auto const& expected = out[out.size() - 2]["frames"][0];
  CHECK(expected["kind"] == "connection_accept");
  CHECK(expected["fields"][2]["encoding"] == "settings");
}

TEST_CASE("an explanation says each step in words") {
  auto const text = explain_case(case_of(R"([
      {"open_connection": {"as": "c"}},
      {"repeat": {"times": 3, "steps": [{"send": {"ping": {"nonce": {"$": "i"}}}}]}},
      {"one_of": [{"steps": [{"drop": {}}], "verdict": "fail", "reason": "never"}]}])"));
  for (auto const* const part :
       {"-- open_connection", "let $c be our id no. 1",
        "send connection_open on connection our id no. 1",
        "3 times (the first is shown):", "send ping {\"nonce\":1}", "* fail: never", "end the link",
        "We are the initiator of a bare conduit"}) {
    INFO(part, " in ", text);
    CHECK(text.find(part) != std::string::npos);
  }
}

TEST_CASE("a recording carries the frames of each step, and loads") {
  auto const made = case_of(R"([{"establish": {}},
      {"repeat": {"times": 2, "steps": [{"send": {"ping": {"nonce": {"$": "i"}}}}]}},
      {"expect": [{"pong": {}}]}])");
  auto const sent = [](std::uint64_t at_us, char const* hex, std::string step) {
    FrameRecord record;
    record.at_us = at_us;
    record.bytes = vox::from_hex(hex).value();
    auto const frame = decode(Layer::message, record.bytes);
    record.decoded = frame ? frame_json(*frame) : Json{};
    record.step = std::move(step);
    return record;
  };
  auto garbage = sent(40, "ff", "/steps/2");
  garbage.direction = Direction::received;
  garbage.problem = "not a message";
  auto const out = recording(made,
                             {sent(10, "000801", "/steps/1/repeat/steps/0"),
                              sent(20, "000802", "/steps/1/repeat/steps/0"), garbage},
                             Json{{"verdict", "fail"}});
  REQUIRE(out["steps"].size() == 4);
  CHECK(out["steps"][1]["frames"][0]["sent"]["ping"]["nonce"] == 1);
  CHECK(out["steps"][2]["frames"][0]["hex"] == "000802");
  CHECK(out["steps"][3]["frames"][0]["problem"] == "not a message");
  CHECK(out["steps"][3]["frames"][0]["received"] == nullptr);
  auto const again = cases_of(out.dump());
  CHECK(again.at(0).steps.size() == 4);
  auto const back = record_from_json(out["steps"][3]["frames"][0]);
  CHECK(back.direction == Direction::received);
  CHECK(back.at_us == 40);
  CHECK(back.bytes == garbage.bytes);
  CHECK(back.problem == garbage.problem);
}
