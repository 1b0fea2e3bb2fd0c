#include "conformance/cases/session_pair.hpp"

#include "conformance/cases/session_script.hpp"

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
  options.limits.outbound_messages_max = 8;
  auto session = Session::establish(TimePoint{}, options, outcome).value();
  static_cast<void>(session.poll());
  static_cast<void>(session.call(TimePoint{}, command::Accept{.connection_id = root_connection}));
  static_cast<void>(session.poll());
  return session;
}

std::string name_of(Receipt const& receipt) {
  return line_of(output::NotSent{.receipt = receipt});
}

template <class Set>
auto const& pick_from(Set const& set, std::uint32_t pick) {
  return *std::next(set.begin(), static_cast<std::ptrdiff_t>(pick % set.size()));
}

}  // namespace

Pair::Pair(Rulebook rulebook)
    : sides_{Side{begin(rulebook, as_initiator())}, Side{begin(rulebook, as_acceptor())}} {}

void Pair::complain(Side const& side, std::string what) {
  complaints_.push_back((&side == &sides_[0] ? "initiator: " : "acceptor: ") + std::move(what));
}

void Pair::step(std::uint32_t number) {
  auto& side = sides_[number & 1U];
  do_step(side, (number >> 1U) % 16, number >> 5U);
  for (auto& each : sides_) {
    poll(each);
    compare_books(each);
  }
}

