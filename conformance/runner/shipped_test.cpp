// What the repository ships fits together: cases, subjects and lists of known failures.
#include "conformance/runner/known_failures.hpp"
#include "conformance/runner/run_report.hpp"
#include "conformance/runner/subject.hpp"
#include "conformance/runner/suite.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

namespace {

using namespace voxspec;

std::set<std::string> abilities_of_cases(Suite const& suite) {
  std::set<std::string> needed;
  for (auto const& each : suite.cases) {
    needed.insert(each.needs.begin(), each.needs.end());
  }
  return needed;
}

TEST_SUITE_BEGIN("runner");

TEST_CASE("every ability that a case needs is described, and claimed by the null subjects") {
  auto const suite = load_suite("traces");
  REQUIRE(suite);
  std::ifstream in{"docs/subjects.md"};
  std::string const docs{std::istreambuf_iterator<char>{in}, {}};
  for (auto const& ability : abilities_of_cases(*suite)) {
    CAPTURE(ability);
    CHECK(docs.contains("| `" + ability + "` |"));
    for (auto const* const name : {"null-exit", "null-garbage", "null-hang"}) {
      auto const subject =
          load_subject(std::filesystem::path{"conformance/subjects"} / name, "libexec");
      REQUIRE(subject);
      CHECK(std::ranges::count(subject->abilities, ability) == 1);
    }
  }
}

TEST_CASE("every subject can be read, and its known failures are about cases that exist") {
  auto const suite = load_suite("traces");
  REQUIRE(suite);
  std::size_t subjects = 0;
  for (auto const& entry : std::filesystem::directory_iterator{"conformance/subjects"}) {
    if (!std::filesystem::exists(entry.path() / "subject.json")) continue;
    ++subjects;
    auto const subject = load_subject(entry.path(), "libexec");
    REQUIRE_MESSAGE(subject, subject.error());
    CHECK(subject->name == entry.path().filename());
    KnownFailures known;
    for (auto const& list : subject->expectations) {
      auto const added = known.add(list);
      REQUIRE_MESSAGE(added, added.error());
    }
    for (auto const& gone : unmatched(known, suite->cases)) {
      FAIL_CHECK(gone.where << ": '" << gone.cases << "' is about no case");
    }
  }
  CHECK(subjects >= 3);
}

TEST_SUITE_END();

}  // namespace
