#pragma once
#include "impl/schema/plan.hpp"
#include "impl/wire/bytes.hpp"
#include "spec/limits.hpp"
#include "spec/rulebook.hpp"

#include <expected>
#include <memory>
#include <string>

namespace vox::session {

// Why we cannot read the messages of a peer.
struct PlanFailure {
  bool is_undecodable = false;  // the schemas are none
  std::string text;
};

// How to read the messages of a peer that announced these schemas of Message in its handshake, as
// the CBOR array that they are there; null if it writes them as we do, or announced nothing. In
// `spec` the peer must, besides, know every variant that we may send.
// r[impl session.handshake.protocol-schema] r[impl session.handshake.unversioned]
// r[impl conduit.typeplan]
[[nodiscard]] std::expected<std::shared_ptr<schema::Plan const>, PlanFailure> plan_for_peer(
    ByteView announced, Rulebook rulebook, Limits const& limits);

}  // namespace vox::session