void Pair::do_step(Side& side, std::uint32_t kind, std::uint32_t pick) {
  auto const index = &side == &sides_[0] ? 0U : 1U;
  switch (kind) {
    case 0:
    case 1:
      static_cast<void>(open(index));
      return;
    case 2:
      if (!side.live.empty()) close(index, pick_from(side.live, pick));
      return;
    case 3:
      if (!side.asked.empty()) close(index, pick_from(side.asked, pick));
      return;
    case 4:
      if (side.live.size() > 1) drop_caller(index, *std::next(side.live.begin()));
      return;
    case 5:
      if (!side.offered.empty()) decide(side, pick_from(side.offered, pick), pick >> 3U);
      return;
    case 6:
    case 7:
      if (!side.live.empty()) static_cast<void>(call(index, pick_from(side.live, pick)));
      return;
    case 8:
      answer_calls(index);
      return;
    case 9:
      if (side.asked_requests.empty()) return;
      if (auto const& request = pick_from(side.asked_requests, pick);
          side.session.call(now_, command::SendCancel{.connection_id = request.connection,
                                                      .request_id = request.id})) {
        expect_sent(side, {SendKind::cancel, request.connection, request.id});
      }
      return;
    case 10:
      if (side.live.empty()) return;
      if (auto const id = pick_from(side.live, pick);
          side.session.call(now_, command::SendChannel{id, 5, wire::Item{.item = as_bytes("x")}})) {
        expect_sent(side, {SendKind::channel, id, 5});
      }
      return;
    case 11:
      now_ += std::chrono::milliseconds{10 * (pick % 8)};
      side.session.handle(now_, input::DeadlineReached{});
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

std::optional<ConnectionId> Pair::open(std::size_t index) {
  auto& side = sides_[index];
  auto const id = side.session.call(
      now_, command::Open{.settings = {.parity = Parity::odd, .max_concurrent_requests = 4},
                          .service = "Echo"});
  if (!id) return std::nullopt;
  auto const ours = index == 0 ? Parity::odd : Parity::even;
  if (!has_parity(*id, ours)) complain(side, "opened an id of the wrong parity");
  if (!side.ever_opened.insert(*id).second) complain(side, "opened an id twice");
  side.asked.insert(*id);
  expect_sent(side, {SendKind::open, *id, 0});
  return *id;
}

void Pair::close(std::size_t index, ConnectionId id) {
  auto& side = sides_[index];
  if (side.session.call(now_, command::Close{.connection_id = id})) {
    expect_sent(side, {SendKind::close, id, 0});
  }
}

void Pair::drop_caller(std::size_t index, ConnectionId id) {
  // Whether a close goes out depends on the conduit, so it is not put on the account.
  static_cast<void>(sides_[index].session.call(now_, command::DropCaller{.connection_id = id}));
}

bool Pair::call(std::size_t index, ConnectionId id) {
  auto& side = sides_[index];
  auto const info = side.session.connection(id);
  if (!info) return false;
  auto& ids = side.request_ids.try_emplace(id, info->our_settings.parity).first->second;
  auto const request = *ids.allocate();
  if (!side.session.call(now_, command::SendCall{.connection_id = id,
                                                 .request_id = request,
                                                 .method_id = request % 3,
                                                 .args = as_bytes("a"),
                                                 .schemas = u32_type()})) {
    return false;
  }
  expect_sent(side, {SendKind::call, id, request});
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
      side.session.call(now_, command::SendResponse{.connection_id = request.connection,
                                                    .request_id = request.id,
                                                    .ret = as_bytes("r"),
                                                    .schemas = text_type()});
  if (answer) return expect_sent(side, {SendKind::response, request.connection, request.id});
  auto const* const misuse = answer.error().misuse();
  if (misuse != nullptr && *misuse == Misuse::queue_full) side.to_answer.push_back(request);
}

void Pair::decide(Side& side, ConnectionId id, std::uint32_t pick) {
  if (std::exchange(side.rejects_next, false) || pick % 4 == 3) {
    if (!side.session.call(now_, command::Reject{.connection_id = id})) return;
    side.offered.erase(id);
    return;
  }
  if (!side.session.call(now_, command::Accept{.connection_id = id})) return;
  expect_sent(side, {SendKind::accept, id, 0});
}

bool Pair::deliver_to(Side& side) {
  if (side.inbox.empty() || side.has_ended || !side.session.can_receive()) return false;
  auto payload = std::move(side.inbox.front());
  side.inbox.pop_front();
  ++delivered_;
  side.session.handle(now_, input::Received{.payload = Backing{std::move(payload)}});
  poll(side);
  compare_books(side);
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
    side.session.handle(now_, input::ConduitLost{});
    side.to_answer.clear();
    side.asked_requests.clear();
    poll(side);
    compare_books(side);
  }
}

void Pair::reconnect() {
  if (is_connected_ || sides_[0].has_ended || sides_[1].has_ended) return;
  is_connected_ = true;
  sides_[0].session.handle(now_, input::Recovered{.outcome = as_initiator()});
  static_cast<void>(sides_[1].session.call(now_, command::Resume{.outcome = as_acceptor()}));
  for (auto& side : sides_) {
    poll(side);
    compare_books(side);
  }
}

void Pair::finish() {
  for (auto& side : sides_) {
    static_cast<void>(side.session.call(now_, command::Shutdown{}));
    poll(side);
    if (!side.has_ended) complain(side, "did not end");
    if (!side.asked.empty()) complain(side, "never resolved an open");
    if (!side.live.empty() || !side.offered.empty()) complain(side, "never closed a connection");
    if (side.session.connection_count() != 0) complain(side, "keeps slots");
    if (!side.accepted.empty()) complain(side, "lost " + *side.accepted.begin());
  }
}

void Pair::expect_sent(Side& side, Receipt const& receipt) {
  side.accepted.insert(name_of(receipt));
}

void Pair::settle_receipt(Side& side, Receipt const& receipt) {
  auto const at = side.accepted.find(name_of(receipt));
  if (at != side.accepted.end()) side.accepted.erase(at);
}

void Pair::poll(Side& side) {
  while (auto const output = side.session.poll())
    absorb(side, *output);
}

// The session's table holds exactly the connections that the application was told of.
void Pair::compare_books(Side& side) {
  auto const known = side.asked.size() + side.offered.size() + side.live.size();
  if (side.session.connection_count() != known) {
    complain(side, "holds " + std::to_string(side.session.connection_count()) + " slots for " +
                       std::to_string(known) + " connections");
  }
  if (side.session.generation() < side.generation) complain(side, "went back a generation");
}

template <class Event>
void Pair::on(Side& side, Event const& event) {
  using namespace output;
  if constexpr (std::is_same_v<Event, Send>) {
    if (!is_connected_) complain(side, "sends on a conduit that is gone");
    settle_receipt(side, event.receipt);
    transcript_.insert(transcript_.end(), event.payload.begin(), event.payload.end());
    if (is_connected_) peer_of(side).inbox.push_back(to_bytes(event.payload));
  } else if constexpr (std::is_same_v<Event, NotSent>) {
    settle_receipt(side, event.receipt);
  } else if constexpr (std::is_same_v<Event, ConnectionRequested>) {
    if (side.live.contains(event.connection_id) ||
        !side.offered.insert(event.connection_id).second) {
      complain(side, "was asked for a connection that it has");
    }
    if (side.decides_at_once) decide(side, event.connection_id, 0);
  } else if constexpr (std::is_same_v<Event, Opened>) {
    if (side.asked.erase(event.connection_id) + side.offered.erase(event.connection_id) != 1) {
      complain(side, "was told of a connection that nobody asked for");
    }
    side.live.insert(event.connection_id);
  } else if constexpr (std::is_same_v<Event, OpenFailed>) {
    if (side.asked.erase(event.connection_id) != 1) complain(side, "resolved an open twice");
    settle_receipt(side, {SendKind::open, event.connection_id, 0});
  } else if constexpr (std::is_same_v<Event, Closed>) {
    if (side.live.erase(event.connection_id) + side.offered.erase(event.connection_id) != 1) {
      complain(side, "closed a connection that was not open");
    }
    side.request_ids.erase(event.connection_id);
  } else if constexpr (std::is_same_v<Event, CloseFailed>) {
    settle_receipt(side, {SendKind::close, event.connection_id, 0});
  } else if constexpr (std::is_same_v<Event, CallReceived>) {
    if (!side.live.contains(event.connection_id)) complain(side, "got a call on no connection");
    side.to_answer.push_back({.connection = event.connection_id, .id = event.request_id});
  } else if constexpr (std::is_same_v<Event, ResponseReceived>) {
    if (!side.live.contains(event.connection_id)) complain(side, "got a response on no connection");
    ++side.answered;
  } else if constexpr (std::is_same_v<Event, Resumed>) {
    if (event.generation != side.generation + 1) complain(side, "skipped a generation");
    side.generation = event.generation;
  } else if constexpr (std::is_same_v<Event, Ended>) {
    side.has_ended = true;
    // Two peers that obey the rules never accuse each other, whatever crosses on the way.
    if (event.cause == EndCause::violation || event.cause == EndCause::accused) {
      complain(side, line_of(event));
    }
  }
}

void Pair::absorb(Side& side, Output const& output) {
  if (side.has_ended) complain(side, "speaks after its end: " + line_of(output));
  std::visit([&](auto const& event) { on(side, event); }, output);
}

}  // namespace voxspec::test
