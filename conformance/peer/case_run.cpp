#include "conformance/peer/case_run.hpp"

#include "conformance/peer/numbers.hpp"
#include "conformance/peer/wording.hpp"
#include "impl/link/deadline.hpp"

#include <algorithm>
#include <utility>

namespace voxspec {
namespace asio = boost::asio;
namespace link = vox::link;
namespace {

// Above all ids that a case writes down, below what a JSON reader may lose.
constexpr std::uint64_t first_fresh_request = 100'001;
constexpr std::uint64_t nonce_bits = 52;

bool any_speaks_of_pings(std::vector<Step> const& steps);

// Whether a pattern may mean a Ping: by its name, or because it is given as bytes.
bool is_ping(Json const& pattern) {
  if (!pattern.is_object()) return false;
  if (pattern.contains("not")) return is_ping(pattern["not"]);
  if (pattern.contains("one_of")) return std::ranges::any_of(pattern["one_of"], is_ping);
  auto const kind = frame_kind(pattern);
  return kind == "ping" || kind == "frame";
}

bool speaks_of_pings(Step const& step) {
  if (auto const* expect = std::get_if<Expect>(&step.body)) {
    return std::ranges::any_of(expect->frames, is_ping) ||
           std::ranges::count(expect->passing, "ping") > 0;
  }
  if (auto const* none = std::get_if<ExpectNone>(&step.body)) {
    return std::ranges::any_of(none->frames, is_ping);
  }
  if (auto const* one_of = std::get_if<OneOf>(&step.body)) {
    return std::ranges::any_of(one_of->alternatives, [](Alternative const& alternative) {
      return any_speaks_of_pings(alternative.steps);
    });
  }
  if (auto const* repeat = std::get_if<Repeat>(&step.body)) {
    return std::ranges::any_of(repeat->rounds, any_speaks_of_pings);
  }
  return false;
}

bool any_speaks_of_pings(std::vector<Step> const& steps) {
  return std::ranges::any_of(steps, speaks_of_pings);
}

// The message of a frame, which on a stable conduit stands inside another.
Json const& message_of(Json const& frame) {
  auto const stable = frame.find("stable_frame");
  if (stable == frame.end()) return frame;
  auto const message = stable->find("message");
  return message == stable->end() ? frame : *message;
}

Json const* field(Json const& frame, char const* kind, char const* name) {
  auto const& message = message_of(frame);
  auto const body = message.find(kind);
  if (body == message.end() || !body->is_object()) return nullptr;
  auto const value = body->find(name);
  return value == body->end() ? nullptr : &*value;
}

}  // namespace

CaseRun::CaseRun(Case const& of, SubjectPort& to, RunOptions const& with, asio::any_io_executor on)
    : trace{of},
      port{to},
      options{with},
      executor{std::move(on)},
      pings_are_scripted_{any_speaks_of_pings(of.steps)},
      random_{with.seed},
      next_request_{first_fresh_request} {}

asio::awaitable<Outcome> CaseRun::open_link(std::string name) {
  auto opened = co_await link::within(options.guard_timeout, port.next_link());
  if (!opened) {
    auto const* const awaited =
        port.subject_dials() ? "the subject to dial" : "a link to the subject";
    co_return std::unexpected(timed_out(awaited, options.guard_timeout, port.process()));
  }
  if (!*opened) {
    co_return fails("there is no link to the subject: " + opened->error() + "; " +
                    in_words(port.process()));
  }
  auto link = std::make_unique<LinkDriver>(name, std::move(**opened), log, options.unread_bytes_max,
                                           executor);
  auto& current = links[name];
  if (current) {
    // A session outlives its link, and with it what is known of its connections.
    link->ids = current->ids;
    replaced.push_back(std::move(current));
  } else {
    link->ids = IdSpace{trace.role == vox::Role::initiator ? vox::Parity::odd : vox::Parity::even};
  }
  current = std::move(link);
  last_link_name = name;
  session_over = false;
  is_settled_ = false;
  co_return Outcome{};
}

LinkDriver* CaseRun::link_of(Step const& step) {
  auto const found = links.find(step.link);
  return found == links.end() ? nullptr : found->second.get();
}

LinkDriver* CaseRun::last_link() {
  auto const found = links.find(last_link_name);
  return found == links.end() ? nullptr : found->second.get();
}

asio::awaitable<Event> CaseRun::next(LinkDriver& link, Clock::time_point deadline) {
  if (link.held().empty()) co_return co_await look(link, deadline);
  auto arrival = std::move(link.held().front());
  link.held().pop_front();
  log.claim(arrival.log_index);
  co_return Event{std::move(arrival)};
}

asio::awaitable<Event> CaseRun::look(LinkDriver& link, Clock::time_point deadline) {
  while (true) {
    auto event = co_await link.look(deadline);
    auto const* const arrival = std::get_if<Arrival>(&event);
    if (arrival == nullptr) co_return event;
    if (is_late_answer(link, *arrival)) continue;
    if (pings_are_scripted_ || frame_kind(arrival->frame) != "ping") co_return event;
    auto const* const nonce = field(arrival->frame, "ping", "nonce");
    if (nonce == nullptr) co_return event;
    std::vector<Json> pong;
    pong.push_back({{"on", message_of(arrival->frame).at("on")}, {"pong", {{"nonce", *nonce}}}});
    // A Pong that cannot be sent shows in how the link ends.
    co_await send(link, std::move(pong));
  }
}

bool CaseRun::is_late_answer(LinkDriver const& link, Arrival const& arrival) {
  auto const late = std::ranges::find_if(
      late_answers, [&](Json const& pattern) { return fits(pattern, arrival, link); });
  if (late == late_answers.end()) return false;
  late_answers.erase(late);
  return true;
}

asio::awaitable<Outcome> CaseRun::send(LinkDriver& link, std::vector<Json> templates) {
  Send step;
  step.items = std::move(templates);
  co_return co_await send(link, std::move(step));
}

asio::awaitable<Outcome> CaseRun::send(LinkDriver& link, Send step) {
  for (auto& item : step.items) {
    auto resolved = resolve(item, bindings, link.ids);
    if (!resolved) co_return cannot_run(resolved.error());
    item = std::move(*resolved);
    if (auto const* const nonce = field(item, "ping", "nonce")) {
      if (auto const number = number_from(*nonce)) nonces_.insert(*number);
    }
  }
  auto const sent = co_await link::within(options.guard_timeout, link.send(std::move(step)));
  if (!sent) {
    co_return std::unexpected(
        timed_out("the subject to read what was sent", options.guard_timeout, port.process()));
  }
  if (!*sent) co_return cannot_run(sent->error());
  co_return Outcome{};
}

std::expected<std::uint64_t, Failure> CaseRun::connection(LinkDriver const& link,
                                                          Json const& id_template) const {
  auto const resolved = resolve({{"on", id_template}}, bindings, link.ids);
  if (!resolved) return cannot_run(resolved.error());
  auto const id = number_from(resolved->at("on"));
  if (!id) return cannot_run(resolved->at("on").dump() + " is no connection id");
  return *id;
}

asio::awaitable<ProcessState> CaseRun::settled() {
  auto const now = port.process();
  if (now.kind != ProcessState::Kind::running || is_settled_) co_return now;
  is_settled_ = true;
  auto const ended = co_await link::within(options.settle, port.wait_exit());
  co_return ended.value_or(port.process());
}

asio::awaitable<std::optional<ProcessState>> CaseRun::exit_in_time() {
  co_return co_await link::within(options.guard_timeout, port.wait_exit());
}

// splitmix64: good enough to be different, and the same everywhere.
std::uint64_t CaseRun::fresh_nonce() {
  std::uint64_t nonce = 0;
  do {
    random_ += 0x9e3779b97f4a7c15U;
    auto mixed = random_;
    mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
    nonce = (mixed ^ (mixed >> 31U)) >> (64U - nonce_bits);
  } while (!nonces_.insert(nonce).second);
  return nonce;
}

bool fits(Json const& pattern, Arrival const& arrival, LinkDriver const& link, Bindings bindings) {
  if (arrival.frame.is_null()) return false;
  return !match_frame(pattern, arrival.frame, arrival.hex, bindings, link.ids);
}

}  // namespace voxspec
