#include "conformance/peer/control.hpp"

#include "conformance/peer/term_json.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <doctest/doctest.h>

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace voxspec::test {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

// Says these lines, and then nothing, or that the subject has ended.
class Scripted final : public ControlChannel {
 public:
  Scripted(asio::io_context& context, std::deque<std::string> lines, bool ends = false)
      : never_{context, asio::steady_timer::time_point::max()},
        lines_{std::move(lines)},
        ends_{ends} {}

  std::expected<void, std::string> say(std::string const& line) override {
    orders.push_back(line);
    return {};
  }
  asio::awaitable<std::expected<std::string, std::string>> hear() override {
    if (lines_.empty() && ends_) co_return std::unexpected("the subject exited with code 3");
    if (lines_.empty()) co_await never_.async_wait(asio::use_awaitable);
    auto line = std::move(lines_.front());
    lines_.pop_front();
    co_return std::move(line);
  }

  std::vector<std::string> orders;

 private:
  asio::steady_timer never_;
  std::deque<std::string> lines_;
  bool ends_;
};

Do call(std::string name) {
  return {.verb = "call", .with = Json{{"method", "echo"}}, .name = std::move(name)};
}
Saw saw(std::string of, char const* pattern) {
  auto const json = Json::parse(pattern);
  return {.of = std::move(of),
          .pattern = read_term(Place{json, ""}, FieldType::typed, Use::pattern)};
}

// An action and what is to be seen of it.
struct Played {
  Outcome begun;
  Outcome seen;
  std::vector<std::string> orders;
  Bindings bindings;
};
Played play(std::deque<std::string> lines, Saw seen, bool ends = false) {
  asio::io_context context;
  Scripted channel{context, std::move(lines), ends};
  Control control;
  Played played;
  IdSpace const ids;
  auto work = [&]() -> asio::awaitable<void> {
    played.begun = co_await control.perform(channel, call("a"), 10ms);
    if (played.begun) {
      played.seen = co_await control.perform(channel, seen, played.bindings, ids, 10ms);
    }
  };
  asio::co_spawn(context, work(), [](std::exception_ptr const& thrown) { REQUIRE(!thrown); });
  context.run();
  played.orders = channel.orders;
  return played;
}

}  // namespace

TEST_SUITE("control") {
  TEST_CASE("an order goes out as one line, and what comes of it is compared") {
    auto const played =
        play({R"({"of": "a", "saw": "begun"})", R"({"of": "a", "saw": {"returned": "hi"}})"},
             saw("", R"({"returned": "$answer"})"));
    CHECK(played.begun);
    CHECK(played.seen);
    CHECK(played.orders == std::vector<std::string>{R"({"do":"call","as":"a","method":"echo"})"});
    CHECK(played.bindings.at("answer") == Value{"hi"});
  }

  TEST_CASE("reports of other actions wait until somebody asks for them") {
    auto const played =
        play({R"({"of": "b", "saw": "done"})", R"({"of": "a", "saw": "begun"})",
              R"({"of": "b", "saw": "more"})", R"({"of": "a", "saw": {"failed": "cancelled"}})"},
             saw("a", R"({"failed": {"one_of": ["cancelled", "given_up"]}})"));
    CHECK(played.begun);
    CHECK(played.seen);
  }

  TEST_CASE("what was seen instead is shown") {
    auto const played =
        play({R"({"of": "a", "saw": "begun"})", R"({"of": "a", "saw": {"failed": "cancelled"}})"},
             saw("a", R"({"failed": "indeterminate"})"));
    REQUIRE_FALSE(played.seen);
    CHECK(played.seen.error().verdict == Verdict::fail);
    CHECK(played.seen.error().got == Json::parse(R"({"failed": "cancelled"})"));
    CHECK(played.seen.error().expected == Json::parse(R"({"failed": "indeterminate"})"));
    CHECK(played.seen.error().mismatch == "/failed");
  }

  TEST_CASE("a subject that cannot leaves the case unsupported") {
    auto const played = play({R"({"of": "a", "cannot": "call echo"})"}, saw("a", R"("done")"));
    REQUIRE_FALSE(played.begun);
    CHECK(played.begun.error().verdict == Verdict::unsupported);
    CHECK(played.begun.error().reason == "the subject cannot call: call echo");
  }

  TEST_CASE("silence and the end of the subject are failures, noise is none of the protocol's") {
    auto const silent = play({R"({"of": "a", "saw": "begun"})"}, saw("a", R"("done")"));
    REQUIRE_FALSE(silent.seen);
    CHECK(silent.seen.error().timed_out);
    auto const ended = play({R"({"of": "a", "saw": "begun"})"}, saw("a", R"("done")"), true);
    REQUIRE_FALSE(ended.seen);
    CHECK(ended.seen.error().reason == "the subject exited with code 3");
    for (auto const* const noise : {"{", "{}", R"({"of": 1, "saw": 2})"}) {
      auto const played = play({noise}, saw("a", R"("done")"));
      REQUIRE_FALSE(played.begun);
      CHECK(played.begun.error().verdict == Verdict::not_run);
    }
  }
}

}  // namespace voxspec::test
