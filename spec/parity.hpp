#pragma once
#include <boost/describe/enum.hpp>

#include <cstdint>

namespace vox {

// Which half of an id space a peer allocates from, so that both sides allocate without asking.
// The values are the enum indices of the wire.
// r[impl session.parity]
enum class Parity : std::uint8_t { odd = 0, even = 1 };
BOOST_DESCRIBE_ENUM(Parity, odd, even)

[[nodiscard]] constexpr Parity opposite(Parity parity) {
  return parity == Parity::odd ? Parity::even : Parity::odd;
}

// Id 0 counts as even, as in 0.4.0.
[[nodiscard]] constexpr bool has_parity(std::uint64_t id, Parity parity) {
  return (id % 2 == 1) == (parity == Parity::odd);
}

// Which side began the session. It decides nothing but who speaks first: calls go both ways.
// r[impl session.role]
enum class Role : std::uint8_t { initiator, acceptor };
BOOST_DESCRIBE_ENUM(Role, initiator, acceptor)

[[nodiscard]] constexpr Role opposite(Role role) {
  return role == Role::initiator ? Role::acceptor : Role::initiator;
}

}  // namespace vox
