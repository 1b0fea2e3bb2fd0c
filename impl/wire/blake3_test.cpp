#include "impl/wire/blake3.hpp"

#include "conformance/testing/property.hpp"
#include "conformance/testing/vectors.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace vox::wire {
namespace {

// The input of the official vectors: bytes that count from 0 to 250 over and over.
Bytes counting(std::size_t length) {
  Bytes bytes(length);
  for (std::size_t i = 0; i < length; ++i)
    bytes[i] = static_cast<std::byte>(i % 251);
  return bytes;
}

TEST_SUITE_BEGIN("schema");

TEST_CASE("BLAKE3 of the empty input and of abc") {
  CHECK(to_hex(blake3({})) == "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262");
  CHECK(to_hex(blake3(as_bytes("abc"))) ==
        "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85");
}

TEST_CASE("r[schema.type-id.hash] an id is the first 8 bytes of the hash, little-endian") {
  CHECK(hash64({}) == 0xa6a1f9f5b94913af);
  CHECK(hash64(as_bytes("testbed.echo")) == 0x880bc4eee23574be);
}

TEST_CASE("BLAKE3 agrees with the official vectors") {
  auto const vectors = voxspec::test::vectors("blake3");
  CHECK(vectors.size() >= 19);
  for (auto const& vector : vectors) {
    auto const length = vector.at("input_length").get<std::size_t>();
    CAPTURE(length);
    CHECK(to_hex(blake3(counting(length))) == vector.at("hash").get<std::string>());
  }
}

TEST_CASE("BLAKE3 does not depend on how its input is cut") {
  voxspec::test::holds([](std::vector<std::uint16_t> const& cuts) {
    auto const input = counting(5000);
    ByteView rest{input};
    Blake3 hasher;
    for (auto const cut : cuts) {
      auto const count = std::min<std::size_t>(cut % 1500, rest.size());
      hasher.update(rest.subspan(0, count));
      rest = rest.subspan(count);
    }
    RC_ASSERT(hasher.update(rest).finish() == blake3(input));
  });
}

TEST_CASE("a finished hasher can be fed further") {
  Blake3 hasher;
  hasher.update(as_bytes("a"));
  CHECK(hasher.finish() == blake3(as_bytes("a")));
  CHECK(hasher.update(as_bytes("bc")).finish() == blake3(as_bytes("abc")));
}

TEST_SUITE_END();

}  // namespace
}  // namespace vox::wire
