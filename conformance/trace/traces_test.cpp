#include "conformance/trace/macros.hpp"
#include "conformance/trace/trace.hpp"
#include "conformance/trace/trace_keys.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
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
    auto const newer = load_trace(entry.path(), vox::Dialect::vox_0_5);
    if (!newer) FAIL_CHECK(text(newer.error()));
    for (auto const& made : cases(*file, "traces")) {
      INFO(made.id);
      CHECK(ids.insert(made.id).second);
    }
  }
  CHECK(files > 0);
}

TEST_CASE("each kind of step and each macro has an example, and each example uses what it shows") {
  std::set<std::string> wanted;
  for (auto const& kind : step_kinds())
    wanted.insert(std::string{kind.name});
  for (auto const& [name, macro] : macros().items())
    wanted.insert(name);
  std::set<std::string> shown;
  for (auto const& entry : std::filesystem::directory_iterator{"docs/steps"}) {
    if (entry.path().extension() != ".json") continue;
    auto const name = entry.path().stem().string();
    INFO(name);
    CHECK(load_trace(entry.path()).has_value());
    std::ifstream text{entry.path()};
    auto const steps = Json::parse(text)["steps"];
    CHECK(std::ranges::any_of(steps, [&](Json const& step) { return step.contains(name); }));
    shown.insert(name);
  }
  CHECK(shown == wanted);
}
