#pragma once
#include "impl/session/error.hpp"
#include "impl/wire/metadata.hpp"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

namespace vox::session {

// The metadata keys that the session itself reads or writes.
namespace key {
inline constexpr std::string_view service = "vox-service";
inline constexpr std::string_view transport = "vox-transport";
inline constexpr std::string_view peer_address = "vox-peer-addr";
inline constexpr std::string_view connection_kind = "vox-connection-kind";
inline constexpr std::string_view error = "error";
}  // namespace key

// What the opener of a connection asks for: its metadata, with getters for the keys that have a
// meaning. It owns the entries and always names a service.
// r[impl core.R1] r[impl core.R2]
class ConnectionRequest {
 public:
  [[nodiscard]] static std::expected<ConnectionRequest, SessionError> make(wire::Metadata entries);

  [[nodiscard]] std::string_view service() const { return *text(key::service); }
  [[nodiscard]] std::optional<std::string_view> transport() const { return text(key::transport); }
  [[nodiscard]] std::optional<std::string_view> peer_address() const {
    return text(key::peer_address);
  }
  // Exactly one of these holds.
  [[nodiscard]] bool is_virtual() const { return text(key::connection_kind) == "virtual"; }
  [[nodiscard]] bool is_root() const { return !is_virtual(); }

  // The first entry with the key and this kind of value.
  [[nodiscard]] std::optional<std::string_view> text(std::string_view key) const {
    return entries().text(key);
  }
  [[nodiscard]] std::optional<std::uint64_t> number(std::string_view key) const {
    return entries().number(key);
  }
  [[nodiscard]] std::size_t encoded_bytes() const { return entries().encoded_bytes(); }
  [[nodiscard]] wire::MetadataView entries() const { return entries_.view(); }

  bool operator==(ConnectionRequest const&) const = default;

 private:
  explicit ConnectionRequest(wire::Metadata entries) : entries_{std::move(entries)} {}

  wire::Metadata entries_;
};

// The request for the root connection: the peer's handshake metadata, then the service of our own
// client, which counts where the peer names none.
// r[impl core.S4]
[[nodiscard]] std::expected<ConnectionRequest, SessionError> root_request(
    wire::MetadataView peer_metadata, std::string_view client_service);

// The request for a connection that the peer opens, marked as virtual.
[[nodiscard]] std::expected<ConnectionRequest, SessionError> virtual_request(
    wire::MetadataView open_metadata);

}  // namespace vox::session
