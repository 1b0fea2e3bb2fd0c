#pragma once
#include "impl/conduit/replay_buffer.hpp"
#include "impl/conduit/sequence.hpp"
#include "impl/wire/bytes.hpp"
#include "impl/wire/resume_key.hpp"
#include "impl/wire/stable.hpp"
#include "impl/wire/violation.hpp"
#include "impl/wire/writer.hpp"
#include "spec/rulebook.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace vox::conduit {

namespace text {

inline constexpr std::string_view key_rejected = "session lost: server rejected resume key";

}  // namespace text

struct StableOptions {
  Rulebook rulebook = Rulebook::spec;
  // What is kept of unacknowledged frames. Beyond it the oldest ones that this link has got go.
  std::size_t replay_frames_max = 4096;
  std::size_t replay_bytes_max = 16uz << 20;
  // The largest payload of a link, and so the largest frame.
  std::size_t frame_bytes_max = 64uz << 20;
  // Where counting begins; other than 0 only in tests of the wrap-around.
  Sequence first_seq = 0;
};

// Names a link. It rises with each one that is dialled or accepted, so that of two links the newer
// one is known.
using LinkNumber = std::uint64_t;

// Why a message was not taken. Nothing has changed, and no number is spent.
enum class SendRefused : std::uint8_t {
  too_large,  // its frame is larger than a payload of the link may be
  lost,       // the conduit is over
};

// What poll_transmit() appended: the frame of the message with this tag, or a hello (tag 0).
struct Transmitted {
  std::uint64_t tag = 0;
  bool is_first = false;  // no earlier link had got it
  bool operator==(Transmitted const&) const = default;
};

// One end of a stable conduit: it numbers what is sent, keeps it until it is acknowledged, drops
// what arrives twice, and after the loss of a link sends again on the next one what the peer has
// not received. Sans-IO: links are someone else's, and so is the randomness of resume keys. The
// initiator is the client.
//
// A message goes into the replay buffer and nowhere else: begin(), encode, commit(). What the
// attached link has yet to get comes out of poll_transmit(), first what has to be sent again and
// then what is new, as one stream; so nothing that is sent while the conduit moves to another link
// is passed over. The replay buffer is the only copy.
//
// Nothing obliges a peer to acknowledge. When the replay buffer is full, the oldest frames that the
// link has got are let go, and the conduit goes on. If the link is lost and the peer turns out to
// have missed one of them, the conduit is lost, and says so.
// r[impl stable] r[impl stable.handshake] r[impl conduit.stable]
class StableConduit {
 public:
  explicit StableConduit(StableOptions const& options = {})
      : options_{options}, next_seq_{options.first_seq} {}
  StableConduit(StableConduit const&) = delete;
  StableConduit& operator=(StableConduit const&) = delete;
  StableConduit(StableConduit&&) = default;
  StableConduit& operator=(StableConduit&&) = default;
  ~StableConduit() = default;

  // --- links ---

  // What a client says first on a link: the newest key it was given and how far it has received.
  // r[impl stable.reconnect]
  [[nodiscard]] wire::ClientHello client_hello() const;
  // A client's: the server's answer on this link, which is attached. A rejection means that the
  // server no longer has our conduit: it is lost for good.
  // r[impl stable.reconnect.failure] r[impl stable.reconnect.client-replay]
  [[nodiscard]] Result<void> handle_server_hello(LinkNumber link, wire::ServerHello const& hello);
  // A server's: the client is back on this link, which is attached. The answer, with a key made for
  // this link, is what poll_transmit() gives first. If the conduit is lost, the answer is a
  // refusal.
  // r[impl stable.handshake.server-hello] r[impl stable.reconnect.server-replay]
  [[nodiscard]] Result<void> answer_client_hello(LinkNumber link, wire::ClientHello const& hello,
                                                 ResumeKey const& fresh_key);
  // What a server answers to a key that it does not know. 0.4.0 never does.
  [[nodiscard]] static wire::ServerHello refuse_client_hello();
  // Goes on over this link, from what the peer says it has received last. It takes the place of an
  // older one; while a newer link stands, nothing happens, and is_attached_to() says so. An error
  // means that the conduit is lost, since a frame that the peer has missed is no longer kept.
  [[nodiscard]] Result<void> attach(LinkNumber link, std::optional<Sequence> peer_last_received);
  // That link is lost. Nothing happens if another one has taken its place.
  void detach(LinkNumber link);
  // The link that is attached is lost.
  void detach() {
    if (link_) detach(*link_);
  }
  // Nobody waits for another link any more: the conduit is lost, and a peer that comes back is
  // refused. What was lost before stays lost by its own reason.
  // r[impl stable.reconnect.failure]
  void give_up(std::string why);
  [[nodiscard]] bool is_attached() const { return link_.has_value(); }
  [[nodiscard]] bool is_attached_to(LinkNumber link) const { return link_ == link; }

