#include "impl/rpc/endpoint.hpp"

#include "spec/assert.hpp"

#include <algorithm>
#include <string>
#include <type_traits>
#include <utility>

namespace vox::rpc {

namespace {

// What a store keeps is of a session, so that tables of single connections have none.
OperationsOptions operations_options(EndpointOptions const& options,
                                     session::Session const& session,
                                     std::shared_ptr<OperationBudget> budget) {
  return {.rulebook = options.session.rulebook,
          .limits = options.session.limits,
          .durable = options.durable && Policy::of(options.session.rulebook).operations_of_session,
          .session = options.restored ? options.restored->identity : options.identity,
          .resume_key = session.resume_key().value_or(ResumeKey{}),
          .context = options.store_context,
          .budget = std::move(budget)};
}

}  // namespace

Endpoint::Endpoint(EndpointOptions options, session::Session session)
    : options_{std::move(options)},
      policy_{Policy::of(options_.session.rulebook)},
      session_{std::move(session)},
      stable_{std::move(options_.stable)} {
  options_.stable.reset();
  limit_messages();
  if (policy_.operations_of_session) {
    operations_ =
        std::make_unique<Operations>(operations_options(options_, session_, operation_budget_));
  }
}

std::expected<Endpoint, session::SessionError> Endpoint::establish(
    TimePoint now, EndpointOptions options, session::HandshakeOutcome outcome) {
  auto session = session::Session::establish(now, options.session, std::move(outcome));
  if (!session) return std::unexpected(std::move(session.error()));
  Endpoint endpoint{std::move(options), std::move(*session)};
  endpoint.now_ = now;
  endpoint.restore();
  endpoint.settle();
  return endpoint;
}

// r[impl retry.policy.persist.crash]
void Endpoint::restore() {
  auto const restored = std::exchange(options_.restored, std::nullopt);
  if (!restored || !operations_) return;
  operations_->restore(now_, restored->operations);
  operations_->renew_key(session_.resume_key().value_or(ResumeKey{}));
  take_store_requests(*operations_);
}

void Endpoint::handle(TimePoint now, Input input) {
  advance(now);
  std::visit([this](auto& happened) { on(std::move(happened)); }, input);
  settle();
}

std::expected<Accepted, Refusal> Endpoint::call(TimePoint now, Command&& command) {
  advance(now);
  auto answer = std::visit([this](auto& wanted) { return on(wanted); }, command);
  settle();
  return answer;
}

Endpoint::Result Endpoint::forward(session::Command&& command) {
  auto accepted = session_.call(now_, std::move(command));
  if (!accepted) return std::unexpected(Refusal{std::move(accepted.error())});
  return Accepted{accepted->connection_id};
}

// r[impl rpc.virtual-connection.open]
Endpoint::Result Endpoint::on(command::Open& open) {
  auto opened = forward(session::command::Open{
      .settings = open.settings, .service = open.service, .metadata = open.metadata});
  if (opened) serving_.insert_or_assign(opened->id, open.serves);
  return opened;
}

// r[impl rpc.virtual-connection.accept]
Endpoint::Result Endpoint::on(command::Accept& accept) {
  serving_.insert_or_assign(accept.connection_id, accept.serves);
  auto accepted = forward(session::command::Accept{.connection_id = accept.connection_id});
  if (!accepted) serving_.erase(accept.connection_id);
  return accepted;
}

void Endpoint::serve(session::ConnectionId connection_id, Service const* service) {
  if (auto* const connection = find(connection_id)) {
    connection->serves = service;
  } else {
    serving_.insert_or_assign(connection_id, service);
  }
}

void Endpoint::put(Event event, std::size_t bytes) {
  auto& queued = events_.push();
  queued.event = std::move(event);
  queued.bytes = bytes;
  event_bytes_ += bytes;
}

std::optional<Event> Endpoint::poll_event() {
  if (events_.empty()) return std::nullopt;
  auto& queued = events_.front();
  std::optional<Event> event{std::move(queued.event)};
  queued.event = session::event::Disconnected{};  // lets go of what the event may share
  event_bytes_ -= queued.bytes;
  events_.pop();
  return event;
}

void Endpoint::settle() {
  do {
    while (auto event = session_.poll_event()) {
      std::visit([this](auto& said) { on(std::move(said)); }, *event);
    }
    flush();
  } while (session_.has_event());
}

// What waited for room in the session, or for a link. Answers first: they are owed.
void Endpoint::flush() {
  if (session_.state() != session::SessionState::connected) return;
  while (!answers_.empty()) {
    auto pending = std::move(answers_.front());
    answers_.pop_front();
    answer_bytes_ -= pending.bytes();
    auto const before = answers_.size();
    send_answer(std::move(pending));
    if (answers_.size() > before) break;  // It waits again, now at the end.
  }
  for (auto const ref : std::exchange(waiting_channels_, {})) {
    auto* const channel = channels_.find(ref);
    if (channel == nullptr) continue;
    channel->is_waiting = false;
    if (is_grant_due(*channel) && !channel->end) grant(*channel);
    if (channel->close_waits) {
      if (send_close(*channel)) {
        forget_channel(*channel);
      } else {
        want_room(*channel);
      }
      continue;
    }
    if (!std::exchange(channel->wants_room, false)) continue;
    if (!session_.can_send()) {
      want_room(*channel);
    } else {
      put(event::ChannelWritable{.channel = ref});
    }
  }
  flush_waiting_calls();
}

// As far as there is room: nothing is tried that has to be refused, however many wait.
void Endpoint::flush_waiting_calls() {
  if (with_waiting_calls_.empty() || !session_.can_send()) return;
  auto waiting = std::exchange(with_waiting_calls_, {});
  auto next = waiting.begin();
  for (; next != waiting.end() && session_.can_send(); ++next) {
    auto* const connection = find(*next);
    if (connection == nullptr) continue;
    connection->calls_want_room = false;
    flush_calls(*connection);
  }
  waiting.erase(waiting.begin(), next);
  waiting.insert(waiting.end(), with_waiting_calls_.begin(), with_waiting_calls_.end());
  with_waiting_calls_ = std::move(waiting);
}

std::optional<TimePoint> Endpoint::next_deadline() const {
  auto first = session_.next_deadline();
  auto const consider = [&first](std::optional<TimePoint> const& other) {
    if (other && (!first || *other < *first)) first = other;
  };
  consider(stable_deadline_);
  if (auto const* const any = any_operations()) consider(any->next_deadline());
  return first;
}

// Tables of one budget have one order of expiry, so that any of them stands for all: what looks at
// each connection would cost the peer one message, and us its connections.
Operations* Endpoint::any_operations() const {
  if (operations_) return &*operations_;
  if (connections_.empty()) return nullptr;
  auto& operations = connections_.begin()->second->operations;
  return operations ? &*operations : nullptr;
}

bool Endpoint::has_transmit() const {
  if (!stable_) return session_.has_transmit();
  return stable_->has_transmit() ||
         (stable_->is_attached() && stable_->can_send() && session_.has_transmit());
}

bool Endpoint::can_receive() const {
  auto const& limits = options_.session.limits;
  return session_.can_receive() && events_.size() + held_.size() < limits.events_max &&
         event_bytes_ + held_event_bytes_ < limits.event_bytes_max &&
         held_bytes() < limits.session_bytes_max;
}

std::size_t Endpoint::held_bytes() const {
  return event_bytes_ + held_event_bytes_ + item_bytes_ + early_bytes_ + answer_bytes_ +
         session_.held_bytes();
}

bool Endpoint::is_over() const {
  return session_.state() == session::SessionState::ended && events_.empty() &&
         !session_.has_transmit() && (!stable_ || !stable_->has_transmit());
}

std::optional<session::ChannelId> Endpoint::channel_id(ChannelRef ref) const {
  auto const* const channel = channels_.find(ref);
  return channel == nullptr ? std::nullopt : std::optional{channel->id};
}

std::optional<ChannelEnd> Endpoint::channel_end(ChannelRef ref) const {
  auto const* const channel = channels_.find(ref);
  return channel == nullptr ? ChannelEnd::lost : channel->end;
}

bool Endpoint::channel_sends(ChannelRef ref) const {
  auto const* const channel = channels_.find(ref);
  return channel != nullptr && channel->sends;
}

ChannelRef Endpoint::find_channel(session::ConnectionId connection_id,
                                  session::ChannelId id) const {
  return channels_.ref_of(connection_id, id);
}

Connection* Endpoint::find(session::ConnectionId id) {
  auto const found = connections_.find(id);
  return found == connections_.end() ? nullptr : found->second.get();
}

// ---- events of the session about connections ----

void Endpoint::on(session::event::Opened&& opened) {
  auto const id = opened.connection_id;
  auto const& limits = options_.session.limits;
  auto connection =
      std::make_unique<Connection>(id, opened.our_settings, PlanCache{policy_.strictness, limits});
  auto const serving = serving_.find(id);
  if (serving != serving_.end()) {
    connection->serves = serving->second;
    serving_.erase(serving);
  }
  if (!policy_.operations_of_session) {
    connection->operations.emplace(operations_options(options_, session_, operation_budget_));
  }
  connections_.insert_or_assign(id, std::move(connection));
  put(opened);
  release_held(id, true);
}

void Endpoint::on(session::event::OpenFailed&& failed) {
  serving_.erase(failed.connection_id);
  put(std::move(failed));
}

// r[impl connection.close.semantics] r[impl rpc.channel.lifecycle]
void Endpoint::on(session::event::Closed&& closed) {
  auto const id = closed.connection_id;
  serving_.erase(id);
  release_held(id, false);
  if (auto* const connection = find(id)) {
    bool const with_session = closed.by == session::ClosedBy::session_end;
    fail_calls(*connection, {.failure = with_session ? CallFailure::session_shutdown
                                                     : CallFailure::connection_closed});
    leave_requests(*connection);
    lose_channels(*connection);
    drop_answers(id, with_session);
    early_bytes_ -= connection->early_bytes;
    // Handlers of 0.4.0's operations end later; nothing asks for their outcome any more.
    connections_.erase(id);
  }
  auto const bytes = closed.backing.view().size();
  put(std::move(closed), bytes);
}

void Endpoint::on(session::event::Ended&& ended) {
  // No other link comes for what a stable conduit has not sent.
  stable_deadline_.reset();
  if (stable_ && !stable_->is_attached()) pass_on(session::input::ConduitLost{});
  if (operations_) react(*operations_, operations_->end(now_));
  // Whoever shuts a session down may stop the process next, and the next process goes on with it.
  is_over_for_good_ = ended.cause != session::EndCause::shutdown;
  forget_session_if_over();
  put(std::move(ended));
}

}  // namespace vox::rpc
