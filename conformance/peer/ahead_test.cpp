#include "conformance/testing/fake_subject.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

namespace voxspec::test {

TEST_SUITE("executor") {
  TEST_CASE("ahead: frames may come before the step that expects them") {
    auto const result = play(R"([{"establish": {}},
      {"request": {"method": "echo", "args": ["a"]}}, {"request": {"method": "echo", "args": ["b"]}},
      {"expect": [{"request_response": {"id": {"ours": 2}}}], "ahead": true},
      {"expect": [{"request_response": {"id": {"ours": 1}}}], "ahead": true}])");
    INFO(result.reason);
    CHECK(result.verdict == Verdict::pass);
  }

  TEST_CASE("ahead: a frame that no later step expects fails at once") {
    auto const result = play(R"([{"establish": {}},
      {"request": {"method": "echo", "args": ["a"]}}, {"request": {"method": "echo", "args": ["b"]}},
      {"expect": [{"request_response": {"id": {"ours": 2}}}], "ahead": true}])");
    CHECK(result.verdict == Verdict::fail);
    CHECK_FALSE(result.timed_out);
    CHECK(result.reason.find("which no later step expects") != std::string::npos);
  }

  TEST_CASE("ahead: what does not come is a time-out that names it") {
    auto const result = play(R"([{"establish": {}},
      {"expect": [{"request_response": {"id": {"ours": 1}}}], "ahead": true}])",
                             {.options = impatient()});
    CHECK(result.timed_out);
    CHECK(result.reason.find("request_response") != std::string::npos);
  }

  TEST_CASE("r[rpc.channel] ahead: items of one channel keep their order") {
    auto const steps = [](char const* first, char const* second) {
      return std::string{R"([{"establish": {}},
        {"send": {"request_call": {"id": 1, "method_id": 108}}}, {"expect": [)"} +
             R"({"channel_item": {"id": {"any": "uint"}, "item": {"hex": ")" + first + R"("}}},)" +
             R"({"channel_item": {"id": {"any": "uint"}, "item": {"hex": ")" + second + R"("}}},)" +
             R"({"request_response": {"id": 1}}], "ahead": true}])";
    };
    auto const in_order = play(steps("02", "04"));
    INFO(in_order.reason);
    CHECK(in_order.verdict == Verdict::pass);
    CHECK(play(steps("04", "02")).verdict == Verdict::fail);
  }

  TEST_CASE("r[rpc.flow-control.credit.grant] credit that does not come is a time-out") {
    auto const result = play(R"([{"establish": {}},
      {"await_credit": {"channel": {"ours": 1}, "items": 3}}])",
                             {.options = impatient()});
    CHECK(result.timed_out);
    CHECK(result.reason.find("credit for 3 items on channel 1, of which 0 were granted") !=
          std::string::npos);
  }

  TEST_CASE("r[stable.seq] the numbers of a stable conduit count what the case does not see") {
    // The subject pings us before it answers, and our pong takes a number, too.
    auto const result = play(R"([{"establish": {}},
      {"send": {"stable_frame": {"seq": "$our_next", "message": {"request_call": {"id": 1, "method_id": 101}}}}},
      {"expect": [{"stable_frame": {"seq": "$their_next", "message": {"request_response": {"id": 1}}}}]},
      {"send": {"stable_frame": {"seq": "$our_next", "ack": "$their_last", "message": {"ping": {"nonce": 3}}}}},
      {"expect": [{"stable_frame": {"seq": 2, "message": {"pong": {"nonce": 3}}}}]}])",
                             {.peer = R"({"role": "initiator", "conduit": "stable"})"});
    INFO(result.reason);
    CHECK(result.verdict == Verdict::pass);
    auto const sent = [](FrameRecord const& record) { return record.direction == Direction::sent; };
    auto const last = std::ranges::find_if(
        result.frames.rbegin(), result.frames.rend(), [&](FrameRecord const& record) {
          return sent(record) && record.decoded.dump().find("\"nonce\":3}") != std::string::npos;
        });
    REQUIRE(last != result.frames.rend());
    CHECK(last->decoded["stable_frame"]["seq"] == 2);
  }
}

}  // namespace voxspec::test
