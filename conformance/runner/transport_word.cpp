#include "conformance/runner/transport_word.hpp"

#include <array>

namespace voxspec {
namespace {

struct Word {
  vox::link::Transport transport;
  std::string_view word;
};
constexpr std::array<Word, 4> words{{{vox::link::Transport::tcp, "tcp"},
                                     {vox::link::Transport::local, "local"},
                                     {vox::link::Transport::websocket, "ws"},
                                     {vox::link::Transport::stdio, "stdio"}}};

}  // namespace

std::string transport_word(vox::link::Transport transport) {
  for (auto const& [each, word] : words) {
    if (each == transport) return std::string{word};
  }
  return "?";
}

std::optional<vox::link::Transport> find_transport(std::string_view word) {
  if (word == "websocket") return vox::link::Transport::websocket;
  for (auto const& each : words) {
    if (each.word == word) return each.transport;
  }
  return std::nullopt;
}

}  // namespace voxspec
