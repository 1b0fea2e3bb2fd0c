#include "impl/session/proxy.hpp"

#include <memory>
#include <optional>
#include <utility>
#include <variant>

namespace vox::session {

namespace {

// The connection that an event is about, if a proxy has to do with it.
struct ConnectionOf {
  std::optional<ConnectionId> operator()(event::CallReceived const& call) const {
    return call.connection_id;
  }
  std::optional<ConnectionId> operator()(event::ResponseReceived const& response) const {
    return response.connection_id;
  }
  std::optional<ConnectionId> operator()(event::CancelReceived const& cancel) const {
    return cancel.connection_id;
  }
  std::optional<ConnectionId> operator()(event::ChannelReceived const& channel) const {
    return channel.connection_id;
  }
  std::optional<ConnectionId> operator()(event::Closed const& closed) const {
    return closed.connection_id;
  }
  template <class Other>
  std::optional<ConnectionId> operator()(Other const&) const {
    return std::nullopt;
  }
};

// The entries that are forwarded: by the specification those marked no_propagate are not; 0.4.0
// passes all of them. Unknown flags are kept as they came. r[impl rpc.metadata.flags.no-propagate]
// r[impl rpc.metadata.flags]
class PassedOn {
 public:
  PassedOn(wire::MetadataView entries, Policy const& policy) : view_{entries} {
    if (!policy.strips_no_propagate) return;
    for (auto const& entry : entries) {
      if ((entry.flags & wire::no_propagate) == 0) kept_.add(entry);
    }
    view_ = kept_;
  }
  PassedOn(PassedOn const&) = delete;
  PassedOn& operator=(PassedOn const&) = delete;

  [[nodiscard]] wire::MetadataView view() const { return view_; }

 private:
  wire::Metadata kept_;
  wire::MetadataView view_;
};

// The schemas that the target has to be told before data of the binding, taken from the source.
SharedSchemas schemas_for(Proxy::End source, Proxy::End target, schema::Binding binding) {
  if (target.session->has_announced(target.connection_id, binding)) return nullptr;
  auto const received = source.session->received_schemas(source.connection_id);
  if (received == nullptr) return nullptr;
  auto announced = received->announced(binding);
  if (!announced) return nullptr;
  return std::make_shared<schema::SchemaPayload const>(std::move(*announced));
}

struct Forward {
  TimePoint now;
  Proxy::End source;
  Proxy::End target;
  using Answer = std::expected<Accepted, Refusal>;

  Answer operator()(event::CallReceived const& received) const {
    PassedOn const metadata{received.call.metadata, Policy::of(target.session->rulebook())};
    schema::Binding const binding{.method_id = received.call.method_id,
                                  .direction = wire::BindingDirection::args};
    return target.session->call(now,
                                command::SendCall{.connection_id = target.connection_id,
                                                  .request_id = received.request_id,
                                                  .method_id = received.call.method_id,
                                                  .metadata = metadata.view(),
                                                  .args = to_bytes(received.call.args),
                                                  .schemas = schemas_for(source, target, binding)});
  }
  Answer operator()(event::ResponseReceived const& received) const {
    PassedOn const metadata{received.response.metadata, Policy::of(target.session->rulebook())};
    SharedSchemas schemas;
    auto const method =
        target.session->unanswered_method(target.connection_id, received.request_id);
    if (method) {
      schemas = schemas_for(source, target,
                            {.method_id = *method, .direction = wire::BindingDirection::response});
    }
    return target.session->call(now, command::SendResponse{.connection_id = target.connection_id,
                                                           .request_id = received.request_id,
                                                           .metadata = metadata.view(),
                                                           .ret = to_bytes(received.response.ret),
                                                           .schemas = std::move(schemas)});
  }
  Answer operator()(event::CancelReceived const& received) const {
    PassedOn const metadata{received.cancel.metadata, Policy::of(target.session->rulebook())};
    auto const sent =
        target.session->call(now, command::SendCancel{.connection_id = target.connection_id,
                                                      .request_id = received.request_id,
                                                      .metadata = metadata.view()});
    // The response was on its way already, and there is nothing left to cancel.
    if (!sent && sent.error() == Refusal{Misuse::request_unknown}) return Accepted{};
    return sent;
  }
  Answer operator()(event::ChannelReceived const& received) const {
    PassedOn const metadata{metadata_of(received.body), Policy::of(target.session->rulebook())};
    command::ChannelBody body = wire::Close{.metadata = metadata.view()};
    if (auto const* const item = std::get_if<wire::Item>(&received.body)) {
      body = command::Item{.item = to_bytes(item->item)};
    } else if (std::holds_alternative<wire::Reset>(received.body)) {
      body = wire::Reset{.metadata = metadata.view()};
    } else if (auto const* const grant = std::get_if<wire::GrantCredit>(&received.body)) {
      body = *grant;
    }
    return target.session->call(now, command::SendChannel{.connection_id = target.connection_id,
                                                          .channel_id = received.channel_id,
                                                          .body = std::move(body)});
  }
  template <class Other>
  Answer operator()(Other const&) const {
    VOX_ASSERT(false);
  }

  static wire::MetadataView metadata_of(wire::ChannelBody const& body) {
    if (auto const* const closed = std::get_if<wire::Close>(&body)) return closed->metadata;
    if (auto const* const reset = std::get_if<wire::Reset>(&body)) return reset->metadata;
    return {};
  }
};

}  // namespace

std::expected<Proxy, Refusal> Proxy::join(End left, End right) {
  auto const of_left = left.session->connection(left.connection_id);
  auto const of_right = right.session->connection(right.connection_id);
  auto const is_usable = [](std::optional<ConnectionInfo> const& info) {
    return info && (info->state == ConnectionState::active || info->state == ConnectionState::root);
  };
  if (!is_usable(of_left) || !is_usable(of_right)) return refuse(Misuse::connection_not_active);
  if (of_left->our_settings.parity == of_right->our_settings.parity) {
    return refuse(text::same_parities);
  }
  return Proxy{left, right};
}

bool Proxy::take(TimePoint now, Session const& from, Event const& event) {
  auto const id = std::visit(ConnectionOf{}, event);
  if (!id || is_over_) return false;
  auto const is_left = left_.session == &from && left_.connection_id == *id;
  auto const is_right = right_.session == &from && right_.connection_id == *id;
  if (!is_left && !is_right) return false;
  if (std::holds_alternative<event::Closed>(event)) {
    end(now);
    return true;
  }
  waiting_.push_back(
      {.source = is_left ? left_ : right_, .target = is_left ? right_ : left_, .message = event});
  flush(now);
  return true;
}

void Proxy::flush(TimePoint now) {
  while (!waiting_.empty() && !is_over_) {
    auto const sent = forward(now, waiting_.front());
    if (sent) {
      waiting_.pop_front();
      continue;
    }
    auto const* const misuse = sent.error().misuse();
    auto const can_wait = misuse != nullptr && *misuse == Misuse::queue_full &&
                          waiting_.size() < Limits{}.wanted_messages_max;
    if (!can_wait) end(now);
    return;
  }
}

std::expected<Accepted, Refusal> Proxy::forward(TimePoint now, Waiting const& waiting) {
  return std::visit(Forward{.now = now, .source = waiting.source, .target = waiting.target},
                    waiting.message);
}

void Proxy::end(TimePoint now) {
  is_over_ = true;
  waiting_.clear();
  for (auto const& side : {left_, right_}) {
    // An ended session refuses, and has nothing left to close.
    static_cast<void>(
        side.session->call(now, command::DropCaller{.connection_id = side.connection_id}));
  }
}

}  // namespace vox::session
