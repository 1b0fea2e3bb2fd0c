#pragma once
#include "conformance/peer/frame_json.hpp"

#include <cstdint>
#include <expected>
#include <optional>
#include <string>

namespace voxspec {

// What has to be remembered of one link to read and write its frames: which layer comes next, and
// on a stable conduit the sequence numbers. One codec a link, told of every payload in both
// directions, in order. It judges nothing.
class LinkCodec {
 public:
  // The bytes of a resolved item. A message that goes over a stable conduit is put into a stable
  // frame with the next sequence number and the last acknowledgement; an explicit "stable_frame"
  // goes out as it is. The codec takes the item as sent.
  [[nodiscard]] std::expected<EncodedItem, std::string> encode(Json const& item);

  // A payload that came. After a violation the layer stays what it was.
  [[nodiscard]] vox::Result<Json> decode(vox::ByteView payload);

  [[nodiscard]] Layer layer() const { return layer_; }
  // What was decoded or encoded last, stable frame included: for the record.
  [[nodiscard]] Json const& last() const { return last_; }

 private:
  [[nodiscard]] vox::Result<Json> read(vox::ByteView payload) const;
  void note(Json const& frame);

  Layer layer_ = Layer::prologue;
  bool stable_ = false;
  std::uint32_t next_seq_ = 0;
  std::optional<std::uint32_t> last_received_;
  Json last_;
};

}  // namespace voxspec
