#include "conformance/peer/case_run.hpp"

#include "conformance/peer/fill.hpp"
#include "conformance/peer/value_json.hpp"
#include "conformance/peer/wording.hpp"
#include "conformance/trace/any_step.hpp"
#include "conformance/trace/scripted_pings.hpp"
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

// How much longer than the slowest answer silence has to last: an answer that takes so much longer
// than all before does not come. After the end of a link there is nothing for the subject to do but
// to end, which takes less.
constexpr int answers_of_silence = 50;
constexpr int answers_to_settle = 10;
// The most of the time that it took to start which counts as a sign of a slow machine.
constexpr std::chrono::milliseconds slow_start_max{1000};

// Of numbers that rise by one: the one before the next.
Value last_before(std::uint64_t next) {
  return next == 0 ? Value{None{}} : Value{next - 1};
}

bool has_operation_id(Frame const& message) {
  auto const* const metadata = message.is("request_call") ? message.field("metadata") : nullptr;
  auto const* const entries = metadata == nullptr ? nullptr : metadata->get<ValueList>();
  return entries != nullptr && std::ranges::any_of(*entries, [](Value const& entry) {
           auto const* const record = entry.get<Record>();
           auto const* const key = record == nullptr ? nullptr : record->find("key");
           return key != nullptr && *key == Value{std::string{"vox-operation-id"}};
         });
}

// To make more calls than the subject takes may be the violation that a case is about.
bool exceeds_limits(Case const& trace) {
  auto const is_about_limits = [](vox::Clause clause) {
    return clause.rule().id().starts_with("rpc.flow-control.max-concurrent-requests");
  };
  return std::ranges::any_of(trace.clauses, is_about_limits) &&
         any_step(trace.steps, [](Step const& step) {
           return std::holds_alternative<ExpectViolation>(step.body);
         });
}

}  // namespace

CaseRun::CaseRun(Case const& of, SubjectPort& to, RunOptions const& with, asio::any_io_executor on)
    : trace{of},
      port{to},
      options{with},
      executor{std::move(on)},
      pings_are_scripted_{scripts_pings(of)},
      exceeds_limits_{exceeds_limits(of)},
      random_{with.seed},
      next_request_{first_fresh_request} {
  if (options.schedule) schedule_.emplace(*options.schedule, trace.id);
}

void CaseRun::close_links_at_their_ends() {
  for (auto const& [name, link] : links)
    link->close_at_its_end();
}

