// The channels of an endpoint.
#include "impl/rpc/endpoint.hpp"
#include "impl/rpc/endpoint_forward.hpp"
#include "impl/schema/translate.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace vox::rpc {

// ---- what the application does ----

// r[impl rpc.channel.allocation] r[impl rpc.channel.binding.caller-args.rx]
// r[impl rpc.channel.binding.caller-args.tx]
Endpoint::Result Endpoint::on(command::MakeChannel& make) {
  auto* const connection = find(make.connection_id);
  if (connection == nullptr) return refused(Misuse::connection_unknown);
  if (connection->channels.size() >= options_.session.limits.channels_max) {
    return refused(Misuse::channels_exhausted);
  }
  auto const id = free_channel_id(*connection);
  if (!id) return refused(Misuse::channels_exhausted);
  // The caller sends on what the handler receives by.
  auto const direction = make.method->channels().types()[make.type].direction;
  auto& channel = channels_.add(connection->id, *id, direction == shape::ChannelDirection::rx);
  channel.type = make.type;
  connection->channels.insert(channel.ref);
  return Accepted{channel.ref};
}

// A peer may have named an id of our parity, which nobody asks a callee to refuse.
std::optional<session::ChannelId> Endpoint::free_channel_id(Connection& connection) {
  auto id = connection.channel_ids.allocate();
  while (id && channels_.find(connection.id, *id) != nullptr)
    id = connection.channel_ids.allocate();
  return id;
}

// r[impl rpc.flow-control.credit.exhaustion] r[impl rpc.channel.close] r[impl rpc.channel.reset]
Endpoint::Result Endpoint::on(command::SendItem& send) {
  auto* const channel = channels_.find(send.channel);
  if (channel == nullptr) return refused(Misuse::channel_unknown);
  if (!channel->sends) return refused(Misuse::channel_wrong_direction);
  if (channel->end) return refused(Misuse::channel_ended);
  auto const* const call = calls_.find(channel->call);
  bool const call_waits = call != nullptr && call->state != CallState::sent;
  if (!channel->bound || call_waits || channel->credit == 0) {
    channel->wants_room = true;
    return refused(Misuse::no_credit);
  }
  session::Command command =
      session::command::SendChannel{.connection_id = channel->connection_id,
                                    .channel_id = channel->id,
                                    .body = session::command::Item{std::move(send.item)}};
  auto sent = session_.call(now_, std::move(command));
  if (!sent) {
    auto& body = std::get<session::command::SendChannel>(command).body;
    send.item = std::get<session::command::Item>(body).item.release();
    Refusal refusal{std::move(sent.error())};
    if (refusal.may_pass()) want_room(*channel);
    return std::unexpected(std::move(refusal));
  }
  --channel->credit;
  return Accepted{};
}

Endpoint::Result Endpoint::on(command::CloseChannel& close) {
  auto* const channel = channels_.find(close.channel);
  if (channel == nullptr) return refused(Misuse::channel_unknown);
  if (!channel->sends) return refused(Misuse::channel_wrong_direction);
  channel->application_gone = true;
  if (send_close(*channel)) {
    forget_channel(*channel);
  } else {
    channel->close_waits = true;
    want_room(*channel);
  }
  return Accepted{};
}

// A close may also follow a reset, as 0.4.0 sends it; on a channel that is lost, or that no call
// has named, there is nobody to be told. True unless it has to wait.
bool Endpoint::send_close(Channel& channel) {
  bool const is_gone = channel.end == ChannelEnd::lost || channel.connection_gone;
  if (is_gone || !channel.bound) return true;
  auto const* const call = calls_.find(channel.call);
  if (call != nullptr && call->state != CallState::sent) return false;
  auto const sent =
      session_.call(now_, session::command::SendChannel{.connection_id = channel.connection_id,
                                                        .channel_id = channel.id,
                                                        .body = wire::Close{}});
  return sent || !Refusal{sent.error()}.may_pass();
}

