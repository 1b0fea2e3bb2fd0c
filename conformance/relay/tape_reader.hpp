#pragma once
#include "conformance/peer/link_codec.hpp"
#include "conformance/relay/tape.hpp"

#include <array>
#include <string>
#include <vector>

namespace voxspec::relay {

// A frame of a tape, decoded.
struct HeardFrame {
  Frame frame;                    // its bytes alone, if it could not be decoded
  std::string problem;            // why not: a sentence
  Layer layer = Layer::prologue;  // what was due
  bool is_stable = false;         // it is on a stable conduit
  bool is_repeat = false;         // a stable frame that came before, over another link
};

// Decodes the frames of one conversation in the order in which they went by.
class TapeReader {
 public:
  explicit TapeReader(Dialect dialect = Dialect::vox_0_4) : dialect_{dialect} {}

  void begin_link();
  // Of the link that was begun as the n-th.
  [[nodiscard]] HeardFrame read(vox::Role by, std::size_t link, vox::ByteView bytes, bool raw);

 private:
  using Codecs = std::array<LinkCodec, 2>;  // as either role sees the link
  [[nodiscard]] static std::size_t index(vox::Role role) {
    return role == vox::Role::initiator ? 0 : 1;
  }

  Dialect dialect_;
  std::vector<Codecs> links_;
};

}  // namespace voxspec::relay
