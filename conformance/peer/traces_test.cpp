#include "conformance/peer/trace.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>

using namespace voxspec;

// The working directory of every test is the repository's root.
TEST_CASE("every committed trace loads, and no two cases have one id") {
  std::set<std::string> ids;
  auto files = 0;
  for (auto const& entry : std::filesystem::recursive_directory_iterator{"traces"}) {
    if (entry.path().extension() != ".json" || entry.path().filename() == "trace.schema.json") {
      continue;
    }
    ++files;
    auto const file = load_trace(entry.path());
    INFO(entry.path().string());
    if (!file) FAIL_CHECK(text(file.error()));
    if (!file) continue;
    for (auto const& made : cases(*file, "traces")) {
      INFO(made.id);
      CHECK(ids.insert(made.id).second);
    }
  }
  CHECK(files > 0);
}
