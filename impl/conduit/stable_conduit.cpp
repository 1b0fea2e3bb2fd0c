#include "impl/conduit/stable_conduit.hpp"

#include "impl/wire/reader.hpp"
#include "spec/assert.hpp"

#include <algorithm>
#include <utility>

namespace vox::conduit {

namespace {

std::string name_of(StableConduit::LetGo const& frames) {
  auto const first = std::to_string(frames.first);
  if (frames.first == frames.last) return "frame " + first + " was";
  return "frames " + first + ".." + std::to_string(frames.last) + " were";
}

}  // namespace

wire::ClientHello StableConduit::client_hello() const {
  return {.resume_key = resume_key_, .last_received = last_received_};
}

Result<void> StableConduit::handle_server_hello(LinkNumber link, wire::ServerHello const& hello) {
  if (hello.rejected) {
    lost_ = text::key_rejected;
    return violates("stable.reconnect.failure", 0, *lost_);
  }
  if (link_ && *link_ > link) return {};
  resume_key_ = hello.resume_key;
  return attach(link, hello.last_received);
}

Result<void> StableConduit::answer_client_hello(LinkNumber link, wire::ClientHello const& hello,
                                                ResumeKey const& fresh_key) {
  if (link_ && *link_ > link) return {};
  auto attached = attach(link, hello.last_received);
  auto answer = refuse_client_hello();
  if (attached) {
    resume_key_ = fresh_key;
    answer = {.rejected = false, .resume_key = fresh_key, .last_received = last_received_};
  }
  hello_ = wire::encode_server_hello(answer);
  return attached;
}

wire::ServerHello StableConduit::refuse_client_hello() {
  return {.rejected = true, .resume_key = {}, .last_received = {}};
}

Result<void> StableConduit::attach(LinkNumber link, std::optional<Sequence> peer_last_received) {
  if (link_ && *link_ > link) return {};
  link_ = link;
  hello_.reset();
  on_this_link_ = 0;
  if (peer_last_received) acknowledge(*peer_last_received);
  if (let_go_ && !lost_) {
    lost_ = "stable conduit lost: " + name_of(*let_go_) +
            " never acknowledged and no longer kept when the link was lost";
  }
  if (lost_) return violates("stable.replay-buffer", 0, *lost_);
  return {};
}

void StableConduit::detach(LinkNumber link) {
  if (link_ != link) return;
  link_.reset();
  hello_.reset();
  on_this_link_ = 0;
}

void StableConduit::give_up(std::string why) {
  if (!lost_) lost_ = std::move(why);
}

bool StableConduit::can_send() const {
  return !lost_ && replay_.size() - on_this_link_ < options_.replay_frames_max &&
         replay_.bytes_from(on_this_link_) < options_.replay_bytes_max;
}

wire::Buffer& StableConduit::begin() {
  auto& out = replay_.begin();
  item_begin_ = wire::begin_stable_frame(out, next_seq_, last_received_);
  return out;
}

std::expected<void, SendRefused> StableConduit::commit(std::uint64_t tag) {
  if (lost_ || replay_.open_bytes() > options_.frame_bytes_max) {
    abandon();
    return std::unexpected(lost_ ? SendRefused::lost : SendRefused::too_large);
  }
  wire::end_stable_frame(replay_.open(), item_begin_);
  replay_.commit(next_seq_, tag);
  ++next_seq_;
  make_room();
  return {};
}

void StableConduit::abandon() {
  replay_.abandon();
}

std::expected<void, SendRefused> StableConduit::send(ByteView message, std::uint64_t tag) {
  wire::Writer{begin()}.put_bytes(message);
  return commit(tag);
}

bool StableConduit::has_transmit() const {
  return link_ && (hello_ || (!lost_ && on_this_link_ < replay_.size()));
}

std::optional<Transmitted> StableConduit::poll_transmit(wire::Buffer& out) {
  if (!has_transmit()) return std::nullopt;
  if (hello_) {
    wire::Writer{out}.put_bytes(*hello_);
    hello_.reset();
    return Transmitted{};
  }
  auto const at = on_this_link_++;
  wire::Writer{out}.put_bytes(replay_.payload(at));
  Transmitted const transmitted{.tag = replay_.frame(at).tag, .is_first = at == on_any_link_};
  on_any_link_ = std::max(on_any_link_, on_this_link_);
  make_room();
  return transmitted;
}

Result<std::optional<ByteView>> StableConduit::receive(ByteView payload) {
  auto const strictness =
      options_.rulebook == Rulebook::spec ? wire::Strictness::strict : wire::Strictness::vox_0_4;
  auto const frame = wire::decode_stable_frame(payload, strictness);
  if (!frame) return std::unexpected(frame.error());
  // The acknowledgement counts even if the frame itself came before.
  if (frame->ack) acknowledge(*frame->ack);
  if (last_received_ && !is_after(frame->seq, *last_received_)) return std::nullopt;
  last_received_ = frame->seq;
  return frame->item;
}

// A peer can only have received what went out, whatever it says.
// r[impl stable.ack.trim]
void StableConduit::acknowledge(Sequence seq) {
  if (let_go_ && !is_after(let_go_->last, seq)) let_go_.reset();
  if (let_go_ && !is_after(let_go_->first, seq)) let_go_->first = seq + 1;
  std::size_t received = 0;
  while (received < on_any_link_ && !is_after(replay_.frame(received).seq, seq))
    ++received;
  drop_oldest(received);
}

void StableConduit::drop_oldest(std::size_t count) {
  replay_.drop_oldest(count);
  on_this_link_ -= std::min(count, on_this_link_);
  on_any_link_ -= std::min(count, on_any_link_);
}

// What this link has not got yet is never let go, and neither is the only frame, however large.
void StableConduit::make_room() {
  while (on_this_link_ > 0 && replay_.size() > 1 &&
         (replay_.size() > options_.replay_frames_max ||
          replay_.bytes() > options_.replay_bytes_max)) {
    auto const seq = replay_.frame(0).seq;
    let_go_ = {.first = let_go_ ? let_go_->first : seq, .last = seq};
    drop_oldest(1);
  }
}

}  // namespace vox::conduit
