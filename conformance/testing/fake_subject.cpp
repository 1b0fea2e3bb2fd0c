#include "conformance/testing/fake_subject.hpp"

#include "conformance/testing/fake_conversation.hpp"
#include "conformance/trace/trace.hpp"
#include "impl/link/memory_link.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <doctest/doctest.h>

#include <utility>

namespace voxspec::test {
namespace asio = boost::asio;
namespace link = vox::link;
namespace {

// Accepts the one link that the port then dials.
asio::awaitable<void> accept_one(FakePort& port, Habits const& habits,
                                 std::unique_ptr<link::Listener> listener) {
  auto accepted = co_await listener->accept();
  if (!accepted) co_return;
  listener->close();
  co_await converse(port, habits, std::move(*accepted));
}

}  // namespace

FakePort::FakePort(asio::io_context& context, Habits habits)
    : context_{context}, habits_{habits}, ended_{context.get_executor()} {}

asio::awaitable<std::expected<void, NoLink>> FakePort::start() {
  asio::steady_timer timer{context_, habits_.start_takes};
  co_await timer.async_wait(asio::use_awaitable);
  if (habits_.start_fails) {
    co_return std::unexpected(NoLink{.cause = *habits_.start_fails, .detail = "this is why"});
  }
  co_return std::expected<void, NoLink>{};
}

asio::awaitable<std::expected<std::unique_ptr<link::Link>, NoLink>> FakePort::next_link() {
  if (!habits_.links) {
    co_await ended_.until([] { return false; });
  }
  ++links_;
  if (state_.ended()) co_return std::unexpected(NoLink{.detail = "connection refused by the fake"});
  if (habits_.over_tcp) {
    auto const address = link::Address::parse("tcp://127.0.0.1:0");
    auto listener = link::listen(context_.get_executor(), *address);
    if (!listener) co_return std::unexpected(NoLink{.detail = listener.error()});
    auto const bound = (*listener)->address();
    asio::co_spawn(context_, accept_one(*this, habits_, std::move(*listener)), asio::detached);
    auto link = co_await link::connect(bound);
    if (!link) co_return std::unexpected(NoLink{.detail = link.error()});
    co_return *std::move(link);
  }
  auto pair = link::make_memory_links(context_.get_executor());
  asio::co_spawn(context_, converse(*this, habits_, std::move(pair.second)), asio::detached);
  co_return std::move(pair.first);
}

std::optional<std::chrono::nanoseconds> FakePort::busy_time() {
  if (!habits_.is_busy) return std::nullopt;
  return std::chrono::steady_clock::now().time_since_epoch();
}

asio::awaitable<ProcessState> FakePort::wait_exit() {
  co_await ended_.until([this] { return state_.ended(); });
  co_return state_;
}

void FakePort::end_process(ProcessState::Kind kind, int code_or_signal) {
  state_ = {.kind = kind, .code_or_signal = code_or_signal};
  ended_.notify();
}

CaseResult play(std::string_view steps, Play const& how) {
  auto const trace =
      R"({"about": "A test of the executor", "rules": [")" + how.clause + R"("], "peer": )" +
      how.peer + (how.client ? R"(, "subject": {"client": "echo"})" : "") +
      (how.slow ? R"(, "slow": true)" : "") + R"(, "steps": )" + std::string{steps} + "}";
  auto const file = parse_trace(trace, "test.json");
  if (!file) FAIL(text(file.error()));
  auto const all = cases(*file, ".");
  asio::io_context context;
  FakePort port{context, how.habits};
  return run_case(context, all.at(0), port, how.options);
}

namespace {

constexpr std::chrono::milliseconds short_guard{40};

}  // namespace

RunOptions impatient() {
  return {.guard_timeout = short_guard,
          .mute_guard = short_guard,
          .settle = std::chrono::milliseconds{5}};
}

std::string with_shortest_wait(std::string reason) {
  constexpr std::string_view waited = "waited ";
  auto const at = reason.find(waited);
  if (at == std::string::npos) return reason;
  auto const digits = at + waited.size();
  auto const behind = reason.find_first_not_of("0123456789", digits);
  auto const text = reason.substr(digits, behind - digits);
  if (text.empty() || std::stoll(text) < short_guard.count()) return reason;
  return reason.replace(digits, text.size(), std::to_string(short_guard.count()));
}

}  // namespace voxspec::test
