#pragma once
#include "impl/conduit/replay_buffer.hpp"
#include "impl/conduit/sequence.hpp"
#include "impl/wire/bytes.hpp"
#include "impl/wire/message.hpp"
#include "impl/wire/resume_key.hpp"
#include "impl/wire/stable.hpp"
#include "impl/wire/violation.hpp"
#include "spec/parity.hpp"
#include "spec/rulebook.hpp"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>

namespace vox::conduit {

struct StableOptions {
  Rulebook rulebook = Rulebook::spec;
  // What may wait for an acknowledgement. Beyond it, sending is refused until the peer catches up.
  std::size_t replay_frames_max = 4096;
  std::size_t replay_bytes_max = 64uz << 20;
  // Where counting begins; other than 0 only in tests of the wrap-around.
  Sequence first_seq = 0;
};

// Why a message cannot be sent now. Nothing has changed, and no number is spent.
enum class SendRefused : std::uint8_t {
  replay_full,  // too much is unacknowledged
  lost,         // the peer no longer knows us: the conduit is over
};

// One end of a stable conduit: it numbers what is sent, keeps it until it is acknowledged, drops
// what arrives twice, and after the loss of a link says what has to be sent again. Sans-IO: links
// are someone else's, and so is the randomness of resume keys. The initiator is the client.
//
// On each fresh link, after prologue and (on the first one) session handshake: the client sends
// client_hello() and gives the answer to handle_server_hello(); the server gives what came to
// answer_client_hello() and sends the result. Then both send the replay frames, in order and before
// anything else.
// r[impl stable] r[impl stable.handshake] r[impl conduit.stable]
class StableConduit {
 public:
  explicit StableConduit(StableOptions const& options = {})
      : rulebook_{options.rulebook},
        replay_{options.rulebook, options.replay_frames_max, options.replay_bytes_max},
        next_seq_{options.first_seq} {}

  // What a client says first on a link: the newest key it was given and how far it has received.
  // r[impl stable.reconnect]
  [[nodiscard]] wire::ClientHello client_hello() const;
  // A rejection means that the server no longer has our conduit: it is lost for good. What the
  // server has received already is forgotten; the rest is to be replayed.
  // r[impl stable.reconnect.failure] r[impl stable.reconnect.client-replay]
  [[nodiscard]] Result<void> handle_server_hello(wire::ServerHello const& hello);
  // What a server answers to a client that it knows, with a key made for this attachment.
  // r[impl stable.handshake.server-hello] r[impl stable.reconnect.server-replay]
  [[nodiscard]] wire::ServerHello answer_client_hello(wire::ClientHello const& hello,
                                                      ResumeKey const& fresh_key);
  // What a server answers to a key that it does not know. 0.4.0 never does.
  [[nodiscard]] static wire::ServerHello refuse_client_hello();

  // The frame for a message, as the payload to put on the link; it is kept for replay at once,
  // since a failed send is no proof that nothing arrived. The view holds until the next call.
  // r[impl stable.framing] r[impl stable.ack]
  [[nodiscard]] std::expected<ByteView, SendRefused> send(wire::Message const& message);
  // The same for a message that is encoded already.
  [[nodiscard]] std::expected<ByteView, SendRefused> send(ByteView message);
  // The message inside a payload that came, or nothing if it came before. The view points into the
  // payload.
  // r[impl stable.seq.monotonic]
  [[nodiscard]] Result<std::optional<ByteView>> receive(ByteView payload);

  // The frames to send again on a fresh link, unchanged, oldest first.
  // r[impl stable.replay-buffer.order]
  [[nodiscard]] ReplayBuffer const& replay() const { return replay_; }
  [[nodiscard]] bool lost() const { return lost_; }
  [[nodiscard]] std::optional<Sequence> last_received() const { return last_received_; }
  // The key that finds this conduit again; on a server, the one it gave out last.
  [[nodiscard]] std::optional<ResumeKey> const& resume_key() const { return resume_key_; }

 private:
  // Numbers and keeps the frame whose item `put_item` appends.
  template <class PutItem>
  std::expected<ByteView, SendRefused> send_frame(PutItem put_item);
  void forget_received(std::optional<Sequence> peer_last_received);

  Rulebook rulebook_;
  ReplayBuffer replay_;
  Sequence next_seq_;
  std::optional<Sequence> last_received_;
  std::optional<ResumeKey> resume_key_;
  bool lost_ = false;
  wire::Buffer frame_;
};

}  // namespace vox::conduit
