#pragma once
#include "conformance/peer/json.hpp"
#include "spec/parity.hpp"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace voxspec {

// The values that a case has given names to, without the "$".
using Bindings = std::map<std::string, Json, std::less<>>;

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
  void note(Json const& frame, bool sent);

 private:
  vox::Parity ours_;
  std::map<std::uint64_t, vox::Parity> by_connection_;
};

// Where a frame first differs from its pattern.
struct Mismatch {
  std::string path;  // JSON pointer into the frame: "/connection_open/metadata/0/key"
  Json expected;     // the part of the pattern
  Json got;          // the part of the frame; null with `missing`
  bool missing = false;
  std::string why;  // "expected 7, got 8"
};

// Judges one value. Names are bound as they are met, and stay bound only if all of it matched.
[[nodiscard]] std::optional<Mismatch> match(Json const& pattern, Json const& actual,
                                            Bindings& bindings, IdSpace const& ids);

// Judges one frame. A pattern without a kind takes every frame on its connection; a pattern for a
// message also looks inside a stable frame; {"frame": "hex"} is compared with the payload itself.
[[nodiscard]] std::optional<Mismatch> match_frame(Json const& pattern, Json const& frame,
                                                  std::string_view payload_hex, Bindings& bindings,
                                                  IdSpace const& ids);

// Puts names and ids in: what comes out can be encoded. The error says which name is not bound.
[[nodiscard]] std::expected<Json, std::string> resolve(Json const& item, Bindings const& bindings,
                                                       IdSpace const& ids);

// The same, leaving the names that are not bound as they stand.
[[nodiscard]] Json resolve_known(Json const& item, Bindings const& bindings, IdSpace const& ids);

// "ping", "connection_open", "hello", "frame" …: the kind of a frame or pattern; of a stable frame,
// that of the message inside. Empty for a pattern that names no kind.
[[nodiscard]] std::string_view frame_kind(Json const& frame);

}  // namespace voxspec
