// A program that keeps the process contract of a subject and does nothing of the protocol. A suite
// that finds anything to praise in it is broken. It shares no code with the library on purpose.
//
//   voxspec-null-subject exit      ends at once, with success
//   voxspec-null-subject garbage   answers every read, and opens every link, with garbage
//   voxspec-null-subject hang      takes links and never sends a byte
#include <arpa/inet.h>
#include <array>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <netinet/in.h>
#include <optional>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

namespace {

std::string variable(char const* name) {
  char const* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

struct Endpoint {
  sockaddr_storage storage{};
  socklen_t size = 0;

  [[nodiscard]] sockaddr const* address() const {
    return reinterpret_cast<sockaddr const*>(&storage);
  }
  [[nodiscard]] sockaddr* address() { return reinterpret_cast<sockaddr*>(&storage); }
};

Endpoint loopback(std::uint16_t port) {
  Endpoint endpoint{.size = sizeof(sockaddr_in)};
  auto& in = reinterpret_cast<sockaddr_in&>(endpoint.storage);
  in.sin_family = AF_INET;
  in.sin_port = htons(port);
  in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return endpoint;
}

Endpoint unix_socket(std::string_view path) {
  Endpoint endpoint{.size = sizeof(sockaddr_un)};
  auto& un = reinterpret_cast<sockaddr_un&>(endpoint.storage);
  un.sun_family = AF_UNIX;
  path.copy(un.sun_path, sizeof un.sun_path - 1);
  return endpoint;
}

// Everything it is ever given is on this machine, so that the port is all that counts of a host.
Endpoint parse(std::string_view text) {
  if (text.starts_with("local://")) return unix_socket(text.substr(8));
  for (std::string_view const scheme : {"tcp://", "ws://"}) {
    if (text.starts_with(scheme)) text.remove_prefix(scheme.size());
  }
  auto const colon = text.find(':');
  auto const port = colon == std::string_view::npos ? "0" : std::string{text.substr(colon + 1)};
  return loopback(static_cast<std::uint16_t>(std::atoi(port.c_str())));
}

// A well-framed payload of noise, then noise without a frame: both layers get their share.
void send_garbage(int link, std::uint64_t& state) {
  std::array<std::uint8_t, 96> bytes{24, 0, 0, 0};
  for (std::size_t i = 4; i < bytes.size(); ++i) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    bytes.at(i) = static_cast<std::uint8_t>(state >> 56U);
  }
  [[maybe_unused]] auto const sent = ::send(link, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

void serve(int link, bool garbage) {
  std::uint64_t state = 1;
  std::array<char, 4096> chunk{};
  if (garbage) send_garbage(link, state);
  while (::recv(link, chunk.data(), chunk.size(), 0) > 0) {
    if (garbage) send_garbage(link, state);
  }
  ::close(link);
}

int dial(bool garbage) {
  auto const peer = parse(variable("PEER_ADDR"));
  int const link = ::socket(peer.storage.ss_family, SOCK_STREAM, 0);
  if (::connect(link, peer.address(), peer.size) != 0) {
    std::perror("connect");
    return 1;
  }
  serve(link, garbage);
  // Claims success, as a client would that did its calls.
  if (variable("SUBJECT_MODE") == "client") return 0;
  ::pause();
  return 0;
}

int listen_for_links(bool garbage) {
  auto const transport = variable("LISTEN_TRANSPORT");
  auto const path = variable("LISTEN_PATH");
  auto here =
      transport == "local"
          ? unix_socket(path)
          : loopback(static_cast<std::uint16_t>(std::atoi(variable("LISTEN_PORT").c_str())));
  int const listener = ::socket(here.storage.ss_family, SOCK_STREAM, 0);
  if (::bind(listener, here.address(), here.size) != 0 || ::listen(listener, 64) != 0 ||
      ::getsockname(listener, here.address(), &here.size) != 0) {
    std::perror("listen");
    return 1;
  }
  int const port = ntohs(reinterpret_cast<sockaddr_in const&>(here.storage).sin_port);
  if (transport == "local") {
    std::printf("LISTEN_ADDR=local://%s\n", path.c_str());
  } else if (transport == "ws") {
    std::printf("LISTEN_ADDR=ws://127.0.0.1:%d/\n", port);
  } else {
    std::printf("LISTEN_ADDR=127.0.0.1:%d\n", port);
  }
  std::fflush(stdout);
  while (true) {
    int const link = ::accept(listener, nullptr, nullptr);
    if (link < 0) return 1;
    std::thread{serve, link, garbage}.detach();
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::string_view const mode = argc == 2 ? argv[1] : "";
  if (mode == "exit") return 0;
  if (mode != "garbage" && mode != "hang") {
    std::fputs("usage: voxspec-null-subject exit|garbage|hang\n", stderr);
    return 2;
  }
  bool const garbage = mode == "garbage";
  return variable("SUBJECT_MODE") == "server-listen" ? listen_for_links(garbage) : dial(garbage);
}
