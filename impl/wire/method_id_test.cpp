#include "impl/wire/method_id.hpp"

#include "conformance/testing/property.hpp"
#include "conformance/testing/vectors.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>

namespace vox::wire {
namespace {

TEST_SUITE_BEGIN("method");

TEST_CASE("r[method.identity.computation] a method id hashes service and method in kebab case") {
  CHECK(method_id("Testbed", "echo") == 0x880bc4eee23574be);
  CHECK(method_id("Testbed", "generate_retry_non_idem") == 0x34419529478cc7b8);
  CHECK(method_id("Svc", "HTTPServer2Go") == 0x2ef1ca321cec4f27);
}

TEST_CASE("r[schema.method-id] method ids are those of the published crates") {
  auto const vectors = voxspec::test::vectors("method_ids");
  CHECK(vectors.size() >= 50);
  for (auto const& vector : vectors) {
    auto const service = vector.at("service").get<std::string>();
    auto const method = vector.at("method").get<std::string>();
    auto const hex = vector.at("id").get<std::string>();
    CAPTURE(service);
    CAPTURE(method);
    std::uint64_t id = 0;
    std::from_chars(hex.data(), hex.data() + hex.size(), id, 16);
    CHECK(kebab_case(service) + '.' + kebab_case(method) == vector.at("kebab").get<std::string>());
    CHECK(method_id(service, method) == id);
  }
}

struct Spelt {
  std::string_view identifier;
  std::string_view kebab;
};
constexpr Spelt spellings[] = {
    {"", ""},
    {"__", ""},
    {"_leading__and_trailing_", "leading-and-trailing"},
    {"getIDs", "get-i-ds"},
    {"A", "a"},
    {"aB", "a-b"},
    {"ABc", "a-bc"},
    {"A1b", "a1b"},
    {"A1Bc", "a1-bc"},
    {"1Ab", "1ab"},
    {"AB2C", "ab2c"},
    {"\xC3\x9C\xC5\xBD\xC3\xA9", "\xC3\xBC-\xC5\xBE\xC3\xA9"},  // ÜŽé
    {"a\xFF\x42", "a\xFF-b"},                                   // not UTF-8
};

TEST_CASE("words break where heck breaks them") {
  for (auto const& [identifier, kebab] : spellings) {
    CAPTURE(identifier);
    CHECK(kebab_case(identifier) == kebab);
  }
}

TEST_CASE("kebab case is its own kebab case and holds no capitals and no idle dashes") {
  voxspec::test::holds([](std::string const& identifier) {
    auto const kebab = kebab_case(identifier);
    RC_ASSERT(kebab_case(kebab) == kebab);
    RC_ASSERT(std::ranges::none_of(kebab, [](char c) { return c >= 'A' && c <= 'Z'; }));
    RC_ASSERT(!kebab.starts_with('-'));
    RC_ASSERT(!kebab.ends_with('-'));
    RC_ASSERT(kebab.find("--") == std::string::npos);
  });
}

TEST_SUITE_END();

}  // namespace
}  // namespace vox::wire
