#pragma once
#include "impl/link/address.hpp"

#include <expected>
#include <map>
#include <optional>
#include <string>

namespace voxspec {

// Variables of the environment that tell a subject what to do, by docs/subjects.md.
using Variables = std::map<std::string, std::string>;

// It listens, at a port of its choice or at the path of a Unix socket.
[[nodiscard]] Variables listening_variables(vox::link::Transport transport,
                                            std::string const& socket_path);
// Where a subject listens by what it said behind LISTEN_ADDR=; the error says what is wrong with
// it.
[[nodiscard]] std::expected<vox::link::Address, std::string> said_address(
    std::string const& said, vox::link::Transport wanted);
// It dials: as a server, or to play a scenario.
[[nodiscard]] Variables dialling_variables(vox::link::Address const& peer,
                                           std::optional<std::string> const& scenario);

}  // namespace voxspec
