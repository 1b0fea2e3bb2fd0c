#include "impl/schema/message_schema.hpp"

#include "impl/schema/cbor_form.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <cstddef>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace vox::schema {
namespace {

TEST_SUITE_BEGIN("schema");

TEST_CASE("r[session.message.payloads] the announced types of a message have their known ids") {
  std::vector<std::pair<std::string, TypeId>> const expected{
      {"ProtocolError", 0x32fb5118f3217535},
      {"Parity", 0x5b12eb5df7006752},
      {"ConnectionSettings", 0xe5fc618bb5c6a239},
      {"MetadataValue", 0xb978c5172a88877d},
      {"MetadataEntry", 0xa251968d339b3a3f},
      {"ConnectionOpen", 0x61123567ea545055},
      {"ConnectionAccept", 0xd4e6c1fa70497598},
      {"ConnectionReject", 0x056b23b4c2293664},
      {"ConnectionClose", 0xe82de2509e5e96fc},
      {"RequestCall", 0x204e099e33d1b49b},
      {"RequestResponse", 0x6d76d787e10ff3f1},
      {"RequestCancel", 0xd856ec632011c3eb},
      {"RequestBody", 0xdabf8a5a6625d132},
      {"RequestMessage", 0xceb6c754c9b55554},
      {"BindingDirection", 0xf6106d8a227ba44a},
      {"SchemaMessage", 0x47f46ae695d1aabf},
      {"ChannelItem", 0x0b3471c5512db3e0},
      {"ChannelClose", 0x207d1657c4afe1e7},
      {"ChannelReset", 0xc0ce4f0a45feaf55},
      {"ChannelGrantCredit", 0x9ca38b4cfef52253},
      {"ChannelBody", 0xc1d74f4c2d773294},
      {"ChannelMessage", 0x04ba6566174392b3},
      {"Ping", 0x6ce466c06c304d3c},
      {"Pong", 0x5375efd286333410},
      {"MessagePayload", 0x72932226d3035cbb},
      {"Message", 0x4a5cc089cf1bf5f7}};
  std::vector<std::pair<std::string, TypeId>> named;
  for (auto const& schema : message_type().payload.schemas) {
    auto const name = nominal_name(schema.kind);
    if (!name.empty()) named.emplace_back(name, schema.id);
  }
  CHECK(named == expected);
}

TEST_CASE("the list that a handshake announces is, byte for byte, that of the Rust crates") {
  auto const rust = nlohmann::json::parse(std::ifstream{"conformance/vectors/handshake.json"});
  auto const& expected = rust.at("message_payload_schema");
  CHECK(to_hex(message_schemas_cbor()) == expected.at("hex").get<std::string>());
  CHECK(message_type().payload.schemas.size() == expected.at("count").get<std::size_t>());
}

TEST_CASE("the root of the list stands last") {
  auto const& payload = message_type().payload;
  CHECK(payload.root == TypeRef::concrete(payload.schemas.back().id));
  CHECK(decode_schemas(message_schemas_cbor()) == payload.schemas);
}

TEST_SUITE_END();

}  // namespace
}  // namespace vox::schema
