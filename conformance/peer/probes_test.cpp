// What is proved by a question and its answer: that nothing came, and that the subject works.
#include "conformance/testing/fake_subject.hpp"

#include <doctest/doctest.h>

#include <string>

namespace voxspec::test {
namespace {

std::string none(std::string const& call, std::string const& pattern, std::string const& probe) {
  return R"([{"establish": {}}, {"send": {"request_call": {"id": {"ours": 1}, "method_id": )" +
         call + R"(}}}, {"expect_none": [)" + pattern + R"(], "probe": {"kind": ")" + probe +
         "\"}}]";
}
constexpr auto a_response = R"({"request_response": {"id": {"ours": 1}}})";

}  // namespace

TEST_SUITE("executor") {
  TEST_CASE("expect_none: silence passes, by a ping and by a call") {
    for (auto const* const probe : {"ping", "call"}) {
      auto const result = play(none("107", a_response, probe));
      INFO(result.reason);
      CHECK(result.verdict == Verdict::pass);
    }
  }

  TEST_CASE("expect_none: what must not come fails, by a ping and by a call") {
    for (auto const* const probe : {"ping", "call"}) {
      auto const result = play(none("1", a_response, probe));
      CHECK(result.verdict == Verdict::fail);
      CHECK(result.reason ==
            "the subject sent request_response on connection 0, which must not come before the "
            "probe is answered");
      CHECK(result.got.contains("request_response"));
    }
  }

  TEST_CASE("expect_none: other frames are left for later steps") {
    auto const result = play(
        R"([{"establish": {}}, {"send": {"request_call": {"id": {"ours": 1}, "method_id": 108}}},
            {"expect_none": [{"channel_close": {}}]},
            {"expect": [{"channel_item": {"id": 1}}, {"channel_item": {"id": 1}},
                        {"request_response": {"id": {"ours": 1}}}]}])");
    INFO(result.reason);
    CHECK(result.verdict == Verdict::pass);
  }

  TEST_CASE("expect_none: frames that a step before left are judged, too") {
    auto const result = play(
        R"([{"establish": {}}, {"send": {"request_call": {"id": {"ours": 1}, "method_id": 108}}},
            {"alive": {}}, {"expect_none": [{"channel_item": {}}]}])");
    CHECK(result.verdict == Verdict::fail);
    CHECK(result.failed_step == "/steps/3");
  }

  TEST_CASE("expect_none: names that are bound are kept to") {
    auto const steps = [](std::string const& nonce) {
      return R"([{"establish": {}}, {"let": "n", "be": )" + nonce +
             R"(}, {"send": {"ping": {"nonce": 9}}}, {"expect_none": [{"pong": {"nonce": "$n"}}]}])";
    };
    CHECK(play(steps("8")).verdict == Verdict::pass);
    CHECK(play(steps("9")).verdict == Verdict::fail);
  }

  TEST_CASE("expect_none: a link that ends before the answer proves nothing") {
    auto const result = play(none("103", a_response, "ping"));
    CHECK(result.verdict == Verdict::fail);
    CHECK(result.reason.starts_with("the link ended at a frame boundary and the process is still"));
  }

  TEST_CASE("expect_none: a subject that does not answer the probe fails by a time-out") {
    auto const result = play(none("107", a_response, "ping"),
                             {.habits = {.answers_pings = false}, .options = impatient()});
    CHECK(result.verdict == Verdict::fail);
    CHECK(result.timed_out);
    CHECK(result.reason.find("the Pong to the Ping with nonce") != std::string::npos);
  }

  TEST_CASE("alive: a Pong with another nonce fails at once") {
    auto const result =
        play(R"([{"establish": {}}, {"alive": {}}])", {.habits = {.nonce_off_by = 1}});
    CHECK(result.verdict == Verdict::fail);
    CHECK_FALSE(result.timed_out);
    CHECK(result.mismatch == "/pong/nonce");
  }

  TEST_CASE("alive: a wrong echo fails, and is not asked for where Testbed is not served") {
    constexpr auto steps = R"([{"establish": {}}, {"alive": {}}])";
    auto const result = play(steps, {.habits = {.echoes_rightly = false}});
    CHECK(result.verdict == Verdict::fail);
    CHECK(result.mismatch.starts_with("/request_response/ret"));
    CHECK(play(steps, {.habits = {.serves = false, .echoes_rightly = false}}).verdict ==
          Verdict::pass);
    CHECK(play(R"([{"establish": {}}, {"alive": {"echo": false}}])",
               {.habits = {.echoes_rightly = false}})
              .verdict == Verdict::pass);
  }

  TEST_CASE("alive: it announces the schemas of its call once for each connection") {
    auto const result = play(R"([{"establish": {}}, {"alive": {}}, {"alive": {}}])");
    auto const schemas = [&] {
      int count = 0;
      for (auto const& record : result.frames)
        count += record.decoded.contains("schema") ? 1 : 0;
      return count;
    };
    CHECK(result.verdict == Verdict::pass);
    CHECK(schemas() == 1);
  }

  TEST_CASE("alive: it works on a connection of its own") {
    auto const result = play(R"([{"establish": {}},
                 {"send": {"on": {"ours": 1}, "connection_open": {"metadata": [
                    {"key": "vox-service", "value": "Testbed"}]}}},
                 {"expect": [{"on": {"ours": 1}, "connection_accept": {}}]},
                 {"let": "c", "be": {"ours": 1}}, {"alive": {"on": "$c"}}])");
    INFO(result.reason);
    CHECK(result.verdict == Verdict::pass);
  }

  TEST_CASE("alive: a subject that accuses us is not alive") {
    auto const result = play(
        R"([{"establish": {}}, {"send": {"request_call": {"id": {"ours": 1}, "method_id": 110}}},
            {"alive": {}}])");
    CHECK(result.verdict == Verdict::fail);
    CHECK(result.reason.starts_with("the subject sent a ProtocolError where the Pong"));
  }
}

}  // namespace voxspec::test
