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
    auto const expected = rust.find("args:" + method.name);
    REQUIRE(expected != rust.end());
    CHECK(vox::to_hex(vox::schema::encode(method.args->payload)) == expected->second);
  }
}

TEST_CASE("r[schema.exchange.callee] each method's response is announced as Rust announces it") {
  auto const rust = announced_by_rust();
  for (auto const& method : catalog()) {
    CAPTURE(method.name);
    auto const expected = rust.find("response:" + method.name);
    REQUIRE(expected != rust.end());
    CHECK(vox::to_hex(vox::schema::encode(method.response->payload)) == expected->second);
  }
}

TEST_CASE("r[rpc.method-id] each method has the id that Rust has for it") {
  std::map<std::string, std::string> rust;
  for (auto const& row :
       nlohmann::json::parse(std::ifstream{"conformance/vectors/method_ids.json"})) {
    auto const service = row.at("service").get<std::string>();
    auto const name = row.at("method").get<std::string>();
    rust.emplace(service == "Testbed" ? name : service + "." + name, row.at("id"));
  }
  for (auto const& method : catalog()) {
    CAPTURE(method.name);
    REQUIRE(rust.contains(method.name));
    CHECK(std::stoull(rust.at(method.name), nullptr, 16) == method.id);
  }
}

TEST_CASE("methods are found by name and by id") {
  CHECK(catalog().size() == 36 + 21);
  auto const* const echo = find_method("echo");
  REQUIRE(echo != nullptr);
  CHECK(echo->id == 0x880bc4eee23574be);
  CHECK(find_method(0x880bc4eee23574be) == echo);
  CHECK(find_method("Echo") == nullptr);
  CHECK(find_method(0) == nullptr);
  CHECK_FALSE(echo->idempotent);
  CHECK(find_method("generate_retry_idem")->idempotent);
  CHECK(find_method("run") == nullptr);
  REQUIRE(find_method("Probe.run_idem") != nullptr);
  CHECK(find_method("Probe.run_idem")->idempotent);
}

TEST_SUITE_END();

}  // namespace
}  // namespace voxspec::testbed
