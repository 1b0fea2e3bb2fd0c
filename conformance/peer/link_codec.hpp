#pragma once
#include "conformance/peer/announced_types.hpp"
#include "conformance/peer/call_limits.hpp"
#include "conformance/peer/frame.hpp"

#include <cstdint>
#include <expected>
#include <optional>
#include <string>

namespace voxspec {

// What has to be remembered of one link to read and write its frames: which layer comes next, by
// which schemas the other side writes its messages, and on a stable conduit the sequence numbers.
// One codec a link, told of every payload in both directions, in order. It judges nothing.
class LinkCodec {
 public:
  explicit LinkCodec(Dialect dialect = Dialect::vox_0_4) : dialect_{dialect} {}

  // The frame as it goes out, with its bytes. A message that goes over a stable conduit is put into
  // a stable frame with the next sequence number and the last acknowledgement; an explicit
  // stable_frame goes out as it is. Bytes that are what is due are read as the frame that they are.
  // The codec takes the item as sent.
  [[nodiscard]] std::expected<Frame, std::string> encode(Frame item);

  // A payload that came. After a violation the layer stays what it was.
  [[nodiscard]] vox::Result<Frame> decode(vox::ByteView payload);

  // A frame went out that somebody else wrote.
  void note_sent(Frame const& frame) {
    note(frame);
    their_types_.note_sent(frame);
    calls_.note_sent(frame);
  }

  [[nodiscard]] Layer layer() const { return layer_; }
  // The prologue agreed on a stable conduit.
  [[nodiscard]] bool is_stable() const { return stable_; }
  // On a stable conduit: the number of the next frame that goes out, and of the next that comes.
  [[nodiscard]] std::uint64_t next_seq() const { return numbers_.next_seq; }
  [[nodiscard]] std::uint64_t next_received() const {
    return numbers_.last_received ? std::uint64_t{*numbers_.last_received} + 1 : 0;
  }
  // Whether the other side writes its messages as we do.
  [[nodiscard]] bool writes_as_we_do() const { return their_messages_.is_identity(); }

  // The other side's hello said that it supports no retry: nobody sends it operation ids.
  [[nodiscard]] bool refuses_retry() const { return refuses_retry_; }

  // How many calls the other side takes at a time.
  [[nodiscard]] CallLimits const& calls() const { return calls_; }

  // Which methods the other side's calls and responses are of.
  [[nodiscard]] AnnouncedTypes const& their_types() const { return their_types_; }

  // The link takes the place of an earlier one. If its hellos resume the stable conduit of that
  // one, the sequence numbers go on, and so do the schemas of messages unless a new handshake
  // brings others. What was announced of other types holds until it is announced anew.
  void go_on_from(LinkCodec const& earlier) {
    earlier_ = earlier.numbers_;
    their_messages_ = earlier.their_messages_;
    our_messages_ = earlier.our_messages_;
    their_types_ = earlier.their_types_;
    refuses_retry_ = earlier.refuses_retry_;
    calls_.go_on_from(earlier.calls_);
  }

 private:
  [[nodiscard]] vox::Result<Frame> read(vox::ByteView payload, Reading const& reading) const;
  [[nodiscard]] Frame in_stable_frame(Frame message) const;
  void note(Frame const& frame);
  void note_hello(Frame const& hello);
  void note_own_schemas(Frame const& hello);
  [[nodiscard]] std::expected<vox::Bytes, std::string> written(Frame const& item) const;

  Dialect dialect_;
  Layer layer_ = Layer::prologue;
  bool stable_ = false;
  // The sequence numbers of a stable conduit.
  struct Numbers {
    std::uint32_t next_seq = 0;
    std::optional<std::uint32_t> last_received;
    void go_on_from(Numbers const& earlier);
  };
  Numbers numbers_;
  Numbers earlier_;
  bool asks_to_resume_ = false;
  // The handshake is done on our part, and the other side has not said a message yet: it may
  // refuse.
  bool may_be_refused_ = false;
  bool refuses_retry_ = false;
  CallLimits calls_;
  vox::schema::Plan their_messages_;
  AnnouncedTypes their_types_;
  vox::schema::Plan our_messages_;  // to what we announced; no steps: it is our own layout
};

}  // namespace voxspec
