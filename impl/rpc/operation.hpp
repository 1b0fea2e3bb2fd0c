#pragma once
#include "impl/schema/schema.hpp"
#include "impl/wire/bytes.hpp"
#include "impl/wire/metadata.hpp"

#include <boost/describe/enum.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

// What the callee's table of operations and the store of them have in common.
namespace vox::rpc {

using OperationId = std::uint64_t;   // made by the caller; names one operation within a session
using RequestToken = std::uint64_t;  // one request of the peer; never used again, 0 is none
using MethodId = std::uint64_t;

// Names a session beyond the life of a process. Fresh for each session, from good randomness; it is
// no secret and never on the wire.
using SessionIdentity = std::array<std::byte, 16>;

// What a method says about retries. A method with channels cannot be persistent.
// r[impl retry.policy.volatile.default] r[impl retry.policy.non-idem.default]
// r[impl retry.channel.persist-forbidden]
struct OperationMethod {
  MethodId method = 0;
  bool idempotent = false;
  bool persistent = false;
  bool has_channels = false;

  [[nodiscard]] constexpr bool possible() const { return !(persistent && has_channels); }
  bool operator==(OperationMethod const&) const = default;
};

// The classes of methods that the table of transitions tells apart.
enum class OperationClass : std::uint8_t {
  plain,
  plain_idem,
  stream,  // with channels
  stream_idem,
  persistent,
  persistent_idem,
};
BOOST_DESCRIBE_ENUM(OperationClass, plain, plain_idem, stream, stream_idem, persistent,
                    persistent_idem)
inline constexpr std::size_t operation_class_count = 6;

[[nodiscard]] constexpr OperationClass class_of(OperationMethod const& method) {
  using enum OperationClass;
  if (method.persistent) return method.idempotent ? persistent_idem : persistent;
  if (method.has_channels) return method.idempotent ? stream_idem : stream;
  return method.idempotent ? plain_idem : plain;
}
[[nodiscard]] constexpr bool is_persistent(OperationClass kind) {
  return kind == OperationClass::persistent || kind == OperationClass::persistent_idem;
}

// The states of the written specification.
enum class OperationState : std::uint8_t { absent, live, sealed, released, indeterminate };
BOOST_DESCRIBE_ENUM(OperationState, absent, live, sealed, released, indeterminate)

// The recorded end of an operation: the bytes of `ret`, and what has to be announced before them.
// The metadata of the response is kept in memory alone: no store has it.
struct SealedOutcome {
  Bytes ret;
  wire::Metadata metadata;
  std::shared_ptr<schema::SchemaPayload const> type;  // null: nothing is announced
};

// Method and arguments of an operation in short, to tell whether a repeat asks for the same.
using PayloadDigest = std::array<std::byte, 32>;

}  // namespace vox::rpc
