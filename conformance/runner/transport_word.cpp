#include "conformance/runner/transport_word.hpp"

#include <array>

namespace voxspec {
namespace {

struct Word {
  vox::net::Transport transport;
  std::string_view word;
};
constexpr std::array<Word, 4> words{{{vox::net::Transport::tcp, "tcp"},
                                     {vox::net::Transport::local, "local"},
                                     {vox::net::Transport::websocket, "ws"},
                                     {vox::net::Transport::stdio, "stdio"}}};

}  // namespace

std::string transport_word(vox::net::Transport transport) {
  for (auto const& [each, word] : words) {
    if (each == transport) return std::string{word};
  }
  return "?";
}

std::optional<vox::net::Transport> find_transport(std::string_view word) {
  if (word == "websocket") return vox::net::Transport::websocket;
  for (auto const& each : words) {
    if (each.word == word) return each.transport;
  }
  return std::nullopt;
}

}  // namespace voxspec
