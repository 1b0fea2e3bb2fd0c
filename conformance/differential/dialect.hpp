#pragma once
#include "conformance/differential/dice.hpp"
#include "impl/wire/bytes.hpp"

#include <cstdint>
#include <vector>

namespace voxspec::differential {

// How a peer writes messages, and what it says of that in its handshake.
struct Dialect {
  // The list of schemas of Message, as CBOR; empty bytes stand for an empty list.
  vox::Bytes schemas;
  // For each kind of message in our order, its position in the peer's; empty if it is the same.
  std::vector<std::uint8_t> positions;
};

// As we write them ourselves.
[[nodiscard]] Dialect own_dialect();
// The same, and nothing said of it.
[[nodiscard]] Dialect silent_dialect();
// The kinds of message in another order, perhaps with one that nobody knows, or, if `may_lack`,
// without ProtocolError.
[[nodiscard]] Dialect shuffled_dialect(Dice& dice, bool may_lack);
// Said in a way that cannot be read, or that does not go with our messages.
[[nodiscard]] Dialect broken_dialect(Dice& dice);

// A payload in our own dialect as the peer writes it. What has no kind stays as it is; a kind that
// the peer lacks becomes one that nobody has.
[[nodiscard]] vox::Bytes in_dialect(vox::Bytes payload, Dialect const& dialect);

}  // namespace voxspec::differential
