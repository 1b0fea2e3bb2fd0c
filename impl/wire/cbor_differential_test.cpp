#include "conformance/testing/property.hpp"
#include "impl/wire/cbor.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

// Our reader against nlohmann's on what both accept, and our writer's bytes through nlohmann.
namespace vox::wire {
namespace {

using nlohmann::json;

constexpr Rule rule{"session.handshake.cbor"};

json read(CborReader& reader, int depth);

json read_map(CborReader& reader, int depth) {
  json object = json::object();
  for (auto left = reader.take_map(); left > 0 && !reader.failed(); --left) {
    std::string const key{reader.take_text()};
    object[key] = read(reader, depth);
  }
  return object;
}

json read(CborReader& reader, int depth) {
  if (depth == 32) return reader.fail("deep enough for a test"), nullptr;
  switch (reader.peek()) {
    case CborType::uint:
      return reader.take_uint();
    case CborType::negative:
      return reader.take_int();
    case CborType::bytes: {
      auto const bytes = reader.take_bytes();
      std::vector<std::uint8_t> copy;
      for (auto const byte : bytes)
        copy.push_back(std::to_integer<std::uint8_t>(byte));
      return json::binary(std::move(copy));
    }
    case CborType::text:
      return reader.take_text();
    case CborType::array: {
      json array = json::array();
      for (auto left = reader.take_array(); left > 0 && !reader.failed(); --left) {
        array.push_back(read(reader, depth + 1));
      }
      return array;
    }
    case CborType::map:
      return read_map(reader, depth + 1);
    case CborType::boolean:
      return reader.take_bool();
    case CborType::null:
      return reader.take_null(), nullptr;
    case CborType::floating:
      return reader.take_float();
    case CborType::none:
    case CborType::tag:
    case CborType::undefined:
    case CborType::simple:
      break;
  }
  reader.fail("an item that JSON has not");
  return nullptr;
}

std::optional<json> ours(ByteView payload) {
  CborReader reader{payload, rule, Strictness::vox_0_4};
  auto value = read(reader, 0);
  if (reader.failed() || reader.remaining() > 0) return std::nullopt;
  return value;
}

// Values that JSON can hold. Containers stay small, since they hold each other.
rc::Gen<json> arbitrary_json(int depth) {
  auto const text = rc::gen::container<std::string>(rc::gen::inRange<char>(' ', '~'));
  auto const as_json = [](auto const& value) { return json(value); };
  auto scalar =
      rc::gen::oneOf(rc::gen::map(rc::gen::arbitrary<std::int64_t>(), as_json),
                     rc::gen::map(rc::gen::arbitrary<std::uint64_t>(), as_json),
                     rc::gen::map(rc::gen::inRange(-300, 300), as_json),
                     rc::gen::map(rc::gen::arbitrary<double>(), as_json),
                     rc::gen::map(rc::gen::arbitrary<bool>(), as_json), rc::gen::map(text, as_json),
                     rc::gen::map(rc::gen::arbitrary<std::vector<std::uint8_t>>(),
                                  [](auto const& value) { return json::binary(value); }),
                     rc::gen::just(json(nullptr)));
  if (depth == 0) return scalar;
  auto const inner = arbitrary_json(depth - 1);
  auto const array = rc::gen::container<std::vector<json>>(inner);
  auto const object = rc::gen::container<std::map<std::string, json>>(text, inner);
  return rc::gen::resize(
      5, rc::gen::oneOf(scalar, rc::gen::map(array, as_json), rc::gen::map(object, as_json)));
}

void put(CborWriter& writer, json const& value) {
  switch (value.type()) {
    case json::value_t::null:
      return writer.put_null();
    case json::value_t::boolean:
      return writer.put_bool(value.get<bool>());
    case json::value_t::number_integer:
      return writer.put_int(value.get<std::int64_t>());
    case json::value_t::number_unsigned:
      return writer.put_uint(value.get<std::uint64_t>());
    case json::value_t::number_float:
      return writer.put_float64(value.get<double>());
    case json::value_t::string:
      return writer.put_text(value.get_ref<std::string const&>());
    case json::value_t::binary:
      return writer.put_bytes(std::as_bytes(std::span{value.get_binary()}));
    case json::value_t::array:
      writer.put_array(value.size());
      for (auto const& element : value)
        put(writer, element);
      return;
    case json::value_t::object:
      writer.put_map(value.size());
      for (auto const& [key, mapped] : value.items()) {
        writer.put_text(key);
        put(writer, mapped);
      }
      return;
    case json::value_t::discarded:
      break;
  }
  FAIL("a discarded value");
}

TEST_SUITE_BEGIN("session");

TEST_CASE("r[session.handshake.cbor] our reader sees in nlohmann's CBOR what was written") {
  voxspec::test::holds([] {
    auto const value = *arbitrary_json(3);
    auto const payload = json::to_cbor(value);
    RC_ASSERT(ours(std::as_bytes(std::span{payload})) == value);
  });
}

TEST_CASE(
    "r[session.handshake.cbor] nlohmann sees in our CBOR what was written, in the same bytes") {
  voxspec::test::holds([] {
    auto const value = *arbitrary_json(3);
    Buffer out;
    CborWriter writer{out};
    put(writer, value);
    RC_ASSERT(json::from_cbor(as_text(out.view())) == value);
    CborReader reader{out.view(), rule, Strictness::strict};
    RC_ASSERT(read(reader, 0) == value);
    RC_ASSERT(!reader.failed());
  });
}

// Heads with short arguments make input that is CBOR often enough to be worth comparing.
rc::Gen<std::vector<std::uint8_t>> cbor_like() {
  auto const head = rc::gen::map(
      rc::gen::pair(rc::gen::element<unsigned>(0, 1, 2, 3, 4, 5, 7), rc::gen::inRange(0U, 28U)),
      [](std::pair<unsigned, unsigned> const& parts) {
        return static_cast<std::uint8_t>(parts.first << 5U | parts.second);
      });
  return rc::gen::container<std::vector<std::uint8_t>>(
      rc::gen::oneOf(head, rc::gen::inRange<std::uint8_t>(0, 4)));
}

TEST_CASE("r[session.handshake.cbor] what both readers accept they read alike") {
  voxspec::test::holds([] {
    auto const payload = *cbor_like();
    auto const value = ours(std::as_bytes(std::span{payload}));
    auto const theirs = json::from_cbor(payload, true, false);
    // nlohmann takes all that we take, so that only its extras are let pass.
    RC_ASSERT(!value || !theirs.is_discarded());
    if (value) RC_ASSERT(value->dump() == theirs.dump());
  });
}

TEST_SUITE_END();

}  // namespace
}  // namespace vox::wire
