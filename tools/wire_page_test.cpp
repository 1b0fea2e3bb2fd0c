// docs/wire.md shows bytes and says what they mean. All of it is decoded here, so that the page
// stays true:
//   ```hex layer=message  and a ```json block behind it: the bytes, with a note behind each #, and
//   what they are; of the dialect vox_0_5 where dialect=vox_0_5 follows the layer
//   ```hex id=…           the bytes whose hash is this id
//   | type | value | bytes |  a table of values as postcard
#include "conformance/peer/cbor_value.hpp"
#include "conformance/peer/frame.hpp"
#include "conformance/peer/json.hpp"
#include "conformance/peer/typed_value.hpp"
#include "conformance/peer/value_json.hpp"
#include "conformance/peer/written_type.hpp"
#include "impl/schema/cbor_form.hpp"
#include "impl/wire/blake3.hpp"
#include "impl/wire/bytes.hpp"
#include "impl/wire/stable.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iomanip>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

using namespace voxspec;

namespace {

struct Block {
  std::string info;  // what stands behind the opening fence
  std::string text;
  std::size_t line = 0;
};

std::vector<std::string> lines_of(std::string const& path) {
  std::ifstream file{path, std::ios::binary};
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);)
    lines.push_back(line);
  return lines;
}

std::vector<Block> blocks_of(std::vector<std::string> const& lines) {
  std::vector<Block> blocks;
  bool inside = false;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    auto const is_fence = lines[i].starts_with("```");
    if (is_fence && !inside)
      blocks.push_back({.info = lines[i].substr(3), .text = "", .line = i + 1});
    if (!is_fence && inside) blocks.back().text += lines[i] + '\n';
    if (is_fence) inside = !inside;
  }
  return blocks;
}

// Without the notes behind #.
vox::Bytes bytes_of(std::string const& text) {
  std::istringstream in{text};
  std::string hex;
  for (std::string line; std::getline(in, line);)
    hex += line.substr(0, line.find('#')) + ' ';
  auto const bytes = vox::from_hex(hex);
  REQUIRE_MESSAGE(bytes.has_value(), "no hex: " << hex);
  return *bytes;
}

std::vector<std::string> cells_of(std::string const& row) {
  std::vector<std::string> cells;
  std::istringstream in{row};
  std::string cell;
  std::getline(in, cell, '|');  // before the first bar
  while (std::getline(in, cell, '|')) {
    std::erase(cell, '`');
    auto const begin = cell.find_first_not_of(' ');
    auto const end = cell.find_last_not_of(' ');
    cells.push_back(begin == std::string::npos ? "" : cell.substr(begin, end - begin + 1));
  }
  return cells;
}

vox::Result<Json> frame_of(Layer layer, vox::ByteView bytes, vox::Dialect dialect) {
  auto const frame = decode(layer, bytes, {.dialect = dialect});
  if (!frame) return std::unexpected(frame.error());
  return frame_json(*frame);
}

vox::Result<Json> decoded(std::string_view layer, vox::ByteView bytes, vox::Dialect dialect) {
  if (layer == "prologue") return frame_of(Layer::prologue, bytes, dialect);
  if (layer == "handshake") return frame_of(Layer::handshake, bytes, dialect);
  if (layer == "message") return frame_of(Layer::message, bytes, dialect);
  if (layer == "stable") {
    auto const is_hello = bytes.size() == vox::wire::stable_hello_bytes;
    return frame_of(is_hello ? Layer::stable_hello : Layer::stable, bytes, dialect);
  }
  if (layer == "schema") {
    auto const payload = vox::schema::decode_payload(bytes);
    if (!payload) return std::unexpected(payload.error());
    return value_json(canonical_cbor(bytes).value(), FieldType::schema);
  }
  REQUIRE(layer == "link");
  auto const frames = split_frames(bytes);
  if (!frames) return std::unexpected(frames.error());
  Json list = Json::array();
  for (auto const frame : *frames)
    list.push_back({{"offset", frame.data() - bytes.data()},
                    {"length", frame.size()},
                    {"hex", vox::to_hex(frame)}});
  return list;
}

