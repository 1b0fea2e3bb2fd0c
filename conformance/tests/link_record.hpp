#pragma once
#include "impl/wire/bytes.hpp"
#include "spec/parity.hpp"

#include <cstdint>
#include <vector>

namespace voxspec::test {

// What went over the links of one session, in the order in which its peer saw it.
class LinkRecord {
 public:
  //  said     by the peer
  //  heard    by the peer, from the session
  //  resumed  the link broke, and the session goes on over another
  //  ended    the session is over, and the link with it
  enum class What : std::uint8_t { said, heard, resumed, ended };
  struct Entry {
    What what;
    vox::Bytes payload;  // of what was said and heard
  };

  explicit LinkRecord(vox::Role peer) : peer_{peer} {}

  void peer_said(vox::ByteView payload) { add(What::said, payload); }
  void session_said(vox::ByteView payload) { add(What::heard, payload); }
  void resumed() { add(What::resumed, {}); }
  void ended() { add(What::ended, {}); }

  [[nodiscard]] vox::Role peer() const { return peer_; }
  [[nodiscard]] std::vector<Entry> const& entries() const { return entries_; }

 private:
  void add(What what, vox::ByteView payload) {
    entries_.push_back({.what = what, .payload = vox::to_bytes(payload)});
  }

  vox::Role peer_;
  std::vector<Entry> entries_;
};

}  // namespace voxspec::test