  // --- messages ---

  // Whether one more message can be kept. What the link has yet to get has to fit the limits; while
  // there is no link, so has everything that is unacknowledged. Not so once the conduit is lost.
  [[nodiscard]] bool can_send() const;
  // A message of at most so many bytes is never too large, whatever its number.
  [[nodiscard]] std::size_t message_bytes_max() const {
    auto const frame_max = options_.frame_bytes_max;
    return frame_max - std::min(frame_max, wire::stable_frame_overhead_max);
  }
  // Where the next message has to be encoded to: append exactly one, then call commit() or
  // abandon() and nothing else before. Call it only if can_send().
  // r[impl stable.framing] r[impl stable.ack]
  [[nodiscard]] wire::Buffer& begin();
  // The message is complete. `tag` is the caller's name for it, other than 0.
  std::expected<void, SendRefused> commit(std::uint64_t tag);
  void abandon();
  // begin(), append, commit() for a message that is encoded already.
  std::expected<void, SendRefused> send(ByteView message, std::uint64_t tag);

  // Appends the next payload that the attached link has yet to get.
  // r[impl stable.replay-buffer.order]
  [[nodiscard]] std::optional<Transmitted> poll_transmit(wire::Buffer& out);
  [[nodiscard]] bool has_transmit() const;
  // The message inside a payload that came on the attached link, or nothing if it came before. The
  // view points into the payload.
  // r[impl stable.seq.monotonic]
  [[nodiscard]] Result<std::optional<ByteView>> receive(ByteView payload);

  // --- queries ---

  // Why the conduit is over for good, or nothing.
  [[nodiscard]] std::optional<std::string> const& lost() const { return lost_; }
  // The first and last of the frames that were let go unacknowledged, or nothing. The conduit does
  // not outlive the loss of its link unless the peer has received them.
  struct LetGo {
    Sequence first = 0;
    Sequence last = 0;
    bool operator==(LetGo const&) const = default;
  };
  [[nodiscard]] std::optional<LetGo> const& let_go() const { return let_go_; }
  // The frames that are not acknowledged.
  [[nodiscard]] ReplayBuffer const& replay() const { return replay_; }
  [[nodiscard]] std::optional<Sequence> last_received() const { return last_received_; }
  // The key that finds this conduit again; on a server, the one it gave out last.
  [[nodiscard]] std::optional<ResumeKey> const& resume_key() const { return resume_key_; }

 private:
  void acknowledge(Sequence seq);
  void drop_oldest(std::size_t count);
  void make_room();
  [[nodiscard]] bool is_after(Sequence a, Sequence b) const {
    return conduit::is_after(a, b, options_.rulebook);
  }

  StableOptions options_;
  ReplayBuffer replay_;
  // How many of the kept frames this link has got, and how many any link has; each a first part.
  std::size_t on_this_link_ = 0;
  std::size_t on_any_link_ = 0;
  Sequence next_seq_;
  std::size_t item_begin_ = 0;  // of the message under way
  std::optional<Sequence> last_received_;
  std::optional<ResumeKey> resume_key_;
  std::optional<LinkNumber> link_;
  std::optional<wire::StableHello> hello_;  // to be sent first
  std::optional<LetGo> let_go_;
  std::optional<std::string> lost_;
};

}  // namespace vox::conduit