// The order of keys is the writer's: a page may show them in another.
bool same(Json const& a, Json const& b) {
  return nlohmann::json::parse(a.dump()) == nlohmann::json::parse(b.dump());
}

// Nothing if the block says what is so, else what is wrong.
std::string fault_of(Block const& hex, std::string const& json) {
  auto const bytes = bytes_of(hex.text);
  auto const key = hex.info.substr(hex.info.find('=') + 1);
  if (hex.info.starts_with("hex id=")) {
    std::ostringstream id;
    id << std::hex << std::setw(16) << std::setfill('0') << vox::wire::hash64(bytes);
    return id.str() == key ? "" : "their id is " + id.str();
  }
  auto const words = std::string_view{key};
  auto const layer = words.substr(0, words.find(' '));
  auto const is_newer = words.ends_with(" dialect=vox_0_5");
  auto const dialect = is_newer ? vox::Dialect::vox_0_5 : vox::Dialect::vox_0_4;
  auto const got = decoded(layer, bytes, dialect);
  if (!got) return "byte " + std::to_string(got.error().offset) + ": " + got.error().detail;
  return same(*got, Json::parse(json)) ? "" : "they say " + got->dump();
}

std::vector<std::string> const& page() {
  static auto const lines = lines_of("docs/wire.md");
  return lines;
}

}  // namespace

TEST_CASE("the bytes on the page of the wire mean what stands beside them") {
  auto const blocks = blocks_of(page());
  std::size_t checked = 0;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    if (!blocks[i].info.starts_with("hex ")) continue;
    INFO("docs/wire.md:" << blocks[i].line);
    auto const has_json = i + 1 < blocks.size() && blocks[i + 1].info == "json";
    REQUIRE((has_json || blocks[i].info.starts_with("hex id=")));
    CHECK(fault_of(blocks[i], has_json ? blocks[i + 1].text : "") == "");
    ++checked;
  }
  CHECK(checked > 20);
}

TEST_CASE("the page of the wire shows each kind of frame") {
  std::set<std::string> shown;
  for (auto const& block : blocks_of(page())) {
    if (block.info != "json") continue;
    auto const json = Json::parse(block.text);
    if (!json.is_object()) continue;
    for (auto const& [key, value] : json.items())
      shown.insert(key);
  }
  for (auto const& kind : frame_kinds())
    CHECK_MESSAGE(shown.contains(std::string{kind.name}), kind.name);
}

TEST_CASE("the values on the page of the wire have the bytes that stand beside them") {
  auto row = std::ranges::find(page(), "| type | value | bytes |");
  REQUIRE(row != page().end());
  std::size_t checked = 0;
  for (row += 2; row != page().end() && row->starts_with("|"); ++row) {
    INFO(*row);
    auto const cells = cells_of(*row);
    REQUIRE(cells.size() == 3);
    auto const type = Json{{"as", Json::parse(cells[0])}};
    auto const value = value_from_json(Json::parse(cells[1]), FieldType::typed);
    auto const bytes =
        encode_typed({.by = "written", .name = written_type(Place{type, {}})}, value);
    REQUIRE(bytes.has_value());
    CHECK(vox::to_hex(*bytes) == vox::to_hex(vox::from_hex(cells[2]).value()));
    ++checked;
  }
  CHECK(checked > 20);
}

TEST_CASE("a wrong byte on the page of the wire is found") {
  Block const ping{
      .info = "hex layer=message", .text = "00 08  # a ping\n07 # its nonce\n", .line = 1};
  auto const json = R"({"on": 0, "ping": {"nonce": 7}})";
  CHECK(fault_of(ping, json) == "");
  auto other = ping;
  other.text = "00 08 08";
  CHECK(fault_of(other, json) == R"(they say {"on":0,"ping":{"nonce":8}})");
  other.text = "00 08";
  CHECK(fault_of(other, json).starts_with("byte 2: "));
  CHECK(fault_of({.info = "hex id=1", .text = "00", .line = 1}, "").starts_with("their id is "));
}
