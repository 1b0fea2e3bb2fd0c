#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <map>
#include <string>

namespace {

nlohmann::json json_in(std::string const& path) {
  return nlohmann::json::parse(std::ifstream{path});
}

std::string vector_of(std::string const& name) {
  for (auto const& row : json_in("conformance/vectors/schemas.json")) {
    if (row.at("name") == name) return row.at("hex");
  }
  return "";
}

}  // namespace

TEST_CASE("the example in Python announces what the Rust crates announce") {
  std::ifstream file{"examples/python/schemas.txt"};
  std::map<std::string, std::string> schemas;
  for (std::string name, hex; file >> name >> hex;)
    schemas[name] = hex;
  CHECK(schemas.size() == 3);
  CHECK(schemas["messages"] == json_in("conformance/vectors/handshake.json")
                                   .at("message_payload_schema")
                                   .at("hex")
                                   .get<std::string>());
  CHECK(schemas["echo"] == vector_of("response:echo"));
  CHECK(schemas["unknown"] == vector_of("Result<(), VoxError>"));
}
