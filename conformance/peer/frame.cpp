#include "conformance/peer/frame.hpp"

#include "conformance/peer/numbers.hpp"
#include "conformance/peer/schema_ledger.hpp"
#include "conformance/peer/value_json.hpp"
#include "spec/assert.hpp"

#include <utility>

namespace voxspec {

std::string_view Frame::name() const {
  auto const& own = message();
  if (own.kind != nullptr) return own.kind->name;
  return own.body.find("frame") == nullptr ? std::string_view{} : "frame";
}

std::optional<std::uint64_t> Frame::number(std::string_view field_name) const {
  auto const* const value = field(field_name);
  return value == nullptr ? std::nullopt : value->number();
}

Frame message_frame(std::string_view kind, std::uint64_t on, Record body, Dialect dialect) {
  Frame frame;
  frame.kind = find_frame_kind(kind, dialect);
  VOX_ASSERT(frame.kind != nullptr);
  frame.on = on;
  frame.body = std::move(body);
  return frame;
}

Frame bytes_frame(vox::Bytes bytes, bool raw) {
  Frame frame;
  frame.body[raw ? "bytes" : "frame"] = vox::to_hex(bytes);
  frame.bytes = std::move(bytes);
  frame.raw = raw;
  return frame;
}

Json frame_json(Frame const& frame) {
  if (frame.kind == nullptr) {
    return frame.body.entries.empty() ? Json{} : value_json(frame.body, FieldType::typed);
  }
  Json body = Json::object();
  for (auto const& [name, value] : frame.body.entries) {
    auto const index = frame.kind->field(name);
    auto const is_known = index < frame.kind->fields.size();
    auto const type = is_known ? frame.kind->fields[index].type : FieldType::cbor;
    auto const is_own = is_message_schema(type) && value == own_message_schemas(dialect_of(type));
    body[name] = is_own ? Json("own") : value_json(value, type);
  }
  if (!frame.inside.empty()) body["message"] = frame_json(frame.inside.front());
  Json out = Json::object();
  if (frame.kind->layer == Layer::message) out["on"] = number_json(frame.on);
  out[std::string{frame.kind->name}] = std::move(body);
  return out;
}

vox::Result<std::vector<vox::ByteView>> split_frames(vox::ByteView stream) {
  vox::wire::Reader reader{stream, "transport.stream"};
  std::vector<vox::ByteView> payloads;
  while (reader.remaining() > 0 && !reader.failed())
    payloads.push_back(reader.take_opaque());
  return reader.result(std::move(payloads));
}

}  // namespace voxspec
