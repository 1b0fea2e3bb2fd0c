#include "impl/wire/blake3.hpp"

#include "conformance/property.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string_view>
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

TEST_CASE("BLAKE3 agrees with the official vectors at the borders of blocks and chunks") {
  struct Vector {
    std::size_t length;
    std::string_view hash;
  };
  constexpr Vector vectors[] = {
      {1, "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213"},
      {1023, "10108970eeda3eb932baac1428c7a2163b0e924c9a9e25b35bba72b28f70bd11"},
      {1024, "42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7"},
      {1025, "d00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444"},
      {2048, "e776b6028c7cd22a4d0ba182a8bf62205d2ef576467e838ed6f2529b85fba24a"},
      {102400, "bc3e3d41a1146b069abffad3c0d44860cf664390afce4d9661f7902e7943e085"},
  };
  for (auto const& vector : vectors) {
    CAPTURE(vector.length);
    CHECK(to_hex(blake3(counting(vector.length))) == vector.hash);
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
