#pragma once
#include "conformance/peer/case_run.hpp"

#include <boost/asio/awaitable.hpp>

#include <expected>
#include <functional>
#include <optional>
#include <string>

// Questions that the judge asks of its own accord: their answers prove that the subject has
// processed everything before them, so that silence is proved without a clock.
namespace voxspec {

// Sends a Ping with a fresh nonce.
[[nodiscard]] boost::asio::awaitable<std::expected<Question, Failure>> ask_ping(
    CaseRun& run, LinkDriver& link, std::uint64_t connection);
// Calls Testbed.echo with a fresh id and text, its schemas first where they are still unsent.
// `must_echo` also asks for the right answer; else any response to the call will do.
[[nodiscard]] boost::asio::awaitable<std::expected<Question, Failure>> ask_echo(
    CaseRun& run, LinkDriver& link, std::uint64_t connection, bool must_echo);
// The question of a step, unless it was asked ahead.
[[nodiscard]] boost::asio::awaitable<std::expected<Question, Failure>> ask(CaseRun& run,
                                                                           LinkDriver& link,
                                                                           Probe const& probe);

// Waits for the right answer. Each other frame is shown to `judge`, which may find fault with it,
// and then left for later steps. A ProtocolError, the link's end and a Pong that nobody asked for
// fail at once.
using FrameCheck = std::function<Outcome(Arrival const&)>;
[[nodiscard]] boost::asio::awaitable<Outcome> await_answer(CaseRun& run, LinkDriver& link,
                                                           Question question,
                                                           FrameCheck judge = {});
// The step, and what is also done once more after the last one.
[[nodiscard]] boost::asio::awaitable<Outcome> prove_alive(CaseRun& run, LinkDriver& link,
                                                          Alive alive);

}  // namespace voxspec
