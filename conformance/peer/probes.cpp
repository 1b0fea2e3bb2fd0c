#include "conformance/peer/probes.hpp"

#include "conformance/peer/match.hpp"
#include "conformance/peer/method_name.hpp"
#include "conformance/peer/term_json.hpp"
#include "conformance/peer/wording.hpp"
#include "impl/wire/writer.hpp"

#include <utility>

namespace voxspec {
namespace asio = boost::asio;
namespace {

constexpr std::string_view echo_method = "Testbed.echo";

vox::Bytes echo_bytes(std::string_view text, bool as_result) {
  vox::wire::Buffer buffer;
  vox::wire::Writer writer{buffer};
  if (as_result) writer.put_varint(0);  // Ok
  writer.put_text(text);
  return buffer.take();
}

// A Pong with a nonce that was in no Ping. It answers nothing, so waiting on would be in vain.
std::optional<Failure> stray_pong(CaseRun const& run, Arrival const& arrival,
                                  Question const& question) {
  if (!arrival.frame.is("pong")) return std::nullopt;
  auto const nonce = arrival.frame.number("nonce");
  if (nonce && run.asked_with(*nonce)) return std::nullopt;
  Failure failure;
  failure.reason = "the subject sent a Pong with a nonce that was in no Ping, where " +
                   question.words + " was awaited";
  failure.expected = term_json(question.right);
  failure.got = frame_json(arrival.frame);
  failure.mismatch = "/pong/nonce";
  return failure;
}

// What is wrong with an answer, if anything is.
Outcome judge_answer(Question const& question, Arrival const& arrival, LinkDriver const& link) {
  Bindings scratch;
  auto const mismatch = match(question.right, arrival.frame, scratch, link.ids);
  if (!mismatch) return {};
  Failure failure;
  failure.reason =
      "the subject gave a wrong answer where " + question.words + " was awaited: " + mismatch->why;
  failure.expected = term_json(question.right);
  failure.got = frame_json(arrival.frame);
  failure.mismatch = mismatch->path;
  return std::unexpected(std::move(failure));
}

}  // namespace

asio::awaitable<std::expected<Question, Failure>> ask_ping(CaseRun& run, LinkDriver& link,
                                                           std::uint64_t connection) {
  auto const nonce = run.fresh_nonce();
  Question question;
  question.words = "the Pong to the Ping with nonce " + std::to_string(nonce) + " on connection " +
                   std::to_string(connection);
  Record const body{{{"nonce", nonce}}};
  question.right = pattern_of(message_frame("pong", connection, body));
  question.answers = question.right;
  std::vector<Frame> ping;
  ping.push_back(message_frame("ping", connection, body));
  auto const sent = co_await run.send(link, std::move(ping));
  if (!sent) co_return std::unexpected(sent.error());
  question.asked = CaseRun::Clock::now();
  co_return question;
}

asio::awaitable<std::expected<Question, Failure>> ask_echo(CaseRun& run, LinkDriver& link,
                                                           std::uint64_t connection,
                                                           bool must_echo) {
  auto const announced = link.schemas.announce(connection, echo_method, "args");
  if (!announced) co_return cannot_run(announced.error());
  std::vector<Frame> items;
  if (*announced) items.push_back(**announced);

  auto const id = IdSpace::nth(link.ids.ours_on(connection), run.fresh_request());
  auto const said = "are you there? " + std::to_string(id);
  auto const method = method_id(echo_method);
  items.push_back(message_frame("request_call", connection,
                                {{{"id", id},
                                  {"method_id", method},
                                  {"metadata", ValueList{}},
                                  {"args", echo_bytes(said, false)},
                                  {"schemas", vox::Bytes{}}}}));
  Question question;
  question.words = "the Response to the echo call " + std::to_string(id) + " on connection " +
                   std::to_string(connection);
  auto answer = message_frame("request_response", connection, {{{"id", id}}});
  question.answers = pattern_of(answer);
  if (must_echo) answer.body["ret"] = echo_bytes(said, true);
  question.right = pattern_of(answer);
  question.aside = pattern_of(
      message_frame("schema", connection, {{{"method_id", method}, {"direction", "response"}}}));
  auto const sent = co_await run.send(link, std::move(items));
  if (!sent) co_return std::unexpected(sent.error());
  question.asked = CaseRun::Clock::now();
  co_return question;
}

asio::awaitable<std::expected<Question, Failure>> ask(CaseRun& run, LinkDriver& link,
                                                      Probe const& probe) {
  if (run.asked) co_return *std::exchange(run.asked, std::nullopt);
  auto const on = run.connection(link, probe.on);
  if (!on) co_return std::unexpected(on.error());
  if (probe.kind == Probe::Kind::call) co_return co_await ask_echo(run, link, *on, false);
  co_return co_await ask_ping(run, link, *on);
}

asio::awaitable<Outcome> await_answer(CaseRun& run, LinkDriver& link, Question question,
                                      FrameCheck judge) {
  auto const deadline = run.guard();
  while (true) {
    auto const event = co_await run.look(link, deadline);
    if (std::holds_alternative<TimedOut>(event)) {
      co_return std::unexpected(
          timed_out(question.words, run.options.guard_timeout, run.port.process()));
    }
    if (auto const* const end = std::get_if<Ended>(&event)) {
      auto const process = co_await run.settled();
      co_return std::unexpected(ended_instead(*end, process, question.words));
    }
    auto const& arrival = std::get<Arrival>(event);
    if (!arrival.problem.empty()) co_return std::unexpected(undecodable(arrival));
    if (fits(question.answers, arrival, link)) {
      link.note_answer(CaseRun::Clock::now() - question.asked);
      co_return judge_answer(question, arrival, link);
    }
    if (question.aside && fits(*question.aside, arrival, link)) continue;
    if (judge) {
      if (auto judged = judge(arrival); !judged) co_return judged;
    }
    if (arrival.frame.is("protocol_error")) {
      co_return std::unexpected(told_instead(arrival, question.words));
    }
    if (auto stray = stray_pong(run, arrival, question)) co_return std::unexpected(*stray);
    link.held().push_back(arrival);
  }
}

asio::awaitable<Outcome> prove_alive(CaseRun& run, LinkDriver& link, Alive alive) {
  auto const on = run.connection(link, alive.on);
  if (!on) co_return std::unexpected(on.error());
  // A Ping belongs on the root, whichever connection is meant; the echo asks the connection itself.
  // The probe is named, because g++-12 destroys an aggregate temporary of a co_await expression
  // twice.
  Probe const by_ping;
  auto const ping = co_await ask(run, link, by_ping);
  if (!ping) co_return std::unexpected(ping.error());
  auto const pong = co_await await_answer(run, link, *ping);
  if (!pong || !alive.echo || !run.port.serves_testbed()) co_return pong;
  auto const call = co_await ask_echo(run, link, *on, true);
  if (!call) co_return std::unexpected(call.error());
  co_return co_await await_answer(run, link, *call);
}

}  // namespace voxspec