Endpoint::Result Endpoint::on(command::ReleaseChannel& release) {
  auto* const channel = channels_.find(release.channel);
  if (channel == nullptr) return refused(Misuse::channel_unknown);
  if (channel->sends) return refused(Misuse::channel_wrong_direction);
  if (policy_.resets_released_channels && channel->bound && !channel->end) {
    // If there is no room the sender runs out of credit instead, which stops it as well.
    static_cast<void>(
        session_.call(now_, session::command::SendChannel{.connection_id = channel->connection_id,
                                                          .channel_id = channel->id,
                                                          .body = wire::Reset{}}));
  }
  forget_channel(*channel);
  return Accepted{};
}

// r[impl rpc.flow-control.credit.grant] r[impl rpc.channel.item]
TakenItem Endpoint::take_item(TimePoint now, ChannelRef ref) {
  advance(now);
  auto* const channel = channels_.find(ref);
  if (channel == nullptr) return ChannelEnd::lost;
  if (channel->items.empty()) {
    if (channel->end) return *channel->end;
    return std::monostate{};
  }
  auto item = std::exchange(channel->items.front(), {});
  channel->items.pop();
  item_bytes_ -= item.bytes.size();
  ReceivedItem taken{.backing = item.backing, .bytes = item.bytes};
  if (channel->plan != nullptr) {
    wire::Buffer translated;
    auto const done =
        schema::translate(*channel->plan, item.bytes, translated,
                          {.strictness = policy_.strictness, .limits = options_.session.limits});
    if (!done) {
      end_channel(*channel, ChannelEnd::lost);
      return ChannelEnd::lost;
    }
    taken.backing = Backing{std::move(translated).take()};
    taken.bytes = taken.backing.view();
  }
  ++channel->consumed;
  if (is_grant_due(*channel) && !channel->end) grant(*channel);
  settle();
  return taken;
}

// Half a window is granted together.
bool Endpoint::is_grant_due(Channel const& channel) {
  return channel.consumed >= channel.window / 2;
}

// Grants what was consumed, and as much again while the window of a reader that keeps up may grow.
// 0.4.0 keeps the window that it begins with.
void Endpoint::grant(Channel& channel) {
  auto const window_max = policy_.widens_channels ? options_.session.limits.channel_window_max : 0;
  auto const growth =
      channel.window < window_max ? std::min(channel.window, window_max - channel.window) : 0;
  auto const additional = channel.consumed + growth;
  auto const sent = session_.call(
      now_, session::command::SendChannel{.connection_id = channel.connection_id,
                                          .channel_id = channel.id,
                                          .body = wire::GrantCredit{.additional = additional}});
  if (sent) {
    channel.window += growth;
    channel.receivable += additional;
    channel.consumed = 0;
  } else if (Refusal{sent.error()}.may_pass()) {
    want_room(channel);
  }
}

void Endpoint::want_room(Channel& channel) {
  if (channel.sends && !channel.close_waits) channel.wants_room = true;
  if (!std::exchange(channel.is_waiting, true)) waiting_channels_.push_back(channel.ref);
}

void Endpoint::end_channel(Channel& channel, ChannelEnd end) {
  if (channel.end) return;
  channel.end = end;
  if (channel.application_gone) return;
  if (channel.sends) {
    put(event::ChannelWritable{.channel = channel.ref});
  } else {
    put(event::ChannelReadable{.channel = channel.ref});
  }
}

// The connection is closed: whoever has an end of its channels is told, and holds it alone.
void Endpoint::lose_channels(Connection const& connection) {
  std::vector<ChannelRef> refs{connection.channels.begin(), connection.channels.end()};
  std::ranges::sort(refs);
  for (auto const ref : refs) {
    auto& channel = *channels_.find(ref);
    end_channel(channel, ChannelEnd::lost);
    channels_.detach(channel);
  }
}

void Endpoint::forget_channel(Channel& channel) {
  for (std::size_t i = 0; i < channel.items.size(); ++i)
    item_bytes_ -= channel.items[i].bytes.size();
  auto* const connection = channel.connection_gone ? nullptr : find(channel.connection_id);
  if (connection != nullptr) connection->channels.erase(channel.ref);
  channels_.remove(channel.ref);
}

