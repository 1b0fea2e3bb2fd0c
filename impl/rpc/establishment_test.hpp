#pragma once
#include "impl/rpc/establishment.hpp"
#include "impl/wire/handshake.hpp"
#include "impl/wire/prologue.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

// Both sides of a link that is being established, for tests.
namespace vox::rpc::test {

inline constexpr TimePoint begin{};
inline constexpr auto both_rulebooks = {Rulebook::vox_0_4, Rulebook::spec};
inline constexpr auto both_modes = {ConduitMode::bare, ConduitMode::stable};

constexpr ResumeKey key_of(unsigned value) {
  ResumeKey made{};
  made[15] = static_cast<std::byte>(value);
  return made;
}

inline EstablishmentOptions as(Role role, Rulebook rulebook, ConduitMode mode = ConduitMode::bare) {
  EstablishmentOptions options{.mode = mode, .fresh_key = [] { return key_of(100); }, .link = 1};
  options.handshake.role = role;
  options.handshake.rulebook = rulebook;
  options.handshake.settings.parity = role == Role::initiator ? Parity::odd : Parity::even;
  options.handshake.service = "Echo";
  if (role == Role::acceptor) options.handshake.resume_key = key_of(1);
  return options;
}

inline Establishment initiator(Rulebook rulebook = Rulebook::spec,
                               ConduitMode mode = ConduitMode::bare) {
  return {begin, as(Role::initiator, rulebook, mode)};
}
inline Establishment acceptor(Rulebook rulebook = Rulebook::spec,
                              SessionRegistry* registry = nullptr) {
  return {begin, as(Role::acceptor, rulebook), registry};
}

// What the side says now.
inline std::vector<Bytes> said(Establishment& side) {
  std::vector<Bytes> payloads;
  wire::Buffer out;
  while (side.poll_transmit(out)) {
    payloads.push_back(out.take());
    out.clear();
  }
  return payloads;
}

inline void hear(Establishment& side, ByteView payload) {
  side.receive(begin, payload);
}

inline std::string text_of(Establishment const& side) {
  if (!side.is_over()) return "under way";
  return side.outcome() ? "established" : side.outcome().error().text();
}

// A side with the stable conduit that comes of it, which says the hello of an acceptor itself.
class End {
 public:
  explicit End(Establishment& side) : side_{side} {}

  [[nodiscard]] std::vector<Bytes> say() {
    auto payloads = said(side_);
    if (!side_.is_over() || !side_.outcome() || std::exchange(has_ended_, true)) return payloads;
    auto const* const established = std::get_if<NewSession>(&*side_.outcome());
    if (established == nullptr || !established->stable) return payloads;
    if (!established->stable->has_transmit()) return payloads;
    wire::ServerHello const hello{.resume_key = *established->stable->resume_key()};
    payloads.push_back(to_bytes(wire::encode_server_hello(hello)));
    return payloads;
  }
  void hear(ByteView payload) { side_.receive(begin, payload); }

 private:
  Establishment& side_;
  bool has_ended_ = false;
};

// The two say everything to each other; `touch` may change or, by saying no, drop a payload. The
// result is what was said, in order.
template <class Touch>
std::vector<Bytes> converse(Establishment& client, Establishment& server, Touch touch) {
  std::vector<Bytes> all;
  End initiating{client};
  End accepting{server};
  for (bool moves = true; moves;) {
    moves = false;
    for (auto [from, to] : {std::pair{&initiating, &accepting}, {&accepting, &initiating}}) {
      for (auto& payload : from->say()) {
        moves = true;
        bool const arrives = touch(payload, all.size());
        if (arrives) to->hear(payload);
        all.push_back(payload);
      }
    }
  }
  return all;
}
inline std::vector<Bytes> converse(Establishment& client, Establishment& server) {
  return converse(client, server, [](Bytes&, std::size_t) { return true; });
}

inline Bytes bytes(std::string_view hex) {
  return from_hex(hex).value();
}
inline Bytes transport(wire::PrologueMessage const& message) {
  return to_bytes(wire::encode_prologue(message));
}

template <class Alternative>
Alternative const& outcome_of(Establishment const& side) {
  INFO(text_of(side));
  REQUIRE(side.is_over());
  REQUIRE(side.outcome());
  return std::get<Alternative>(*side.outcome());
}

// A client with a stable conduit that has lost its link.
inline EstablishmentOptions lost_client(Rulebook rulebook, std::optional<ResumeKey> const& known) {
  auto options = as(Role::initiator, rulebook, ConduitMode::stable);
  options.stable_resume = wire::ClientHello{.resume_key = known, .last_received = 7};
  return options;
}

}  // namespace vox::rpc::test
