#pragma once
#include "conformance/peer/frame.hpp"
#include "spec/parity.hpp"

#include <cstdint>
#include <map>

namespace voxspec {

// Whose ids are whose, so that {"ours": 1} is a number. The session's parity rules connection ids;
// each virtual connection has a parity of its own for the requests and channels on it.
class IdSpace {
 public:
  explicit IdSpace(vox::Parity ours = vox::Parity::odd) : ours_{ours} {}

  [[nodiscard]] vox::Parity ours() const { return ours_; }
  [[nodiscard]] vox::Parity ours_on(std::uint64_t connection) const;
  // The n-th id of a parity, counted from 1: odd 1, 3, 5 …, even 2, 4, 6 ….
  [[nodiscard]] static std::uint64_t nth(vox::Parity parity, std::uint64_t n) {
    return parity == vox::Parity::odd ? 2 * n - 1 : 2 * n;
  }

  // Learns from a frame that went by: a hello tells the session's parities, a connection_open those
  // of the connection. `sent` is true for our own frames.
  void note(Frame const& frame, bool sent);

 private:
  vox::Parity ours_;
  std::map<std::uint64_t, vox::Parity> by_connection_;
};

}  // namespace voxspec
