// Cases as a whole: establishing, sending, expecting, records, liveness, verdicts.
#include "conformance/testing/fake_subject.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace voxspec::test {
namespace {

constexpr auto as_acceptor = R"({"role": "acceptor"})";
constexpr auto on_stable = R"({"role": "initiator", "conduit": "stable"})";

}  // namespace

TEST_SUITE("executor") {
  TEST_CASE("executor: as the initiator it establishes a session and finds the subject alive") {
    auto const result = play(R"([{"establish": {}}, {"alive": {}}])");
    INFO(result.reason);
    CHECK(result.verdict == Verdict::pass);
    CHECK(result.reason.empty());
    CHECK(result.end == EndCause::open);
    CHECK(result.process.kind == ProcessState::Kind::running);
  }

  TEST_CASE("executor: as the acceptor it establishes a session and finds the subject alive") {
    auto const result = play(R"([{"establish": {}}, {"alive": {}}])",
                             {.habits = {.role = vox::Role::initiator}, .peer = as_acceptor});
    INFO(result.reason);
    CHECK(result.verdict == Verdict::pass);
    CHECK(result.role == vox::Role::acceptor);
  }

  TEST_CASE("executor: on a stable conduit messages go out and come back in stable frames") {
    auto const result = play(R"([{"establish": {}}, {"alive": {}}])", {.peer = on_stable});
    INFO(result.reason);
    REQUIRE(result.verdict == Verdict::pass);
    auto const stable = [](FrameRecord const& record) {
      return record.decoded.is_object() && record.decoded.contains("stable_frame");
    };
    CHECK(std::ranges::count_if(result.frames, stable) >= 4);
    // Three messages of the subject answer four of ours: two Pongs, a Response.
    auto const& last = result.frames.back().decoded["stable_frame"];
    CHECK(last["seq"] == 2);
    CHECK(last["ack"] == 3);
  }

  TEST_CASE("executor: a subject that does not answer the handshake fails by a time-out") {
    auto const result = play(R"([{"establish": {}}])",
                             {.habits = {.answers_hello = false}, .options = impatient()});
    CHECK(result.verdict == Verdict::fail);
    CHECK(result.timed_out);
    CHECK(result.failed_step == "/steps/0");
    CHECK(with_shortest_wait(result.reason) ==
          "no session was established: time-out: waited 40 ms for hello_yourself; the process is "
          "still running");
  }

  TEST_CASE("executor: a subject that gives no link says nothing about the subject") {
    auto const result =
        play(R"([{"establish": {}}])", {.habits = {.links = false}, .options = impatient()});
    CHECK(result.verdict == Verdict::not_run);
    CHECK(result.end == EndCause::none);
    CHECK(result.timed_out);
  }

  TEST_CASE("executor: a changed hello goes out as the case wants it") {
    auto const result = play(
        R"([{"send": {"transport_hello": {"mode": 2}}}, {"expect": [{"transport_reject": {}}]},
            {"expect_end": ["closed"]}])");
    INFO(result.reason);
    CHECK(result.verdict == Verdict::pass);
    CHECK(result.frames.at(0).decoded["transport_hello"]["mode"] == 2);
    CHECK(result.end == EndCause::eof);
  }

  TEST_CASE("executor: an expected frame that does not come names what came in its place") {
    auto const result = play(R"([{"establish": {}}, {"send": {"ping": {"nonce": 7}}},
                 {"expect": [{"pong": {"nonce": 8}}]}])");
    CHECK(result.verdict == Verdict::fail);
    CHECK(result.failed_step == "/steps/2");
    CHECK(result.mismatch == "/pong/nonce");
    CHECK(result.expected["pong"]["nonce"] == 8);
    CHECK(result.got["pong"]["nonce"] == 7);
  }

  TEST_CASE("executor: frames in any order are each found") {
    auto const result =
        play(R"([{"establish": {}}, {"send": [{"ping": {"nonce": 1}}, {"ping": {"nonce": 2}}]},
                 {"expect": [{"pong": {"nonce": 2}}, {"pong": {"nonce": 1}}], "any_order": true}])");
    INFO(result.reason);
    CHECK(result.verdict == Verdict::pass);
  }

  TEST_CASE("executor: passing frames may come between, others may not") {
    auto const steps = [](std::string const& passing) {
      return R"([{"establish": {}},
                 {"send": {"request_call": {"id": {"ours": 1}, "method_id": 108}}},
                 {"expect": [{"request_response": {"id": {"ours": 1}}}], "passing": )" +
             passing + "}]";
    };
    CHECK(play(steps(R"(["channel_item"])")).verdict == Verdict::pass);
    auto const result = play(steps("[]"));
    CHECK(result.verdict == Verdict::fail);
    CHECK(result.reason.starts_with("expected request_response on connection 0, got channel_item"));
  }

  TEST_CASE("executor: a frame that is none fails, with its bytes") {
    auto const result = play(R"([{"establish": {}},
                 {"send": {"request_call": {"id": {"ours": 1}, "method_id": 102}}},
                 {"expect": [{"request_response": {}}]}])");
    CHECK(result.verdict == Verdict::fail);
    CHECK(result.got["frame"] == "0063");
    CHECK(result.reason.starts_with("the subject sent a frame that cannot be decoded"));
    CHECK_FALSE(result.frames.back().problem.empty());
  }

  TEST_CASE("executor: names bind at their first match and go out after") {
    auto const result = play(R"([{"establish": {}}, {"send": {"ping": {"nonce": 31}}},
                 {"expect": [{"pong": {"nonce": "$n"}}]}, {"send": {"ping": {"nonce": "$n"}}},
                 {"expect": [{"pong": {"nonce": 31}}]}])");
    INFO(result.reason);
    CHECK(result.verdict == Verdict::pass);
  }

  TEST_CASE("executor: a repeat goes by the subject's number, and judges none beyond its rounds") {
    auto const ask = [](std::string_view at_most) {
      return play(R"([{"establish": {"hello_yourself": {"connection_settings":
          {"max_concurrent_requests": "$n"}}}}, {"repeat": {"times": "$n", "at_most": )" +
                  std::string{at_most} + R"(, "steps": [{"send": {"ping": {"nonce": 9}}}]}}])");
    };
    auto const enough = ask("1000");
    INFO(enough.reason);
    CHECK(enough.verdict == Verdict::pass);
    auto const pings = [](FrameRecord const& record) {
      return record.decoded.is_object() && record.decoded.contains("ping") &&
             record.decoded["ping"]["nonce"] == 9;
    };
    CHECK(std::ranges::count_if(enough.frames, pings) == 64);
    auto const few = ask("2");
    CHECK(few.verdict == Verdict::unsupported);
    CHECK(few.reason == "the subject says 64, and the case goes up to 2");
  }

  TEST_CASE("executor: a name that nothing bound is the author's error") {
    auto const result = play(R"([{"establish": {}}, {"send": {"ping": {"nonce": "$n"}}}])");
    CHECK(result.verdict == Verdict::not_run);
    CHECK_FALSE(result.reason.empty());
  }

  TEST_CASE("executor: the subject's Pings are answered where the case does not speak of Pings") {
    auto const result = play(R"([{"establish": {}},
                 {"send": {"request_call": {"id": {"ours": 1}, "method_id": 101}}},
                 {"expect": [{"request_response": {"id": {"ours": 1}}}]}])");
    INFO(result.reason);
    CHECK(result.verdict == Verdict::pass);
    auto const is_our_pong = [](FrameRecord const& record) {
      return record.direction == Direction::sent && record.decoded.contains("pong");
    };
    CHECK(std::ranges::count_if(result.frames, is_our_pong) == 1);
  }

  TEST_CASE("executor: Pings that the case speaks of are left to the case") {
    auto const result = play(R"([{"establish": {}},
                 {"send": {"request_call": {"id": {"ours": 1}, "method_id": 101}}},
                 {"expect": [{"ping": {"nonce": 55}}]}, {"send": {"pong": {"nonce": 55}}},
                 {"expect": [{"request_response": {"id": {"ours": 1}}}]}])");
    INFO(result.reason);
    CHECK(result.verdict == Verdict::pass);
  }

  TEST_CASE("executor: a subject that stops working after the last step fails") {
    auto const result = play(R"([{"establish": {}}])",
                             {.habits = {.answers_pings = false}, .options = impatient()});
    CHECK(result.verdict == Verdict::fail);
    CHECK(result.timed_out);
    CHECK(result.reason.starts_with("after the last step: time-out"));
  }

  TEST_CASE("executor: a subject that ends the link after the last step fails, a client does not") {
    constexpr auto steps =
        R"([{"establish": {}}, {"send": {"request_call": {"id": {"ours": 1}, "method_id": 112}}},
            {"expect": [{"request_response": {"id": {"ours": 1}}}]}])";
    auto const result = play(steps);
    CHECK(result.verdict == Verdict::fail);
    CHECK(result.reason.starts_with("after the last step: the link ended at a frame boundary"));
    CHECK(play(steps, {.client = true}).verdict == Verdict::pass);
  }

  TEST_CASE("executor: a crash fails a case even if no step saw it") {
    auto const result = play(
        R"([{"establish": {}}, {"send": {"request_call": {"id": {"ours": 1}, "method_id": 105}}},
            {"drop": {}}])",
        {.habits = {.over_tcp = true}});
    CHECK(result.verdict == Verdict::fail);
    CHECK(result.reason.find("killed by signal 11 (SIGSEGV)") != std::string::npos);
  }

  TEST_CASE("executor: what a SHOULD advises is not strict, what every peer must do is") {
    constexpr auto should = "rpc.cancel/2";
    constexpr auto steps =
        R"([{"establish": {}}, {"send": {"ping": {"nonce": 7}}}, {"expect": [{"pong": {"nonce": 8}}]}])";
    CHECK(play(steps, {.clause = should}).verdict == Verdict::non_strict);
    CHECK(play(R"([{"establish": {}}])",
               {.habits = {.answers_hello = false}, .options = impatient(), .clause = should})
              .verdict == Verdict::fail);
  }

  TEST_CASE("executor: who does otherwise than 0.4.0 differs, once a session stands") {
    constexpr auto shipped = "core.P1/1";
    constexpr auto steps =
        R"([{"establish": {}}, {"send": {"ping": {"nonce": 7}}}, {"expect": [{"pong": {"nonce": 8}}]}])";
    CHECK(play(steps, {.clause = shipped}).verdict == Verdict::differs);
    CHECK(play(R"([{"send": {"transport_hello": {}}}, {"expect": [{"transport_reject": {}}]}])",
               {.clause = shipped})
              .verdict == Verdict::fail);
  }

  TEST_CASE("executor: a link may stay mute where that is said, and only then") {
    constexpr auto steps =
        R"([{"send": {"transport_hello": {}}}, {"expect": [{"transport_accept": {}}]},
        {"expect_end": ["closed", "mute"], "passing": []}])";
    CHECK(play(steps, {.options = impatient()}).verdict == Verdict::pass);
    constexpr auto chosen =
        R"([{"send": {"transport_hello": {}}}, {"expect": [{"transport_accept": {}}]},
        {"one_of": [{"steps": [{"expect_end": ["closed"]}]},
                    {"steps": [{"expect_end": ["mute"]}], "verdict": "differs", "reason": "it stays"}]}])";
    auto const result = play(chosen, {.options = impatient()});
    CHECK(result.verdict == Verdict::differs);
    CHECK(result.reason == "it stays");
  }

  TEST_CASE("executor: process states and verdicts are named for people") {
    using enum ProcessState::Kind;
    CHECK(text(ProcessState{running, 0}) == "still running");
    CHECK(text(ProcessState{exited, 1}) == "exited with code 1");
    CHECK(text(ProcessState{signalled, 11}) == "killed by signal 11 (SIGSEGV)");
    CHECK(text(ProcessState{signalled, 63}) == "killed by signal 63");
    CHECK(text(Verdict::unexpected_pass) == "unexpected pass");
  }

  TEST_CASE("executor: the same seed sends the same bytes") {
    auto const sent = [] {
      std::vector<vox::Bytes> bytes;
      for (auto const& record : play(R"([{"establish": {}}, {"alive": {}}])").frames) {
        if (record.direction == Direction::sent) bytes.push_back(record.bytes);
      }
      return bytes;
    };
    CHECK(sent() == sent());
  }

  TEST_CASE("executor: records tell the step, the direction, the time and the bytes") {
    auto const result = play(R"([{"establish": {}}, {"send": {"ping": {"nonce": 300}}},
                                 {"expect": [{"pong": {"nonce": 300}}]}])");
    auto const is_ping = [](FrameRecord const& record) {
      return record.step == "/steps/1" && record.direction == Direction::sent;
    };
    auto const is_pong = [](FrameRecord const& record) {
      return record.step == "/steps/2" && record.direction == Direction::received;
    };
    auto const ping = std::ranges::find_if(result.frames, is_ping);
    auto const pong = std::ranges::find_if(result.frames, is_pong);
    REQUIRE(ping != result.frames.end());
    REQUIRE(pong != result.frames.end());
    CHECK(vox::to_hex(ping->bytes) == "0008ac02");
    CHECK(vox::to_hex(pong->bytes) == "0009ac02");
    CHECK(ping->at_us <= pong->at_us);
  }

  TEST_CASE("executor: bytes can be cut into writes and put into one, over a stream") {
    auto const cut = [](std::string const& how) {
      return R"([{"establish": {}},
                 {"send": [{"ping": {"nonce": 1}}, {"ping": {"nonce": 2}}], )" +
             how + R"(}, {"expect": [{"pong": {"nonce": 1}}, {"pong": {"nonce": 2}}]}])";
    };
    for (auto const* const how :
         {R"("write": "bytewise")", R"("write": {"split": [1, 5, 6]})", R"("together": true)"}) {
      auto const result = play(cut(how), {.habits = {.over_tcp = true}});
      INFO(how << ": " << result.reason);
      CHECK(result.verdict == Verdict::pass);
    }
    CHECK(play(cut(R"("together": true)")).verdict == Verdict::pass);
    CHECK(play(cut(R"("write": "bytewise")")).verdict == Verdict::not_run);
  }

  TEST_CASE("executor: no verdict depends on how writes are cut, joined and delayed") {
    for (bool const over_tcp : {true, false}) {
      for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        RunOptions options;
        options.schedule = seed;
        auto const result = play(
            R"([{"establish": {}}, {"send": [{"ping": {"nonce": 1}}, {"ping": {"nonce": 2}}]},
                {"expect": [{"pong": {"nonce": 1}}, {"pong": {"nonce": 2}}]}])",
            {.habits = {.over_tcp = over_tcp}, .options = options});
        INFO("seed " << seed << ": " << result.reason);
        CHECK(result.verdict == Verdict::pass);
      }
    }
  }

  TEST_CASE("executor: payloads given as bytes are framed, raw bytes are not") {
    auto const result = play(
        R"([{"establish": {}}, {"send": {"frame": "000807"}}, {"expect": [{"pong": {"nonce": 7}}]},
            {"send": {"bytes": "03000000 000808"}}, {"expect": [{"frame": "000908"}]}])",
        {.habits = {.over_tcp = true}});
    INFO(result.reason);
    CHECK(result.verdict == Verdict::pass);
    CHECK(std::ranges::count_if(result.frames, &FrameRecord::raw) == 1);
  }

  TEST_CASE("executor: a judge that reads no further for a while loses nothing") {
    RunOptions frugal;
    frugal.unread_bytes_max = 4;
    std::string pings;
    std::string pongs;
    for (int nonce = 1; nonce <= 50; ++nonce) {
      auto const* const comma = nonce == 1 ? "" : ", ";
      pings += comma + (R"({"ping": {"nonce": )" + std::to_string(nonce) + "}}");
      pongs += comma + (R"({"pong": {"nonce": )" + std::to_string(nonce) + "}}");
    }
    auto const result =
        play(R"([{"establish": {}}, {"send": [)" + pings + R"(]}, {"expect": [)" + pongs + "]}]",
             {.habits = {.over_tcp = true}, .options = frugal});
    INFO(result.reason);
    CHECK(result.verdict == Verdict::pass);
  }

  TEST_CASE("executor: what is awaited is named with its connection's number") {
    auto const result =
        play(R"([{"establish": {}}, {"expect": [{"on": {"ours": 2}, "connection_accept": {}}]}])",
             {.options = impatient()});
    CHECK(with_shortest_wait(result.reason) ==
          "time-out: waited 40 ms for connection_accept on connection 3; the process is still "
          "running");
  }

  TEST_CASE("executor: much sent before anything is read blocks nobody") {
    auto const result = play(
        R"([{"establish": {}}, {"repeat": {"times": 5000, "as": "i", "steps": [
              {"send": {"ping": {"nonce": {"$": "i"}}}}]}}])",
        {.habits = {.over_tcp = true}});
    INFO(result.reason);
    CHECK(result.verdict == Verdict::pass);
  }
}

}  // namespace voxspec::test
