#pragma once
#include "impl/wire/reader.hpp"
#include "spec/rulebook.hpp"

#include <cstdint>

namespace vox::session {

// The differences between the specification and 0.4.0, each by its name. The transition table holds
// those that depend on a message and the state of its connection; all others are here. Nothing else
// in this folder looks at the rulebook.
struct Policy {
  // A message, or the schemas in it, that breaks a rule.
  enum class BadMessage : std::uint8_t { ends_session, ends_connection };
  // A payload that is no message.
  enum class Undecodable : std::uint8_t { ends_session, counts_as_conduit_loss };

  Undecodable undecodable = Undecodable::ends_session;
  BadMessage bad_message = BadMessage::ends_session;
  wire::Strictness strictness = wire::Strictness::strict;

  // Requests: ids of the right parity, once in flight, no more than agreed, one response each. The
  // first for what the peer sends, the second for what our own application sends.
  bool checks_requests_of_peer = true;
  bool checks_own_requests = true;

  // Types: data may come, and go out, only after its schemas, and schemas bring all they refer to.
  bool requires_schemas_of_peer = true;
  bool requires_own_schemas = true;
  bool requires_complete_schemas = true;

  // An open of an id that was used before starts with nothing remembered of it, so that closed
  // connections keep no tables.
  bool reopens_afresh = true;
  // The peer is told when nobody reads a connection's messages any more.
  bool closes_unread_connections = true;
  // A rejected open, too, can be the last connection of a session whose root was released.
  bool rejection_ends_released_session = true;

  // A resume: what the peer announced stays known and may be announced again (else: it is forgotten
  // on the root and an error to repeat elsewhere); opens without an answer are closed; the new
  // handshake's message plan is used by an initiator, too.
  bool keeps_announced_types = true;
  bool closes_unanswered_opens = true;
  bool initiator_uses_new_plan = true;

  // An initiator that was given no key goes on with its session on the next link all the same.
  bool recovers_without_key = false;

  // The registry: a session is found by the newest key that it issued, and still after it refused
  // to be resumed.
  bool follows_new_resume_keys = true;
  bool keeps_sessions_that_refused = true;

  // A proxy keeps metadata marked as no_propagate to itself.
  bool strips_no_propagate = true;

  // The handshake: a peer must know every message that we may send; one whose messages we cannot
  // read is refused before anything is agreed; that is looked at when a conduit is recovered, too.
  bool requires_all_messages = true;
  bool refuses_unreadable_peer_first = true;
  // An answer to the hello that takes the initiator's own parity is refused.
  bool refuses_own_parity = true;
  bool compares_messages_on_recovery = true;

  [[nodiscard]] static constexpr Policy of(Rulebook rulebook);
  bool operator==(Policy const&) const = default;
};

constexpr Policy Policy::of(Rulebook rulebook) {
  if (rulebook == Rulebook::spec) return {};
  return {.undecodable = Undecodable::counts_as_conduit_loss,
          .bad_message = BadMessage::ends_connection,
          .strictness = wire::Strictness::vox_0_4,
          .checks_requests_of_peer = false,
          .checks_own_requests = false,
          .requires_schemas_of_peer = false,
          .requires_own_schemas = false,
          .requires_complete_schemas = false,
          .reopens_afresh = false,
          .closes_unread_connections = false,
          .rejection_ends_released_session = false,
          .keeps_announced_types = false,
          .closes_unanswered_opens = false,
          .initiator_uses_new_plan = false,
          .recovers_without_key = true,
          .follows_new_resume_keys = false,
          .keeps_sessions_that_refused = false,
          .strips_no_propagate = false,
          .requires_all_messages = false,
          .refuses_unreadable_peer_first = false,
          .refuses_own_parity = false,
          .compares_messages_on_recovery = false};
}

}  // namespace vox::session