// ---- what the peer does ----

void Endpoint::on(session::event::ChannelReceived&& received) {
  auto* const connection = find(received.connection_id);
  if (hold_or_hand_on(received, connection)) return;
  EarlyMessage message{.id = received.channel_id};
  struct Read {
    EarlyMessage& message;
    Backing const& backing;
    void operator()(wire::Item const& item) const {
      message.kind = ChannelMessageKind::item;
      message.item = {.backing = backing, .bytes = item.item};
    }
    void operator()(wire::Close const&) const { message.kind = ChannelMessageKind::close; }
    void operator()(wire::Reset const&) const { message.kind = ChannelMessageKind::reset; }
    void operator()(wire::GrantCredit const& grant) const {
      message.kind = ChannelMessageKind::grant;
      message.additional = grant.additional;
    }
  };
  std::visit(Read{.message = message, .backing = received.backing}, received.body);
  if (auto* const channel = channels_.find(connection->id, received.channel_id)) {
    return receive_on(*channel, std::move(message));
  }
  keep_early(*connection, std::move(message));
}

// Messages in the wrong direction, and after the end, change nothing: they may have crossed ours.
// r[impl rpc.channel.reset] r[impl rpc.channel.close] r[impl rpc.flow-control.credit.grant.additive]
void Endpoint::receive_on(Channel& channel, EarlyMessage&& message) {
  if (channel.end) return;
  switch (message.kind) {
    case ChannelMessageKind::item: {
      if (channel.sends) return;
      // r[impl rpc.flow-control.credit]
      if (policy_.checks_credit && channel.receivable == 0) {
        return session_.accuse(now_, "rpc.flow-control.credit",
                               "an item without credit on channel " + std::to_string(channel.id));
      }
      if (!policy_.checks_credit && channel.items.size() >= unchecked_items_max) return;
      if (channel.receivable > 0) --channel.receivable;
      item_bytes_ += message.item.bytes.size();
      channel.items.push() = std::move(message.item);
      if (channel.items.size() == 1) put(event::ChannelReadable{.channel = channel.ref});
      return;
    }
    case ChannelMessageKind::close:
      return end_channel(channel, ChannelEnd::closed);
    case ChannelMessageKind::reset:
      return end_channel(channel, ChannelEnd::reset);
    case ChannelMessageKind::grant:
      if (!channel.sends) return;
      channel.credit += message.additional;
      if (std::exchange(channel.wants_room, false)) {
        put(event::ChannelWritable{.channel = channel.ref});
      }
      return;
  }
}

// What comes for a channel that a call may yet name is kept; what comes for one that is forgotten
// is late.
void Endpoint::keep_early(Connection& connection, EarlyMessage&& message) {
  bool const is_of_peer = has_parity(message.id, opposite(connection.our_settings.parity));
  if (!is_of_peer || message.id <= connection.named_channels) return;
  auto const& limits = options_.session.limits;
  // Only more messages can take these away, so that they must never stop the reading.
  auto const bytes_max = std::min(limits.early_bytes_max, limits.session_bytes_max / 2);
  auto const bytes = message.held_bytes();
  if (connection.early.size() >= limits.early_items_max || bytes > bytes_max - early_bytes_) {
    if (policy_.checks_credit) {
      session_.accuse(now_, "rpc.channel.lifecycle",
                      "too many messages for channels that no request has named");
    }
    return;
  }
  connection.early_bytes += bytes;
  early_bytes_ += bytes;
  connection.early.push_back(std::move(message));
}

void Endpoint::deliver_early(Connection& connection, Channel& channel) {
  std::vector<EarlyMessage> of_others;
  for (auto& message : std::exchange(connection.early, {})) {
    if (message.id != channel.id) {
      of_others.push_back(std::move(message));
      continue;
    }
    connection.early_bytes -= message.held_bytes();
    early_bytes_ -= message.held_bytes();
    receive_on(channel, std::move(message));
  }
  connection.early = std::move(of_others);
}

}  // namespace vox::rpc
