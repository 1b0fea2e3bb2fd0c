// Alternatives: told apart by what comes first.
#include "conformance/testing/fake_subject.hpp"

#include <doctest/doctest.h>

#include <string>

namespace voxspec::test {
namespace {

constexpr auto answered = R"({"steps": [{"expect": [{"request_response": {"id": {"ours": 1}}}]}]})";
constexpr auto ended =
    R"({"steps": [{"expect_end": ["closed"]}], "verdict": "non_strict", "reason": "It ended the link."})";
constexpr auto silent =
    R"({"steps": [{"expect_none": [{"request_response": {}}]}], "verdict": "non_strict", "reason": "It said nothing."})";
constexpr auto violated = R"({"steps": [{"expect_violation": {}}]})";
constexpr auto anything =
    R"({"steps": [{"let": "x", "be": 1}], "verdict": "fail", "reason": "It did something else."})";

CaseResult choose(std::string const& trick, std::string const& alternatives, Play const& how = {}) {
  return play(R"([{"establish": {}},
                  {"send": {"request_call": {"id": {"ours": 1}, "method_id": )" +
                  trick + R"(}}}, {"one_of": [)" + alternatives + "]}]",
              how);
}
std::string both(std::string const& a, std::string const& b) {
  return a + ", " + b;
}

}  // namespace

TEST_SUITE("executor") {
  TEST_CASE("one_of: a frame chooses the alternative that expects it") {
    auto const result = choose("1", both(answered, ended));
    INFO(result.reason);
    CHECK(result.verdict == Verdict::pass);
  }

  TEST_CASE("one_of: the end of the link chooses the alternative that expects it") {
    auto const result = choose("103", both(answered, ended));
    CHECK(result.verdict == Verdict::non_strict);
    CHECK(result.reason == "It ended the link.");
  }

  TEST_CASE("one_of: silence, proved by a probe, chooses the alternative that expects none") {
    auto const result = choose("107", both(answered, silent));
    CHECK(result.verdict == Verdict::non_strict);
    CHECK(result.reason == "It said nothing.");
    auto const spoken = choose("1", both(silent, answered));
    INFO(spoken.reason);
    CHECK(spoken.verdict == Verdict::pass);
  }

  TEST_CASE("one_of: the late answer to a probe of an alternative not taken is no one's business") {
    auto const result =
        play(R"([{"establish": {}},
                 {"send": {"request_call": {"id": {"ours": 1}, "method_id": 1}}},
                 {"one_of": [)" +
             both(answered, silent) +
             R"(]}, {"send": {"ping": {"nonce": 9}}}, {"expect": [{"pong": {"nonce": 9}}]}])");
    INFO(result.reason);
    CHECK(result.verdict == Verdict::pass);
  }

  TEST_CASE("one_of: a ProtocolError chooses the violation, an answer to the probe does not") {
    auto const result = choose("110", both(answered, violated));
    INFO(result.reason);
    CHECK(result.verdict == Verdict::pass);
    CHECK(result.observations.told == true);
    CHECK(choose("1", both(violated, answered)).verdict == Verdict::pass);
    CHECK(choose("107", both(violated, silent)).verdict == Verdict::non_strict);
  }

  TEST_CASE("one_of: what no alternative allows for fails, and says what came") {
    auto const other = choose("108", both(answered, R"({"steps": [{"expect": [{"pong": {}}]}]})"));
    CHECK(other.verdict == Verdict::fail);
    CHECK(other.reason ==
          "the subject sent channel_item on connection 0, which none of the 2 alternatives allows "
          "for");
  }

  TEST_CASE(
      "one_of: silence that no alternative is for fails, and says what all of them wait for") {
    auto const result = choose("107", both(ended, R"({"steps": [{"expect": [{"pong": {}}]}]})"));
    CHECK(result.verdict == Verdict::fail);
    INFO(result.reason);
    CHECK(result.reason.contains(" for pong on connection 0; or the end of the link;"));
  }

  TEST_CASE("one_of: an alternative without an expectation takes the rest") {
    CHECK(choose("1", both(answered, anything)).verdict == Verdict::pass);
    auto const result = choose("108", both(answered, anything));
    CHECK(result.verdict == Verdict::fail);
    CHECK(result.reason == "It did something else.");
  }

  TEST_CASE("one_of: a crash is no end of the link that an alternative takes") {
    auto const result = choose("105", both(answered, ended));
    CHECK(result.verdict == Verdict::fail);
    CHECK(result.reason.find("SIGSEGV") != std::string::npos);
  }

  TEST_CASE("one_of: the next link, or the exit in its place, chooses the alternative") {
    std::string const either =
        R"({"one_of": [{"steps": [{"next_link": {}}, {"establish": {}}, {"alive": {}}]},
                       {"steps": [{"expect_exit": 3}], "verdict": "non_strict", "reason": "It left."}]})";
    auto const dialled = play(R"([{"establish": {}}, {"drop": {}}, )" + either + "]");
    INFO(dialled.reason);
    CHECK(dialled.verdict == Verdict::pass);
    auto const left = choose("106", R"({"steps": [{"expect_end": ["closed"]}, )" + either + "]}");
    INFO(left.reason);
    CHECK(left.verdict == Verdict::non_strict);
    CHECK(left.reason == "It left.");
  }

  TEST_CASE("one_of: nothing at all is a time-out") {
    auto const result = choose("107", both(answered, ended), {.options = impatient()});
    CHECK(result.verdict == Verdict::fail);
    CHECK(result.timed_out);
  }

  TEST_CASE("one_of: only the chosen alternative binds names") {
    auto const result =
        choose("1", both(R"({"steps": [{"expect": [{"pong": {"nonce": "$n"}}]}]})",
                         R"({"steps": [{"expect": [{"request_response": {"id": "$n"}}]},
                                {"send": {"ping": {"nonce": "$n"}}},
                                {"expect": [{"pong": {"nonce": 1}}]}]})"));
    INFO(result.reason);
    CHECK(result.verdict == Verdict::pass);
  }
}

}  // namespace voxspec::test
