#pragma once
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <string>

namespace voxspec::test {

// The content of conformance/vectors/<name>.json: bytes that other implementations produced. Tests
// run in the repository's root.
inline nlohmann::json vectors(std::string const& name) {
  std::ifstream file{"conformance/vectors/" + name + ".json"};
  REQUIRE_MESSAGE(file.good(), "no vectors named " << name);
  return nlohmann::json::parse(file);
}

}  // namespace voxspec::test
