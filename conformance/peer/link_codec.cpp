#include "conformance/peer/link_codec.hpp"

#include "conformance/peer/numbers.hpp"

#include <algorithm>

namespace voxspec {

std::expected<EncodedItem, std::string> LinkCodec::encode(Json const& item) {
  auto whole = item;
  if (layer_ == Layer::stable && layer_of(item) == Layer::message) {
    auto message = item;
    if (!message.contains("on")) message["on"] = 0;
    whole = Json{{"stable_frame",
                  {{"seq", next_seq_},
                   {"ack", last_received_ ? Json(*last_received_) : Json("none")},
                   {"message", std::move(message)}}}};
  }
  auto encoded = encode_item(whole);
  if (!encoded) return encoded;
  // Payloads that were given as bytes move the conversation on as well, if they are what is due.
  auto const decoded = encoded->raw ? vox::Result<Json>{nullptr} : read(encoded->bytes);
  auto const is_given = whole.contains("frame") || whole.contains("cbor");
  last_ = is_given && decoded ? *decoded : whole;
  if (!encoded->raw && (decoded || !is_given)) {
    note(last_);
    if (last_.contains("stable_frame") && whole.contains("stable_frame")) {
      next_seq_ =
          static_cast<std::uint32_t>(number_from(last_["stable_frame"]["seq"]).value_or(0)) + 1;
    }
  }
  return encoded;
}

vox::Result<Json> LinkCodec::decode(vox::ByteView payload) {
  auto decoded = read(payload);
  if (!decoded) {
    last_ = nullptr;
    return decoded;
  }
  last_ = *decoded;
  note(*decoded);
  if (decoded->contains("stable_frame")) {
    auto const seq =
        static_cast<std::uint32_t>(number_from((*decoded)["stable_frame"]["seq"]).value_or(0));
    last_received_ = std::max(last_received_.value_or(0), seq);
  }
  return decoded;
}

// Where a stable conduit goes on over another link, its hellos come in place of the handshake.
vox::Result<Json> LinkCodec::read(vox::ByteView payload) const {
  auto decoded = decode_payload(layer_, payload);
  if (decoded || !stable_ || layer_ != Layer::handshake) return decoded;
  auto hello = decode_payload(Layer::stable_hello, payload);
  return hello ? hello : decoded;
}

void LinkCodec::note(Json const& frame) {
  if (!frame.is_object()) return;
  if (frame.contains("transport_accept")) {
    stable_ = frame["transport_accept"].contains("mode") && frame["transport_accept"]["mode"] == 1;
    layer_ = Layer::handshake;
  } else if (frame.contains("lets_go")) {
    layer_ = stable_ ? Layer::stable_hello : Layer::message;
  } else if (frame.contains("server_hello")) {
    layer_ = Layer::stable;
  }
}

}  // namespace voxspec
