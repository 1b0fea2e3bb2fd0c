#pragma once
#include "conformance/differential/dice.hpp"
#include "conformance/differential/script.hpp"
#include "conformance/subjects/testbed/catalog.hpp"
#include "impl/schema/tracker.hpp"
#include "impl/session/ids.hpp"
#include "impl/wire/message.hpp"

#include <cstdint>
#include <map>
#include <vector>

namespace voxspec::differential {

// Makes the messages of one script. It knows what it said before, so that some of it makes sense;
// what the side under test answers it does not know.
class MessageMaker {
 public:
  MessageMaker(Dice& dice, vox::Role role, Manner manner);

  // One payload, or several that belong together.
  [[nodiscard]] std::vector<vox::Bytes> next();
  // The link was replaced: what was announced on the root has to be announced again.
  void forget_root() { announced_[vox::session::root_connection].reset(); }

  // Metadata without bytes among its values.
  [[nodiscard]] vox::wire::Metadata metadata(bool with_service);
  [[nodiscard]] vox::ConnectionSettings settings();

 private:
  using Payloads = std::vector<vox::Bytes>;
  struct Draw;
  static std::vector<Draw> const& draws(Manner manner);

  Payloads open();
  Payloads open_unasked();
  Payloads close();
  Payloads accept();
  Payloads reject();
  Payloads ping();
  Payloads pong();
  Payloads protocol_error();
  Payloads call();
  Payloads call_unannounced();
  Payloads call_unknown();
  Payloads call_inlined();
  Payloads repeat_call();
  Payloads response();
  Payloads cancel();
  Payloads channel();
  Payloads odd_schemas();
  Payloads sloppy();
  Payloads undecodable();

  [[nodiscard]] static Payloads on(vox::session::ConnectionId id,
                                   vox::wire::MessagePayload const& payload);
  [[nodiscard]] vox::session::ConnectionId some_connection();
  [[nodiscard]] vox::session::ConnectionId live_connection();
  [[nodiscard]] vox::session::RequestId next_request() { return next_request_ += 2; }
  [[nodiscard]] vox::session::RequestId past_request();
  [[nodiscard]] testbed::CatalogEntry const& some_method();
  [[nodiscard]] vox::Bytes args_of(testbed::CatalogEntry const& method);
  [[nodiscard]] vox::wire::Metadata call_metadata();
  [[nodiscard]] Payloads announcement(vox::session::ConnectionId id,
                                      testbed::CatalogEntry const& method);
  [[nodiscard]] Payloads call_of(vox::session::ConnectionId id, vox::session::RequestId request,
                                 testbed::CatalogEntry const& method, vox::ByteView schemas);
  [[nodiscard]] vox::Bytes schemas_of_no_use();

  Dice& dice_;
  Manner manner_;
  vox::Parity parity_;  // of the ids that the peer may give to connections
  std::vector<vox::session::ConnectionId> opened_;
  std::vector<vox::session::ConnectionId> closed_;
  std::map<vox::session::ConnectionId, vox::schema::SendTracker> announced_;
  vox::session::ConnectionId next_connection_;
  vox::session::RequestId next_request_ = 1;
  std::uint64_t next_operation_ = 0;
};

}  // namespace voxspec::differential
