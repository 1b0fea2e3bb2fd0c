#include "conformance/trace/describe.hpp"

#include "conformance/peer/fill.hpp"
#include "conformance/peer/term_json.hpp"
#include "conformance/trace/frame_record.hpp"
#include "conformance/trace/step_json.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

using namespace voxspec;

namespace {

std::vector<Case> cases_of(std::string_view content) {
  auto const file = parse_trace(content, "traces/x.json");
  if (!file) FAIL(text(file.error()));
  return cases(*file, "traces");
}

Case case_of(std::string_view steps, std::string_view role = "initiator") {
  return cases_of(R"({"about": "a claim", "rules": ["connection.open/3"], "peer": {"role": ")" +
                  std::string{role} + R"("}, "steps": )" + std::string{steps} + "}")
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

// Every item of an expansion that has its bytes beside it.
void check_items(Json const& steps, Dialect dialect, std::size_t& checked) {
  for (auto const& step : steps) {
    if (step.contains("one_of")) {
      for (auto const& way : step["one_of"])
        check_items(way["steps"], dialect, checked);
    }
    if (!step.contains("send")) continue;
    for (auto const& item : step["send"]) {
      if (!item.contains("hex")) continue;
      ++checked;
      auto const frame = fill(read_template({item, {}}, dialect), {}, IdSpace{}).value();
      CHECK(vox::to_hex(encode(frame).value()) == item["hex"].get<std::string>());
    }
  }
}

}  // namespace

TEST_CASE("an expansion of every committed case loads, and expands to itself") {
  std::size_t checked = 0;
  for (auto const& made : committed_cases()) {
    INFO(made.id);
    auto const expanded = expand_case(made);
    auto const again = parse_trace(expanded.dump(), made.id);
    if (!again) FAIL_CHECK(text(again.error()));
    if (!again) continue;
    auto twin = cases(*again, "traces").at(0);
    twin.id = made.id;
    CHECK(expand_case(twin) == expanded);
    CHECK(twin.level() == made.level());
    check_items(expanded["steps"], made.dialect, checked);
  }
  CHECK(checked > 0);
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
  auto const out =
      expand_case(case_of(R"([{"send": {"on": {"ours": 2}, "ping": {"nonce": 300}}}])"));
  auto const& item = out["steps"][0]["send"][0];
  CHECK(item["on"] == 3);
  CHECK(item["hex"] == "0308ac02");
  auto const mirrored = expand_case(
      case_of(R"([{"send": {"on": {"ours": 2}, "ping": {"nonce": 300}}}])", "acceptor"));
  CHECK(mirrored["steps"][0]["send"][0]["on"] == 4);
}

TEST_CASE("an establish expands to the frames of our side, and what the other has to say") {
  auto const out = expand_case(case_of(R"([{"establish": {"hello": {"resume_key": null}}}])"));
  REQUIRE(out["steps"].size() == 5);
  CHECK(out["steps"][0]["send"][0]["hex"] == "564f544809000000");
  CHECK(out["steps"][1]["expect"][0]["transport_accept"]["mode"] == 0);
  CHECK(out["steps"][2]["send"][0]["hello"]["resume_key"] == nullptr);
  CHECK(out["steps"][4]["send"][0]["hex"] == "a1664c657473476fa0");
}

TEST_CASE("a frame that depends on what the subject says has no bytes but the names it needs") {
  auto const out = expand_case(case_of(R"([{"expect": [{"ping": {"nonce": "$n"}}]},
                                           {"send": {"pong": {"nonce": "$n"}}}])"));
  auto const& item = out["steps"][1]["send"][0];
  CHECK_FALSE(item.contains("hex"));
  CHECK(item["depends_on"] == Json::parse(R"(["$n"])"));
}

TEST_CASE("r[schema.principles.once-per-type] an expansion announces each schema once") {
  auto const out = expand_case(case_of(R"([{"announce": {"method": "echo"}},
      {"announce": {"method": "echo"}}, {"announce": {"method": "reverse"}}])"));
  REQUIRE(out["steps"].size() == 2);
  CHECK(out["steps"][0]["send"][0]["schema"]["schemas"]["schemas"].size() == 2);
  CHECK(out["steps"][1]["send"][0]["schema"]["schemas"]["schemas"].empty());
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
