#pragma once
#include "impl/link/address.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace voxspec {

// How subject.json, the command line and reports spell a transport: tcp, local, ws, stdio. Traces
// say "websocket", which is understood too.
[[nodiscard]] std::string transport_word(vox::link::Transport transport);
[[nodiscard]] std::optional<vox::link::Transport> find_transport(std::string_view word);

}  // namespace voxspec
