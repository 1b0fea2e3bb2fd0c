#include "conformance/peer/cbor_value.hpp"
#include "conformance/peer/dialect_word.hpp"
#include "conformance/peer/frame.hpp"
#include "conformance/peer/value_json.hpp"
#include "impl/schema/cbor_form.hpp"
#include "impl/wire/bytes.hpp"
#include "impl/wire/cbor_definite.hpp"
#include "impl/wire/handshake.hpp"
#include "impl/wire/stable.hpp"
#include "spec/limits.hpp"
#include "tools/dialect_option.hpp"
#include "tools/input.hpp"
#include "tools/tool.hpp"

#include <algorithm>
#include <array>
#include <expected>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace voxspec {
namespace {

using vox::wire::Strictness;

template <Layer layer>
vox::Result<Json> decode_frame(vox::ByteView bytes, Reading const& reading) {
  auto const frame = decode(layer, bytes, reading);
  if (!frame) return std::unexpected(frame.error());
  return frame_json(*frame);
}

vox::Result<Json> decode_link(vox::ByteView bytes, Reading const&) {
  auto const frames = split_frames(bytes);
  if (!frames) return std::unexpected(frames.error());
  Json list = Json::array();
  for (auto const frame : *frames) {
    list.push_back({{"offset", frame.data() - bytes.data()},
                    {"length", frame.size()},
                    {"hex", vox::to_hex(frame)}});
  }
  return list;
}

// What the judge shows of a hello is looser than what the protocol takes: a case may be about a
// field that is missing or of another type.
vox::Result<Json> decode_handshake(vox::ByteView bytes, Reading const& reading) {
  vox::Bytes definite;
  auto const message = vox::wire::decode_any_length(
      bytes, reading.strictness, vox::Limits{}.cbor_depth_max, definite,
      [&](vox::ByteView whole) { return vox::wire::decode_handshake(whole, reading.strictness); });
  if (!message) return std::unexpected(message.error());
  return decode_frame<Layer::handshake>(bytes, reading);
}

vox::Result<Json> decode_stable(vox::ByteView bytes, Reading const& reading) {
  // A frame of this size is possible, a hello of another is not.
  if (bytes.size() == vox::wire::stable_hello_bytes) {
    if (auto hello = decode_frame<Layer::stable_hello>(bytes, reading)) return hello;
  }
  return decode_frame<Layer::stable>(bytes, reading);
}

vox::Result<Json> decode_schema(vox::ByteView bytes, Reading const& reading) {
  // A handshake carries a bare list, a SchemaMessage a payload, which is a map.
  bool const is_list = !bytes.empty() && std::to_integer<int>(bytes.front()) >> 5 == 4;
  if (is_list) {
    if (auto const list = vox::schema::decode_schemas(bytes, reading.strictness); !list) {
      return std::unexpected(list.error());
    }
  } else if (auto const payload = vox::schema::decode_payload(bytes, reading.strictness);
             !payload) {
    return std::unexpected(payload.error());
  }
  if (auto const value = canonical_cbor(bytes)) return value_json(*value, FieldType::schema);
  return vox::violates("schema.format", 0, "valid, but not in the form that JSON can give back");
}

struct LayerDecoder {
  std::string_view name;
  vox::Result<Json> (*decode)(vox::ByteView, Reading const&);
};
// In the order in which a layer is guessed: a prologue has its magic and a handshake is CBOR, so
// that they are not taken for messages; lengths that fit exactly are hardly chance.
constexpr std::array<LayerDecoder, 6> decoders{{{"prologue", decode_frame<Layer::prologue>},
                                                {"handshake", decode_handshake},
                                                {"link", decode_link},
                                                {"message", decode_frame<Layer::message>},
                                                {"schema", decode_schema},
                                                {"stable", decode_stable}}};

int print_decoded(LayerDecoder const& layer, vox::ByteView bytes, Reading const& reading) {
  auto const json = layer.decode(bytes, reading);
  if (!json) {
    auto const& error = json.error();
    return complain("byte " + std::to_string(error.offset) + " of " + std::to_string(bytes.size()) +
                        ": " + error.detail + " (" + std::string{error.rule.id()} + ")",
                    exit_unexpected);
  }
  std::cout << json->dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
  return exit_clean;
}

struct DecodeCommand {
  std::string layer;
  std::string input = "-";
  std::string dialect = "vox_0_4";
  bool lenient = false;
};

int run_decode(DecodeCommand const& command) {
  auto const bytes = read_bytes(command.input);
  if (!bytes) return complain(bytes.error(), exit_usage);
  Reading const reading{.dialect = find_dialect(command.dialect).value(),
                        .strictness = command.lenient ? Strictness::vox_0_4 : Strictness::strict};
  if (!command.layer.empty()) {
    return print_decoded(*std::ranges::find(decoders, command.layer, &LayerDecoder::name), *bytes,
                         reading);
  }
  // The first whose decoder takes the whole input.
  auto const* const guessed = std::ranges::find_if(decoders, [&](LayerDecoder const& layer) {
    return layer.decode(*bytes, reading).has_value();
  });
  if (guessed == decoders.end()) {
    return complain("these bytes are right on no layer; --layer says where they are wrong on one",
                    exit_unexpected);
  }
  complain("taken for the layer " + std::string{guessed->name}, exit_clean);
  return print_decoded(*guessed, *bytes, reading);
}

}  // namespace

void add_decode(CLI::App& app, Tool& tool) {
  auto* const sub =
      app.add_subcommand("decode", "Print bytes of the wire as JSON, or say where they are wrong");
  auto const command = std::make_shared<DecodeCommand>();
  std::vector<std::string> names;
  for (auto const& each : decoders)
    names.emplace_back(each.name);
  sub->add_option("--layer", command->layer,
                  "What the bytes are: a stream of framed payloads (link), or one payload of the "
                  "prologue, the handshake, the messages, the stable conduit, or schemas as CBOR "
                  "(default: the first of them on which they are right, which is said)")
      ->check(CLI::IsMember(names));
  sub->add_option("input", command->input,
                  "Hex, a file of hex or of bytes, or - for standard input (the default). In hex, "
                  "what stands "
                  "behind a # is a note")
      ->type_name("HEX|FILE|-");
  add_dialect(*sub, command->dialect, "Whose bytes: vox_0_4 (default) or vox_0_5");
  sub->add_flag("--lenient", command->lenient,
                "Take what vox 0.4.0 takes beyond the specification");
  sub->footer(
      "Examples:\n"
      "  voxspec decode 564f544809000000\n"
      "  xxd -p frame.bin | voxspec decode --layer message -");
  sub->callback([command, &tool] { tool.exit_code = run_decode(*command); });
}

}  // namespace voxspec
