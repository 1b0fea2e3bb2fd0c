#pragma once
#include "conformance/peer/frame_kinds.hpp"
#include "conformance/peer/json.hpp"
#include "conformance/peer/value.hpp"
#include "impl/schema/plan.hpp"
#include "impl/wire/bytes.hpp"
#include "impl/wire/reader.hpp"
#include "impl/wire/violation.hpp"

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace voxspec {

// How a frame is written: by default as short as can be, in the order of its fields.
struct Writing {
  unsigned head_bytes_min = 0;       // of the argument of each CBOR head: 0, 1, 2, 4 or 8
  bool indefinite = false;           // CBOR lists and maps without a count
  std::vector<std::string> first{};  // fields of a handshake's map that come before the others
  unsigned varint_padding = 0;       // bytes more than each varint of a message needs, up to 10
  bool operator==(Writing const&) const = default;
};

// From the type that a sender announced for a value (arguments, a result, an item) to the judge's
// own. Null where their bytes are the same, where none was announced, and where there is no way.
using SharedReading = std::shared_ptr<vox::schema::Plan const>;
// The value as the judge would write it. The error is a sentence.
[[nodiscard]] std::expected<vox::Bytes, std::string> in_own_layout(SharedReading const& reading,
                                                                   vox::ByteView bytes);

// One frame of any layer: what it says, and the bytes that say it.
struct Frame {
  FrameKind const* kind = nullptr;  // null for bytes that are not read as a frame
  std::uint64_t on = 0;             // of a message: its connection
  // The fields in wire order. A map may lack some: they are Null. Bytes that are no frame have one
  // entry, `frame`, `cbor` or `bytes`, which is how they were given.
  Record body{};
  std::vector<Frame> inside{};  // of a stable frame: its message, unless it holds something else
  vox::Bytes bytes{};           // the payload, once it is read or written
  Writing writing{};
  SharedReading reading{};  // of a message that came: how its value is read
  bool raw = false;         // the bytes go out as they are, without a frame around them

  // Itself, or the message inside a stable frame.
  [[nodiscard]] Frame const& message() const { return inside.empty() ? *this : inside.front(); }
  [[nodiscard]] Frame& message() { return inside.empty() ? *this : inside.front(); }
  // The kind of the message: "ping", "hello", …; "frame" for a payload that is given as bytes, else
  // empty.
  [[nodiscard]] std::string_view name() const;
  [[nodiscard]] bool is(std::string_view kind_name) const { return name() == kind_name; }
  // A field of the message.
  [[nodiscard]] Value const* field(std::string_view field_name) const {
    return message().body.find(field_name);
  }
  // The number in a field of the message; nothing if there is none.
  [[nodiscard]] std::optional<std::uint64_t> number(std::string_view field_name) const;
  // It holds nothing at all.
  [[nodiscard]] bool empty() const { return kind == nullptr && body.entries.empty(); }
};

// A message of this kind, with the fields that are given and no others.
[[nodiscard]] Frame message_frame(std::string_view kind, std::uint64_t on, Record body,
                                  Dialect dialect = Dialect::vox_0_4);
// A payload or raw bytes that are no frame.
[[nodiscard]] Frame bytes_frame(vox::Bytes bytes, bool raw);

// How frames are read.
struct Reading {
  Dialect dialect = Dialect::vox_0_4;
  vox::wire::Strictness strictness = vox::wire::Strictness::strict;
  // From the message type that the sender announced in its handshake to ours; null if they are one.
  vox::schema::Plan const* messages = nullptr;
};

// One payload of a layer. What is not a frame of that layer is a violation, with its byte offset.
[[nodiscard]] vox::Result<Frame> decode(Layer layer, vox::ByteView payload,
                                        Reading const& reading = {});

// The frame's bytes, by its `writing`. The error is a sentence about the field that cannot be
// written.
[[nodiscard]] std::expected<vox::Bytes, std::string> encode(Frame const& frame);
// The way of writing that gives the frame's own bytes; nothing if there is none.
[[nodiscard]] std::optional<Writing> writing_of(Frame const& frame);

// {"on": 0, "ping": {"nonce": 7}}, {"hello": {…}}, {"stable_frame": {"seq": 0, "ack": "none",
// "message": {…}}}, {"frame": "hex"}: what reports and recordings show.
[[nodiscard]] Json frame_json(Frame const& frame);

// A stream of framed payloads (u32le length before each), cut into payloads.
[[nodiscard]] vox::Result<std::vector<vox::ByteView>> split_frames(vox::ByteView stream);

}  // namespace voxspec
