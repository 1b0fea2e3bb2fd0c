#include "conformance/tests/receipts.hpp"

#include <cstdint>
#include <variant>

namespace voxspec::test {

using namespace vox;
using namespace vox::session;

namespace {

struct ReceiptOf {
  ConnectionId connection;

  [[nodiscard]] Receipt make(SendKind kind, std::uint64_t id = 0) const {
    return {kind, connection, id};
  }
  Receipt operator()(wire::ProtocolError const&) const { return make(SendKind::protocol_error); }
  Receipt operator()(wire::ConnectionOpen const&) const { return make(SendKind::open); }
  Receipt operator()(wire::ConnectionAccept const&) const { return make(SendKind::accept); }
  Receipt operator()(wire::ConnectionReject const&) const { return make(SendKind::reject); }
  Receipt operator()(wire::ConnectionClose const&) const { return make(SendKind::close); }
  Receipt operator()(wire::RequestMessage const& request) const {
    constexpr SendKind bodies[] = {SendKind::call, SendKind::response, SendKind::cancel};
    return make(bodies[request.body.index()], request.id);
  }
  Receipt operator()(wire::SchemaMessage const& schema) const {
    return make(SendKind::schema, schema.method_id);
  }
  Receipt operator()(wire::ChannelMessage const& channel) const {
    return make(SendKind::channel, channel.id);
  }
  Receipt operator()(wire::Ping const& ping) const { return make(SendKind::ping, ping.nonce); }
  Receipt operator()(wire::Pong const& pong) const { return make(SendKind::pong, pong.nonce); }
};

struct Promise {
  ConnectionId id;
  bool is_root;

  using Maybe = std::optional<Receipt>;
  [[nodiscard]] Maybe unless_root(SendKind kind) const {
    return is_root ? Maybe{} : Receipt{kind, id, 0};
  }
  Maybe operator()(command::Open const&) const { return Receipt{SendKind::open, id, 0}; }
  Maybe operator()(command::Close const&) const { return Receipt{SendKind::close, id, 0}; }
  Maybe operator()(command::Accept const&) const { return unless_root(SendKind::accept); }
  Maybe operator()(command::Reject const&) const { return unless_root(SendKind::reject); }
  Maybe operator()(command::Abandon const&) const { return unless_root(SendKind::accept); }
  Maybe operator()(command::SendCall const& sent) const {
    return Receipt{SendKind::call, id, sent.request_id};
  }
  Maybe operator()(command::SendResponse const& sent) const {
    return Receipt{SendKind::response, id, sent.request_id};
  }
  Maybe operator()(command::SendCancel const& sent) const {
    return Receipt{SendKind::cancel, id, sent.request_id};
  }
  Maybe operator()(command::SendChannel const& sent) const {
    return Receipt{SendKind::channel, id, sent.channel_id};
  }
  template <class Other>
  Maybe operator()(Other const&) const {
    return std::nullopt;
  }
};

}  // namespace

Receipt receipt_of(wire::Message const& message) {
  return std::visit(ReceiptOf{message.connection_id}, message.payload);
}

std::optional<Receipt> promised_by(Command const& command, ConnectionId id, bool is_root) {
  return std::visit(Promise{id, is_root}, command);
}

bool is_always_asked_for(SendKind kind) {
  switch (kind) {
    case SendKind::open:
    case SendKind::accept:
    case SendKind::call:
    case SendKind::response:
    case SendKind::cancel:
    case SendKind::channel:
    case SendKind::pong:
      return true;
    case SendKind::protocol_error:
    case SendKind::reject:
    case SendKind::close:
    case SendKind::schema:
    case SendKind::ping:
      return false;
  }
  return false;
}

}  // namespace voxspec::test
