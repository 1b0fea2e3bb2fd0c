#include "conformance/subjects/testbed/catalog.hpp"

#include "impl/schema/cbor_form.hpp"
#include "impl/wire/bytes.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <map>
#include <string>

namespace voxspec::testbed {
namespace {

// What the Rust crates announce for each method: "args:echo", "response:echo" … → hex.
std::map<std::string, std::string> announced_by_rust() {
  std::map<std::string, std::string> announced;
  for (auto const& row : nlohmann::json::parse(std::ifstream{"conformance/vectors/schemas.json"})) {
    announced.emplace(row.at("name"), row.at("hex"));
  }
  return announced;
}

TEST_SUITE_BEGIN("testbed");

TEST_CASE(
    "r[schema.exchange.caller] each method's arguments are announced as Rust announces them") {
  auto const rust = announced_by_rust();
  for (auto const& method : catalog()) {
    CAPTURE(method.name);
    auto const expected = rust.find("args:" + std::string{method.name});
    REQUIRE(expected != rust.end());
    CHECK(vox::to_hex(vox::schema::encode(method.args->payload)) == expected->second);
  }
}

TEST_CASE("r[schema.exchange.callee] each method's response is announced as Rust announces it") {
  auto const rust = announced_by_rust();
  for (auto const& method : catalog()) {
    CAPTURE(method.name);
    auto const expected = rust.find("response:" + std::string{method.name});
    REQUIRE(expected != rust.end());
    CHECK(vox::to_hex(vox::schema::encode(method.response->payload)) == expected->second);
  }
}

TEST_CASE("methods are found by name and by id") {
  CHECK(catalog().size() == 36);
  auto const* const echo = find_method("echo");
  REQUIRE(echo != nullptr);
  CHECK(echo->id == 0x880bc4eee23574be);
  CHECK(find_method(0x880bc4eee23574be) == echo);
  CHECK(find_method("Echo") == nullptr);
  CHECK(find_method(0) == nullptr);
  CHECK_FALSE(echo->idempotent);
  CHECK(find_method("generate_retry_idem")->idempotent);
}

TEST_SUITE_END();

}  // namespace
}  // namespace voxspec::testbed
