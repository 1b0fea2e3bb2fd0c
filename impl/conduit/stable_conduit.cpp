#include "impl/conduit/stable_conduit.hpp"

#include "impl/wire/reader.hpp"

namespace vox::conduit {

wire::ClientHello StableConduit::client_hello() const {
  return {.resume_key = resume_key_, .last_received = last_received_};
}

Result<void> StableConduit::handle_server_hello(wire::ServerHello const& hello) {
  if (hello.rejected) {
    lost_ = true;
    return violates("stable.reconnect.failure", 0, "session lost: server rejected resume key");
  }
  resume_key_ = hello.resume_key;
  forget_received(hello.last_received);
  return {};
}

wire::ServerHello StableConduit::answer_client_hello(wire::ClientHello const& hello,
                                                     ResumeKey const& fresh_key) {
  resume_key_ = fresh_key;
  forget_received(hello.last_received);
  return {.rejected = false, .resume_key = fresh_key, .last_received = last_received_};
}

wire::ServerHello StableConduit::refuse_client_hello() {
  return {.rejected = true, .resume_key = {}, .last_received = {}};
}

template <class PutItem>
std::expected<ByteView, SendRefused> StableConduit::send_frame(PutItem put_item) {
  if (lost_) return std::unexpected(SendRefused::lost);
  frame_.clear();
  auto const begin = wire::begin_stable_frame(frame_, next_seq_, last_received_);
  put_item();
  wire::end_stable_frame(frame_, begin);
  if (!replay_.has_room_for(frame_.size())) return std::unexpected(SendRefused::replay_full);
  replay_.push(next_seq_, frame_.view());
  ++next_seq_;
  return frame_.view();
}

std::expected<ByteView, SendRefused> StableConduit::send(wire::Message const& message) {
  return send_frame([&] { wire::encode_message(frame_, message); });
}

std::expected<ByteView, SendRefused> StableConduit::send(ByteView message) {
  return send_frame([&] { wire::Writer{frame_}.put_bytes(message); });
}

Result<std::optional<ByteView>> StableConduit::receive(ByteView payload) {
  auto const strictness =
      rulebook_ == Rulebook::spec ? wire::Strictness::strict : wire::Strictness::vox_0_4;
  auto const frame = wire::decode_stable_frame(payload, strictness);
  if (!frame) return std::unexpected(frame.error());
  // The acknowledgement counts even if the frame itself came before.
  if (frame->ack) replay_.trim(*frame->ack);
  if (last_received_ && !is_after(frame->seq, *last_received_, rulebook_)) return std::nullopt;
  last_received_ = frame->seq;
  return frame->item;
}

void StableConduit::forget_received(std::optional<Sequence> peer_last_received) {
  if (peer_last_received) replay_.trim(*peer_last_received);
}

}  // namespace vox::conduit
