#include "conformance/tests/session_pair.hpp"

#include "conformance/tests/session_script.hpp"

#include <iterator>
#include <utility>
#include <variant>

namespace voxspec::test {

using namespace vox;
using namespace vox::session;

namespace {

Session begin(Rulebook rulebook, HandshakeOutcome const& outcome) {
  SessionOptions options;
  options.rulebook = rulebook;
  options.has_recoverer = outcome.role == Role::initiator;
  options.is_registered = outcome.role == Role::acceptor;
  options.keepalive = {std::chrono::milliseconds{50}, std::chrono::seconds{1000}};
  options.limits.wanted_messages_max = 8;
  options.limits.owed_messages_max = 8;
  return Session::establish(TimePoint{}, options, outcome).value();
}

// The steps up to this one only ask something of the session.
constexpr std::uint32_t last_command = 10;

template <class Set>
auto const& pick_from(Set const& set, std::uint32_t pick) {
  return *std::next(set.begin(), static_cast<std::ptrdiff_t>(pick % set.size()));
}

}  // namespace

Pair::Pair(Rulebook rulebook)
    : sides_{Side{begin(rulebook, as_initiator())}, Side{begin(rulebook, as_acceptor())}} {
  for (auto& side : sides_) {
    poll(side);
    decide(side, root_connection, 0);
    poll(side);
  }
}

std::vector<std::string> Pair::complaints() const {
  auto all = complaints_;
  for (auto const& side : sides_) {
    auto const* const name = is_initiator(side) ? "initiator " : "acceptor ";
    for (auto const& complaint : side.watched.complaints())
      all.push_back(name + complaint);
  }
  return all;
}

void Pair::step(std::uint32_t number) {
  auto& side = sides_[number & 1U];
  auto const kind = (number >> 1U) % 16;
  do_step(side, kind, number >> 5U);
  // Now and then what was asked for waits in the queue, so that other things happen before it goes.
  if (kind <= last_command && (number >> 5U) % 3 == 2) return;
  for (auto& each : sides_) {
    poll(each);
    each.watched.compare();
  }
}

void Pair::do_step(Side& side, std::uint32_t kind, std::uint32_t pick) {
  auto const index = is_initiator(side) ? 0U : 1U;
  switch (kind) {
    case 0:
      static_cast<void>(open(index, pick % 2 == 0 ? Parity::odd : Parity::even));
      return;
    case 1:
      fail_call(side);
      return;
    case 2:
      if (!side.watched.live().empty()) close(index, pick_from(side.watched.live(), pick));
      return;
    case 3:
      if (!side.watched.asked().empty()) close(index, pick_from(side.watched.asked(), pick));
      return;
    case 4:
      if (side.watched.live().size() > 1)
        drop_caller(index, *std::next(side.watched.live().begin()));
      return;
    case 5:
      if (!side.watched.offered().empty())
        decide(side, pick_from(side.watched.offered(), pick), pick >> 3U);
      return;
    case 6:
    case 7:
      if (!side.watched.live().empty())
        static_cast<void>(call(index, pick_from(side.watched.live(), pick)));
      return;
    case 8:
      answer_calls(index);
      return;
    case 9:
      if (side.asked_requests.empty()) return;
      cancel(side, pick_from(side.asked_requests, pick));
      return;
    case 10:
      if (side.watched.live().empty()) return;
      static_cast<void>(side.watched.call(
          now_, command::SendChannel{pick_from(side.watched.live(), pick), 5,
                                     command::Item{.item = to_bytes(as_bytes("x"))}}));
      return;
    case 11:
      now_ += std::chrono::milliseconds{10 * (pick % 8)};
      side.watched.handle(now_, input::DeadlineReached{});
      return;
    case 12:
    case 13:
      static_cast<void>(deliver_to(side));
      return;
    case 14:
      settle();
      return;
    case 15:
      if (pick % 4 == 0)
        cut();
      else if (!is_connected_)
        reconnect();
      return;
    default:
      return;
  }
}

std::optional<ConnectionId> Pair::open(std::size_t index, Parity parity) {
  auto const id = sides_[index].watched.call(
      now_, command::Open{.settings = {.parity = parity, .max_concurrent_requests = 4},
                          .service = "Echo"});
  return id ? std::optional{id->connection_id} : std::nullopt;
}

void Pair::close(std::size_t index, ConnectionId id) {
  static_cast<void>(sides_[index].watched.call(now_, command::Close{.connection_id = id}));
}

void Pair::drop_caller(std::size_t index, ConnectionId id) {
  static_cast<void>(sides_[index].watched.call(now_, command::DropCaller{.connection_id = id}));
}

// The next call, or the schemas that go before it, does not go out, though the link stands.
void Pair::fail_call(Side& side) {
  for (;;) {
    while (auto const event = side.watched.poll_event())
      absorb(side, *event);
    wire::Buffer payload;
    auto const transmit = side.watched.poll_transmit(payload);
    if (!transmit) break;
    auto const kind = transmit->receipt.kind;
    if (kind == SendKind::call || kind == SendKind::schema) {
      side.watched.handle(now_, input::SendFailed{.token = transmit->token, .error = "full"});
      break;
    }
    deliver(side, payload.view());
  }
  side.watched.write(now_);
}

void Pair::cancel(Side& side, Request const& request) {
  static_cast<void>(side.watched.call(
      now_, command::SendCancel{.connection_id = request.connection, .request_id = request.id}));
}

bool Pair::call(std::size_t index, ConnectionId id) {
  auto& side = sides_[index];
  auto const info = side.watched.session().connection(id);
  if (!info) return false;
  auto& ids = side.request_ids.try_emplace(id, info->our_settings.parity).first->second;
  auto const request = *ids.allocate();
  if (!side.watched.call(now_, command::SendCall{.connection_id = id,
                                                 .request_id = request,
                                                 .method_id = request % 3,
                                                 .args = to_bytes(as_bytes("a")),
                                                 .schemas = u32_type()})) {
    return false;
  }
  side.asked_requests.push_back({.connection = id, .id = request});
  return true;
}

void Pair::answer_calls(std::size_t index) {
  auto& side = sides_[index];
  for (auto const& request : std::exchange(side.to_answer, {}))
    respond(side, request);
}

void Pair::respond(Side& side, Request const& request) {
  auto const answer =
      side.watched.call(now_, command::SendResponse{.connection_id = request.connection,
                                                    .request_id = request.id,
                                                    .ret = to_bytes(as_bytes("r")),
                                                    .schemas = text_type()});
  if (answer) return;
  auto const* const misuse = answer.error().misuse();
  if (misuse != nullptr && *misuse == Misuse::queue_full) side.to_answer.push_back(request);
}

void Pair::decide(Side& side, ConnectionId id, std::uint32_t pick) {
  if (std::exchange(side.rejects_next, false) || pick % 4 == 3) {
    static_cast<void>(side.watched.call(now_, command::Reject{.connection_id = id}));
  } else {
    static_cast<void>(side.watched.call(now_, command::Accept{.connection_id = id}));
  }
}

bool Pair::deliver_to(Side& side) {
  if (side.inbox.empty() || side.watched.has_ended() || !side.watched.session().can_receive())
    return false;
  auto payload = std::move(side.inbox.front());
  side.inbox.pop_front();
  ++delivered_;
  if (is_initiator(side)) record_.session_said(payload);
  side.watched.handle(now_, input::Received{.payload = Backing{std::move(payload)}});
  poll(side);
  side.watched.compare();
  if (cut_at_ && delivered_ >= *cut_at_) cut();
  return true;
}

void Pair::settle() {
  for (auto& side : sides_)
    poll(side);
  while (deliver_to(sides_[0]) || deliver_to(sides_[1])) {
  }
}

void Pair::cut() {
  cut_at_.reset();
  if (!is_connected_) return;
  is_connected_ = false;
  for (auto& side : sides_) {
    side.inbox.clear();
    side.watched.handle(now_, input::ConduitLost{});
    side.to_answer.clear();
    side.asked_requests.clear();
    poll(side);
    side.watched.compare();
  }
}

void Pair::reconnect() {
  if (is_connected_ || sides_[0].watched.has_ended() || sides_[1].watched.has_ended()) return;
  is_connected_ = true;
  record_.resumed();
  sides_[0].watched.handle(now_, input::Recovered{.outcome = as_initiator()});
  static_cast<void>(sides_[1].watched.call(now_, command::Resume{.outcome = as_acceptor()}));
  for (auto& side : sides_) {
    poll(side);
    side.watched.compare();
  }
}

void Pair::finish() {
  for (auto& side : sides_)
    side.watched.finish(now_);
}

void Pair::poll(Side& side) {
  do {
    while (auto const event = side.watched.poll_event())
      absorb(side, *event);
  } while (poll_transmit(side));
  side.watched.write(now_);
}

bool Pair::poll_transmit(Side& side) {
  wire::Buffer payload;
  if (!side.watched.poll_transmit(payload)) return false;
  deliver(side, payload.view());
  return true;
}

void Pair::deliver(Side& side, ByteView payload) {
  transcript_.insert(transcript_.end(), payload.begin(), payload.end());
  if (is_initiator(side)) record_.peer_said(payload);
  if (is_connected_) peer_of(side).inbox.push_back(to_bytes(payload));
}

void Pair::absorb(Side& side, Event const& event) {
  if (auto const* const request = std::get_if<event::ConnectionRequested>(&event)) {
    if (side.decides_at_once) decide(side, request->connection_id, 0);
  } else if (auto const* const call = std::get_if<event::CallReceived>(&event)) {
    side.to_answer.push_back({.connection = call->connection_id, .id = call->request_id});
  } else if (std::holds_alternative<event::ResponseReceived>(event)) {
    ++side.answered;
  } else if (auto const* const end = std::get_if<event::Ended>(&event)) {
    // Two peers that obey the rules never accuse each other, whatever crosses on the way.
    if (end->cause == EndCause::violation || end->cause == EndCause::accused) {
      complaints_.push_back(line_of(event));
    }
  }
}

}  // namespace voxspec::test
