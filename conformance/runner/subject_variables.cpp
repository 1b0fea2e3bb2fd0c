#include "conformance/runner/subject_variables.hpp"

#include "conformance/runner/transport_word.hpp"

namespace voxspec {
namespace link = vox::link;

Variables listening_variables(link::Transport transport, std::string const& socket_path) {
  Variables variables{{"SUBJECT_MODE", "server-listen"},
                      {"LISTEN_PORT", "0"},
                      {"LISTEN_TRANSPORT", transport_word(transport)}};
  if (transport == link::Transport::local) variables["LISTEN_PATH"] = socket_path;
  return variables;
}

std::expected<link::Address, std::string> said_address(std::string const& said,
                                                       link::Transport wanted) {
  auto address = link::Address::parse(said);
  if (!address) {
    return std::unexpected("the subject said LISTEN_ADDR=" + said + ": " + address.error());
  }
  if (address->transport != wanted) {
    return std::unexpected("the subject said LISTEN_ADDR=" + said + ", which is " +
                           transport_word(address->transport) + ", and was to listen on " +
                           transport_word(wanted));
  }
  return address;
}

Variables dialling_variables(link::Address const& peer,
                             std::optional<std::string> const& scenario) {
  Variables variables{{"SUBJECT_MODE", scenario ? "client" : "server"}};
  // The oldest spelling of the contract for TCP, which every subject knows.
  variables["PEER_ADDR"] = peer.transport == link::Transport::tcp
                               ? peer.host + ":" + std::to_string(peer.port)
                               : link::to_string(peer);
  if (scenario) variables["CLIENT_SCENARIO"] = *scenario;
  return variables;
}

}  // namespace voxspec
