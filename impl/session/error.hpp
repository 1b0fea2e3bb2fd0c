#pragma once
#include "impl/wire/metadata.hpp"

#include <boost/describe/enum.hpp>

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace vox::session {

// The five ways in which a session, or one request to it, can fail.
// r[impl core.E1]
enum class ErrorKind : std::uint8_t { io, protocol, rejected, not_resumable, connect_timeout };
BOOST_DESCRIBE_ENUM(ErrorKind, io, protocol, rejected, not_resumable, connect_timeout)

// A failure as 0.4.0 reports it, word for word: applications of its peers may match on the text.
// `detail` belongs to io and protocol, `metadata` (what the peer gave as its reasons) to rejected.
struct SessionError {
  ErrorKind kind = ErrorKind::protocol;
  std::string detail{};
  wire::Metadata metadata{};

  [[nodiscard]] std::string text() const;
  // Whether the same attempt may succeed later.
  [[nodiscard]] bool retryable() const;
  bool operator==(SessionError const&) const = default;
};

[[nodiscard]] inline SessionError protocol_error(std::string_view detail) {
  return {.kind = ErrorKind::protocol, .detail = std::string{detail}, .metadata = {}};
}
[[nodiscard]] inline SessionError io_error(std::string_view detail) {
  return {.kind = ErrorKind::io, .detail = std::string{detail}, .metadata = {}};
}
[[nodiscard]] inline SessionError rejected(wire::MetadataView reasons) {
  return {.kind = ErrorKind::rejected, .detail = {}, .metadata = wire::Metadata{reasons}};
}

// The details of protocol errors.
namespace text {

inline constexpr std::string_view session_closed = "session closed";
inline constexpr std::string_view settings_mismatch =
    "negotiated root settings do not match builder settings";
inline constexpr std::string_view missing_service = "missing required vox-service metadata";
inline constexpr std::string_view open_not_sent = "failed to send ConnectionOpen";
inline constexpr std::string_view close_not_sent = "failed to send ConnectionClose";
inline constexpr std::string_view close_of_root = "cannot close root connection";
inline constexpr std::string_view connection_not_found = "connection not found";
inline constexpr std::string_view resume_while_connected =
    "resume is only valid while the session is disconnected";
inline constexpr std::string_view open_while_disconnected =
    "session is disconnected; resume before opening connections";
inline constexpr std::string_view close_while_disconnected =
    "session is disconnected; resume before closing connections";
inline constexpr std::string_view local_settings_changed =
    "local root settings changed across session resume";
inline constexpr std::string_view peer_settings_changed =
    "peer root settings changed across session resume";
inline constexpr std::string_view peer_settings_missing = "missing peer root settings";
inline constexpr std::string_view same_parities = "proxy_connections requires opposite parities";

}  // namespace text

// What our own caller did wrong, or has to try later. A refused call changes no state.
enum class Misuse : std::uint8_t {
  connection_not_active,
  connection_not_offered,
  connections_exhausted,
  disconnected,
  recovering,
  queue_full,
  request_unknown,
  request_wrong_parity,
  request_in_flight,
  requests_exhausted,
  schemas_missing,
  too_large,
  announcement_too_large,
};
BOOST_DESCRIBE_ENUM(Misuse, connection_not_active, connection_not_offered, connections_exhausted,
                    disconnected, recovering, queue_full, request_unknown, request_wrong_parity,
                    request_in_flight, requests_exhausted, schemas_missing, too_large,
                    announcement_too_large)

// One sentence for a person.
[[nodiscard]] std::string_view describe(Misuse misuse);

// Why a command was refused: an error that 0.4.0 knows too, or a misuse of this interface.
struct Refusal {
  std::variant<SessionError, Misuse> cause;

  [[nodiscard]] std::string text() const;
  // The misuse, or null for a session error; and the other way round.
  [[nodiscard]] Misuse const* misuse() const { return std::get_if<Misuse>(&cause); }
  [[nodiscard]] SessionError const* error() const { return std::get_if<SessionError>(&cause); }
  bool operator==(Refusal const&) const = default;
};

[[nodiscard]] inline std::unexpected<Refusal> refuse(Misuse misuse) {
  return std::unexpected(Refusal{misuse});
}
[[nodiscard]] inline std::unexpected<Refusal> refuse(std::string_view protocol_detail) {
  return std::unexpected(Refusal{protocol_error(protocol_detail)});
}

}  // namespace vox::session