asio::awaitable<Outcome> CaseRun::open_link(std::string name) {
  if (port.subject_dials()) close_links_at_their_ends();
  auto opened = co_await link::within(options.guard_timeout, port.next_link());
  if (!opened) {
    if (auto lack = port.machine_lacks()) co_return hindered(Hindrance::machine, *std::move(lack));
    auto const* const awaited =
        port.subject_dials() ? "the subject to dial" : "a link to the subject";
    co_return std::unexpected(timed_out(awaited, options.guard_timeout, port.process()));
  }
  if (!*opened) {
    auto const& why = opened->error();
    if (why.cause == NoLink::Cause::machine) co_return hindered(Hindrance::machine, why.detail);
    co_return fails("there is no link to the subject: " + why.detail + "; " +
                    in_words(port.process()));
  }
  auto link = std::make_unique<LinkDriver>(name, std::move(**opened), log, options.unread_bytes_max,
                                           trace.dialect, executor);
  auto& current = links[name];
  if (current) {
    // A session outlives its link, and with it what is known of its connections.
    link->go_on_from(*current);
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
  note_numbers(link, arrival.due);
  log.claim(arrival.log_index);
  co_return Event{std::move(arrival)};
}

asio::awaitable<Event> CaseRun::look(LinkDriver& link, Clock::time_point deadline) {
  while (true) {
    auto event = co_await link.look(deadline);
    auto const* const arrival = std::get_if<Arrival>(&event);
    if (arrival == nullptr) co_return event;
    count(*arrival);
    note_numbers(link, arrival->due);
    if (is_late_answer(link, *arrival)) continue;
    if (pings_are_scripted_ || !arrival->frame.is("ping")) co_return event;
    std::vector<Frame> pong;
    pong.push_back(message_frame("pong", arrival->frame.message().on, arrival->frame.message().body,
                                 trace.dialect));
    // A Pong that cannot be sent shows in how the link ends.
    co_await send(link, std::move(pong));
  }
}

// Between two links they stay what they were.
void CaseRun::note_numbers(LinkDriver const& link, std::uint64_t their_next) {
  if (!link.counts()) return;
  note_our_numbers(link);
  bindings.insert_or_assign("their_next", Value{their_next});
  bindings.insert_or_assign("their_last", last_before(their_next));
}

void CaseRun::note_our_numbers(LinkDriver const& link) {
  if (!link.counts()) return;
  bindings.insert_or_assign("our_next", Value{link.our_next()});
  bindings.insert_or_assign("our_last", last_before(link.our_next()));
}

void CaseRun::give_numbers(Bindings& to) const {
  for (auto const* const name : {"our_next", "our_last", "their_next", "their_last"}) {
    auto const found = bindings.find(name);
    if (found != bindings.end()) to.insert_or_assign(name, found->second);
  }
}

void CaseRun::count(Arrival const& arrival) {
  if (arrival.log_index < uncounted_from_) return;  // looked at again
  uncounted_from_ = arrival.log_index + 1;
  if (arrival.frame.is("channel_grant_credit")) {
    granted_[{arrival.frame.message().on, arrival.frame.number("id").value_or(0)}] +=
        arrival.frame.number("additional").value_or(0);
  }
  ++frames_;
  frame_bytes_ += arrival.frame.bytes.size();
  if (frames_ > options.frames_max) {
    throw Overrun{"the subject sent more than " + std::to_string(options.frames_max) +
                  " frames, which is more than any case asks for"};
  }
  if (frame_bytes_ > options.frame_bytes_max) {
    throw Overrun{"the subject sent more than " + std::to_string(options.frame_bytes_max) +
                  " bytes, which is more than any case asks for"};
  }
}

std::uint64_t CaseRun::granted(std::uint64_t connection, std::uint64_t channel) const {
  auto const found = granted_.find({connection, channel});
  return found == granted_.end() ? 0 : found->second;
}

std::chrono::milliseconds CaseRun::patience(LinkDriver const& link) const {
  auto const slowest = link.slowest_answer();
  if (!slowest) return options.guard_timeout;
  return std::clamp(std::chrono::ceil<std::chrono::milliseconds>(answers_of_silence * *slowest),
                    std::min(options.mute_guard, options.guard_timeout), options.guard_timeout);
}

std::chrono::milliseconds CaseRun::settling_time() const {
  Clock::duration slowest{};
  for (auto const& [name, link] : links)
    slowest = std::max(slowest, link->slowest_answer().value_or(slowest));
  auto const start = std::min<Clock::duration>(start_time, slow_start_max);
  auto const needed = std::max<Clock::duration>(answers_to_settle * slowest, start);
  return std::clamp(std::chrono::ceil<std::chrono::milliseconds>(needed),
                    std::min(options.settle, options.guard_timeout), options.guard_timeout);
}

bool CaseRun::is_late_answer(LinkDriver const& link, Arrival const& arrival) {
  auto const late = std::ranges::find_if(
      late_answers, [&](Pattern const& pattern) { return fits(pattern, arrival, link); });
  if (late == late_answers.end()) return false;
  late_answers.erase(late);
  return true;
}

asio::awaitable<Outcome> CaseRun::send(LinkDriver& link, std::vector<Frame> frames) {
  LinkDriver::Batch batch;
  batch.frames = std::move(frames);
  co_return co_await send(link, std::move(batch));
}

asio::awaitable<Outcome> CaseRun::send(LinkDriver& link, Send step) {
  LinkDriver::Batch batch;
  batch.together = step.together;
  batch.write = step.write;
  note_numbers(link, link.their_next());
  for (auto const& item : step.items) {
    auto filled = fill(item, bindings, link.ids);
    if (!filled) co_return cannot_run(filled.error());
    batch.frames.push_back(std::move(*filled));
  }
  if (!batch.frames.empty()) last_item = batch.frames.back();
  co_return co_await send(link, std::move(batch));
}

asio::awaitable<Outcome> CaseRun::send(LinkDriver& link, LinkDriver::Batch batch) {
  for (auto const& frame : batch.frames) {
    if (frame.is("ping")) {
      if (auto const nonce = frame.number("nonce")) nonces_.insert(*nonce);
    }
    if (link.refuses_retry() && has_operation_id(frame.message())) {
      co_return unsupported("its hello refuses retry, and the case sends an operation id");
    }
  }
  auto const limit = exceeds_limits_ ? std::nullopt : link.calls().exceeded_by(batch.frames);
  if (limit) {
    co_return unsupported("its limit is " + std::to_string(*limit) +
                          " calls at a time, and the case makes more");
  }
  batch.schedule = schedule_ ? &*schedule_ : nullptr;
  auto const sent = co_await link::within(options.guard_timeout, link.send(std::move(batch)));
  if (!sent) {
    co_return std::unexpected(
        timed_out("the subject to read what was sent", options.guard_timeout, port.process()));
  }
  if (!*sent) co_return cannot_run(sent->error());
  note_our_numbers(link);
  co_return Outcome{};
}

std::expected<std::uint64_t, Failure> CaseRun::connection(LinkDriver const& link,
                                                          Term const& id) const {
  auto const filled = fill(id, FieldType::id, bindings, link.ids.ours());
  if (!filled) return cannot_run(filled.error());
  auto const number = filled->number();
  if (!number) return cannot_run(value_json(*filled).dump() + " is no connection id");
  return *number;
}

asio::awaitable<ProcessState> CaseRun::settled() {
  auto const now = port.process();
  if (now.kind != ProcessState::Kind::running || is_settled_) co_return now;
  is_settled_ = true;
  auto const time = port.is_ending() ? options.guard_timeout : settling_time();
  auto const ended = co_await link::within(time, port.wait_exit());
  co_return ended.value_or(port.process());
}

asio::awaitable<std::optional<ProcessState>> CaseRun::exit_in_time() {
  close_links_at_their_ends();
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

bool fits(FrameTerm const& pattern, Arrival const& arrival, LinkDriver const& link,
          Bindings bindings) {
  if (!arrival.problem.empty()) return false;
  return !match(pattern, arrival.frame, bindings, link.ids);
}

}  // namespace voxspec
