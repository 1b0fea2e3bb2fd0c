#include "impl/rpc/proxy.hpp"

#include "impl/session/policy.hpp"

#include <memory>
#include <utility>
#include <variant>

namespace vox::rpc {

namespace {

// By the specification entries marked no_propagate stay here, while 0.4.0 passes all of them.
// Unknown flags are kept as they came. r[impl rpc.metadata.flags.no-propagate] r[impl
// rpc.metadata.flags]
class PassedOn {
 public:
  PassedOn(wire::MetadataView entries, session::Policy const& policy) : view_{entries} {
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

// Makes the command of one message.
struct PassOn {
  session::Session const& target;
  session::ConnectionId id;
  SendOn const& send;
  session::Policy policy = session::Policy::of(target.rulebook());
  using Answer = std::expected<Accepted, Refusal>;

  // What the target has to be told before data of the binding.
  [[nodiscard]] session::SharedSchemas schemas_for(schema::AnnouncedType const& announced,
                                                   schema::Binding binding) const {
    if (target.has_announced(id, binding)) return nullptr;
    auto payload = announced.payload();
    if (!payload) return nullptr;
    return std::make_shared<schema::SchemaPayload const>(std::move(*payload));
  }

  Answer operator()(session::event::CallReceived const& received) const {
    PassedOn const metadata{received.call.metadata, policy};
    return send(session::command::SendCall{
        .connection_id = id,
        .request_id = received.request_id,
        .method_id = received.call.method_id,
        .metadata = metadata.view(),
        .args = to_bytes(received.call.args),
        .schemas = schemas_for(received.announced, {.method_id = received.call.method_id,
                                                    .direction = wire::BindingDirection::args})});
  }
  Answer operator()(session::event::ResponseReceived const& received) const {
    PassedOn const metadata{received.response.metadata, policy};
    session::SharedSchemas schemas;
    if (auto const method = target.unanswered_method(id, received.request_id)) {
      schemas = schemas_for(received.announced,
                            {.method_id = *method, .direction = wire::BindingDirection::response});
    }
    return send(session::command::SendResponse{.connection_id = id,
                                               .request_id = received.request_id,
                                               .metadata = metadata.view(),
                                               .ret = to_bytes(received.response.ret),
                                               .schemas = std::move(schemas)});
  }
  Answer operator()(session::event::CancelReceived const& received) const {
    PassedOn const metadata{received.cancel.metadata, policy};
    auto const sent = send(session::command::SendCancel{
        .connection_id = id, .request_id = received.request_id, .metadata = metadata.view()});
    // The response was on its way already, and there is nothing left to cancel.
    auto const* const refused = sent ? nullptr : sent.error().by_session();
    auto const* const misuse = refused == nullptr ? nullptr : refused->misuse();
    if (misuse != nullptr && *misuse == session::Misuse::request_unknown) return Accepted{};
    return sent;
  }
  Answer operator()(session::event::ChannelReceived const& received) const {
    session::command::ChannelBody body;
    PassedOn const metadata{metadata_of(received.body), policy};
    if (auto const* const item = std::get_if<wire::Item>(&received.body)) {
      body = session::command::Item{.item = to_bytes(item->item)};
    } else if (std::holds_alternative<wire::Reset>(received.body)) {
      body = wire::Reset{.metadata = metadata.view()};
    } else if (auto const* const grant = std::get_if<wire::GrantCredit>(&received.body)) {
      body = *grant;
    } else {
      body = wire::Close{.metadata = metadata.view()};
    }
    return send(session::command::SendChannel{
        .connection_id = id, .channel_id = received.channel_id, .body = std::move(body)});
  }
  template <class Other>
  Answer operator()(Other const&) const {
    return Accepted{};  // no message
  }

  static wire::MetadataView metadata_of(wire::ChannelBody const& body) {
    if (auto const* const closed = std::get_if<wire::Close>(&body)) return closed->metadata;
    if (auto const* const reset = std::get_if<wire::Reset>(&body)) return reset->metadata;
    return {};
  }
};

}  // namespace

std::expected<Accepted, Refusal> pass_on(session::Event const& message,
                                         session::Session const& target, session::ConnectionId id,
                                         SendOn const& send) {
  return std::visit(PassOn{.target = target, .id = id, .send = send}, message);
}

}  // namespace vox::rpc
