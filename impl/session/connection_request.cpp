#include "impl/session/connection_request.hpp"

#include <utility>

namespace vox::session {

std::expected<ConnectionRequest, SessionError> ConnectionRequest::make(wire::Metadata entries) {
  if (!entries.view().text(key::service)) {
    return std::unexpected(protocol_error(text::missing_service));
  }
  return ConnectionRequest{std::move(entries)};
}

std::expected<ConnectionRequest, SessionError> root_request(wire::MetadataView peer_metadata,
                                                            std::string_view client_service) {
  wire::Metadata entries{peer_metadata};
  if (!client_service.empty()) {
    entries.add({.key = key::service, .value = client_service, .flags = 0});
  }
  return ConnectionRequest::make(std::move(entries));
}

std::expected<ConnectionRequest, SessionError> virtual_request(wire::MetadataView open_metadata) {
  wire::Metadata entries{open_metadata};
  entries.add({.key = key::connection_kind, .value = std::string_view{"virtual"}, .flags = 0});
  return ConnectionRequest::make(std::move(entries));
}

}  // namespace vox::session
