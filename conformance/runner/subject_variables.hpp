#pragma once
#include "impl/link/address.hpp"

#include <map>
#include <optional>
#include <string>

namespace voxspec {

// Variables of the environment that tell a subject what to do, by docs/subjects.md.
using Variables = std::map<std::string, std::string>;

// It listens, at a port of its choice or at the path of a Unix socket.
[[nodiscard]] Variables listening_variables(vox::link::Transport transport,
                                            std::string const& socket_path);
// It dials: as a server, or to play a scenario.
[[nodiscard]] Variables dialling_variables(vox::link::Address const& peer,
                                           std::optional<std::string> const& scenario);

}  // namespace voxspec
