#include "conformance/relay/tape_reader.hpp"

#include <utility>

namespace voxspec::relay {

void TapeReader::begin_link() {
  Codecs codecs{LinkCodec{dialect_}, LinkCodec{dialect_}};
  if (!links_.empty()) {
    for (std::size_t i = 0; i < codecs.size(); ++i)
      codecs[i].go_on_from(links_.back()[i]);
  }
  links_.push_back(std::move(codecs));
}

HeardFrame TapeReader::read(vox::Role by, std::size_t link, vox::ByteView bytes, bool raw) {
  HeardFrame heard;
  auto& sender = links_.at(link)[index(by)];
  auto& receiver = links_.at(link)[1 - index(by)];
  heard.layer = receiver.layer();
  heard.is_stable = receiver.is_stable();
  if (raw) {
    heard.problem = "these bytes have no frame around them";
    heard.frame = bytes_frame(vox::to_bytes(bytes), true);
    return heard;
  }
  auto const due = receiver.next_received();
  auto decoded = receiver.decode(bytes);
  if (!decoded) {
    heard.problem = decoded.error().detail + " (" + std::string{decoded.error().rule.id()} + ")";
    heard.frame = bytes_frame(vox::to_bytes(bytes), false);
    return heard;
  }
  sender.note_sent(*decoded);
  auto const* const seq = decoded->body.find("seq");
  auto const is_counted = decoded->kind->layer == Layer::stable && seq != nullptr;
  heard.is_repeat = is_counted && seq->number().value_or(due) < due;
  heard.frame = *std::move(decoded);
  return heard;
}

}  // namespace voxspec::relay
