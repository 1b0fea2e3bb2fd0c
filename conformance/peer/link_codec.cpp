#include "conformance/peer/link_codec.hpp"

#include "conformance/peer/cbor_value.hpp"
#include "conformance/peer/message_plan.hpp"
#include "impl/schema/cbor_form.hpp"
#include "impl/schema/translate.hpp"

#include <algorithm>
#include <utility>

namespace voxspec {

// A frame may have gone out before the hellos were done.
void LinkCodec::Numbers::go_on_from(Numbers const& earlier) {
  next_seq = std::max(next_seq, earlier.next_seq);
  last_received = std::max(last_received, earlier.last_received);
}

std::expected<Frame, std::string> LinkCodec::encode(Frame item) {
  auto const is_stable_frame = item.kind != nullptr && item.kind->layer == Layer::stable;
  if (layer_ == Layer::stable && item.kind != nullptr && item.kind->layer == Layer::message) {
    item = in_stable_frame(std::move(item));
  }
  auto bytes = written(item);
  if (!bytes) return std::unexpected(bytes.error());
  item.bytes = *std::move(bytes);
  if (item.raw) return item;
  if (item.kind == nullptr) {
    // Payloads that were given as bytes move the conversation on as well, if they are what is due.
    auto decoded = read(item.bytes, {.dialect = dialect_});
    if (!decoded) return item;
    note_sent(*decoded);
    return *std::move(decoded);
  }
  note_sent(item);
  note_own_schemas(item);
  if (is_stable_frame || item.kind->layer == Layer::stable) {
    // A frame that is sent once more does not set the numbers back.
    auto const seq = static_cast<std::uint32_t>(item.body.find("seq")->number().value_or(0));
    numbers_.next_seq = std::max(numbers_.next_seq, seq + 1);
  }
  return item;
}

// A message by its kind is written as we announced messages; bytes are what they are.
std::expected<vox::Bytes, std::string> LinkCodec::written(Frame const& item) const {
  auto const& message = item.message();
  auto const is_message = message.kind != nullptr && message.kind->layer == Layer::message;
  if (our_messages_.is_identity() || !is_message) return voxspec::encode(item);
  auto const own = voxspec::encode(message);
  if (!own) return own;
  vox::wire::Buffer out;
  if (auto const done = vox::schema::translate(our_messages_, *own, out); !done) {
    return std::unexpected(done.error().detail);
  }
  if (item.inside.empty()) return out.take();
  auto around = item;
  around.inside.clear();
  around.body["item"] = out.take();
  return voxspec::encode(around);
}

Frame LinkCodec::in_stable_frame(Frame message) const {
  Frame out;
  out.kind = find_frame_kind("stable_frame", dialect_);
  out.body["seq"] = std::uint64_t{numbers_.next_seq};
  out.body["ack"] =
      numbers_.last_received ? Value{std::uint64_t{*numbers_.last_received}} : Value{None{}};
  out.writing = message.writing;
  out.inside.push_back(std::move(message));
  return out;
}

vox::Result<Frame> LinkCodec::decode(vox::ByteView payload) {
  auto decoded = read(payload, {.dialect = dialect_, .messages = &their_messages_});
  if (!decoded) return decoded;
  note(*decoded);
  may_be_refused_ = may_be_refused_ && decoded->kind->layer == Layer::handshake;
  note_hello(*decoded);
  their_types_.note_received(*decoded);
  calls_.note_received(*decoded);
  if (decoded->kind->layer == Layer::stable) {
    auto const seq = static_cast<std::uint32_t>(decoded->body.find("seq")->number().value_or(0));
    numbers_.last_received = std::max(numbers_.last_received.value_or(0), seq);
  }
  return decoded;
}

// Where a stable conduit goes on over another link, its hellos come in place of the handshake. A
// last word that should not have been said is refused as the handshake that it was to end.
vox::Result<Frame> LinkCodec::read(vox::ByteView payload, Reading const& reading) const {
  auto decoded = voxspec::decode(layer_, payload, reading);
  if (!decoded && may_be_refused_) {
    auto refusal = voxspec::decode(Layer::handshake, payload, reading);
    if (refusal && refusal->is("sorry")) return refusal;
  }
  if (decoded || !stable_ || layer_ != Layer::handshake) return decoded;
  auto hello = voxspec::decode(Layer::stable_hello, payload, reading);
  return hello ? hello : decoded;
}

void LinkCodec::note(Frame const& frame) {
  if (frame.is("transport_accept")) {
    stable_ = frame.number("mode") == 1;
    layer_ = Layer::handshake;
  } else if (frame.is("lets_go")) {
    layer_ = stable_ ? Layer::stable_hello : Layer::message;
    may_be_refused_ = true;
  } else if (frame.is("client_hello")) {
    auto const* const key = frame.field("resume_key");
    asks_to_resume_ = key != nullptr && !key->is_absent();
  } else if (frame.is("server_hello")) {
    layer_ = Layer::stable;
    auto const* const rejected = frame.field("rejected");
    auto const is_new = rejected == nullptr || *rejected == Value{true};
    if (asks_to_resume_ && !is_new) numbers_.go_on_from(earlier_);
  }
}

void LinkCodec::note_own_schemas(Frame const& hello) {
  if (!hello.is("hello") && !hello.is("hello_yourself")) return;
  our_messages_ = plan_of_hello(hello, dialect_);
}

// Schemas that are none, or that no message of ours fits, are for the handshake to judge: messages
// are then read as if they were ours.
void LinkCodec::note_hello(Frame const& hello) {
  if (!hello.is("hello") && !hello.is("hello_yourself")) return;
  auto const* const retry = hello.field("supports_retry");
  refuses_retry_ = retry != nullptr && *retry == Value{false};
  auto const* const announced = hello.field("message_payload_schema");
  if (announced == nullptr || !announced->is<ValueList>()) return;
  auto const list = vox::schema::decode_schemas(cbor_bytes(*announced));
  if (!list) return;
  auto plan = vox::schema::build_message_plan(*list, {}, dialect_);
  if (plan) their_messages_ = *std::move(plan);
}

}  // namespace voxspec
