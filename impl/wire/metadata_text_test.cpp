#include "impl/wire/metadata_text.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace vox;
using namespace vox::wire;

constexpr std::array bytes{std::byte{0xde}, std::byte{0xad}};

TEST_SUITE_BEGIN("metadata");

TEST_CASE("metadata is printed in order, duplicates included") {
  Metadata const metadata{
      {.key = "b", .value = std::string_view{"two"}},
      {.key = "a", .value = std::uint64_t{1}},
      {.key = "b", .value = ByteView{bytes}, .flags = 4},
  };
  CHECK(to_text(metadata) == "b=\"two\", a=1, b=0xdead");
  CHECK(to_text(Metadata{}).empty());
}

TEST_CASE("r[rpc.metadata.flags.sensitive] what is sensitive is printed by its key alone") {
  for (std::uint64_t const flags : {1U, 3U, 5U}) {
    Metadata const metadata{
        {.key = "token", .value = std::string_view{"hunter2"}, .flags = flags},
        {.key = "pin", .value = std::uint64_t{4711}, .flags = flags},
        {.key = "key", .value = ByteView{bytes}, .flags = flags},
        {.key = "plain", .value = std::string_view{"shown"}, .flags = flags & ~std::uint64_t{1}},
    };
    CHECK(to_text(metadata) ==
          "token=<sensitive>, pin=<sensitive>, key=<sensitive>, plain=\"shown\"");
  }
}

TEST_CASE("a value cannot begin a line of its own, nor fill a log") {
  Metadata const metadata{{.key = "a\nb", .value = std::string_view{"x\r\n\"\\\x7f"}}};
  CHECK(to_text(metadata) == R"(a\x0ab="x\x0d\x0a\"\\\x7f")");
  std::string const endless(1 << 20, 'x');
  Metadata const large{{.key = endless, .value = std::string_view{endless}}};
  CHECK(to_text(large).size() < 1024);
}

TEST_SUITE_END();

}  // namespace
