#pragma once
#include "impl/rpc/operation.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

// What both sides of the kill test know of an operation by its id.
namespace vox::store::kill_test {

inline constexpr rpc::OperationMethod method{.method = 77, .persistent = true};

// Bytes that no two ids share, of very different lengths: some fill many pages of the file.
[[nodiscard]] inline Bytes bytes_of(std::uint64_t id, std::size_t length) {
  Bytes bytes(sizeof id + length);
  std::memcpy(bytes.data(), &id, sizeof id);
  for (std::size_t i = sizeof id; i < bytes.size(); ++i)
    bytes[i] = static_cast<std::byte>(id * 31 + i);
  return bytes;
}
[[nodiscard]] inline Bytes arguments_of(rpc::OperationId id) {
  return bytes_of(id, id % 64);
}
[[nodiscard]] inline Bytes outcome_of(rpc::OperationId id) {
  return bytes_of(~id, id % 7 == 0 ? 20'000 : id % 300);
}
[[nodiscard]] inline rpc::SessionIdentity identity_of(std::uint64_t session) {
  rpc::SessionIdentity identity{};
  std::memcpy(identity.data(), &session, sizeof session);
  return identity;
}

}  // namespace vox::store::kill_test
