#include "conformance/runner/known_failures.hpp"

#include "conformance/runner/temporary_folder.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <string>
#include <vector>

namespace {

using namespace voxspec;
using enum Verdict;

std::vector<vox::Clause> const parity{vox::Clause{"session.parity/2"}};

KnownFailures listed(std::string cases, std::optional<Verdict> verdict = std::nullopt) {
  KnownFailure entry;
  entry.cases = std::move(cases);
  entry.reason = "it is so";
  entry.shows = {"came", "went"};
  entry.verdict = verdict;
  entry.where = "list: entry 1";
  return KnownFailures{{entry}};
}

Verdict after(KnownFailures const& list, Verdict verdict) {
  return list.apply("open/twice[a]", parity, {verdict, "came so"}, "it came so").verdict;
}

// The error of a file with this content, without its path.
std::string error_of(std::string const& content) {
  TemporaryFolder const folder;
  auto const file = folder.path() / "list.json";
  std::ofstream{file} << content;
  KnownFailures list;
  auto const added = list.add(file);
  REQUIRE_FALSE(added);
  return added.error().substr(file.string().size());
}

TEST_SUITE_BEGIN("runner");

TEST_CASE("a failure that is listed becomes known, with the reason of the list") {
  auto const judged =
      listed("open/*").apply("open/twice[a]", parity, {fail, "came so"}, "it came so");
  CHECK(judged == KnownFailures::Judged{Verdict::known, "it is so"});
  CHECK(after(KnownFailures{}, fail) == fail);
}

TEST_CASE("a pass where a failure is listed is unexpected, and says which entry it was") {
  auto const judged = listed("open").apply("open/twice[a]", parity, {pass, ""}, "");
  CHECK(judged.verdict == unexpected_pass);
  CHECK(judged.reason.contains("list: entry 1"));
  CHECK(judged.reason.contains("it is so"));
}

TEST_CASE(
    "what is listed as unsteady is known however it ends, if a failure shows what is listed") {
  KnownFailure entry;
  entry.cases = "open";
  entry.reason = "a race";
  entry.shows = {"came"};
  entry.unsteady = true;
  KnownFailures const list{{entry}};
  for (auto const verdict : {pass, differs, fail})
    CHECK(after(list, verdict) == Verdict::known);
  CHECK(after(list, not_run) == not_run);
  auto const crashed = list.apply("open/twice[a]", parity, {fail, ""}, "killed by signal 6");
  CHECK(crashed.verdict == fail);
}

TEST_CASE("a failure that shows none of the words of the list stays a failure, and says so") {
  auto const judged =
      listed("open").apply("open/twice[a]", parity, {fail, "it crashed"}, "killed by signal 6");
  CHECK(judged.verdict == fail);
  CHECK(judged.reason == "it crashed (not what list: entry 1 knows of: \"came\")");
}

TEST_CASE("without a verdict an entry stands for a failure and for a missed SHOULD") {
  CHECK(after(listed("open"), fail) == Verdict::known);
  CHECK(after(listed("open"), non_strict) == Verdict::known);
}

TEST_CASE("with a verdict, worse stays what it is and better is unexpected") {
  CHECK(after(listed("open", non_strict), fail) == fail);
  CHECK(after(listed("open", non_strict), non_strict) == Verdict::known);
  CHECK(after(listed("open", non_strict), pass) == unexpected_pass);
  CHECK(after(listed("open", fail), non_strict) == unexpected_pass);
}

TEST_CASE("what is no word about the subject stays what it is") {
  CHECK(after(listed("open"), differs) == differs);
  CHECK(after(listed("open"), unsupported) == unsupported);
  CHECK(after(listed("open"), not_run) == not_run);
}

TEST_CASE("an entry with rules is about the cases that judge one of them") {
  auto entry = listed("*").entries().front();
  std::vector<vox::Clause> const other{vox::Clause{"connection.open/3"}};
  for (auto const* const id : {"session.parity", "session.parity/2"}) {
    entry.rules = {id};
    CHECK(entry.is_about("x", parity));
    CHECK_FALSE(entry.is_about("x", other));
  }
  entry.rules = {"session.parity/1"};
  CHECK_FALSE(entry.is_about("x", parity));
}

TEST_CASE("what is wrong with a list is one line that names the entry and the key") {
  CHECK(error_of("{}") == ": key 'known' is missing");
  CHECK(error_of(R"({"known": [7]})") == ": key 'known' is not a list of objects");
  CHECK(error_of(R"({"known": [{"case": "a", "reason": "b", "shows": ["c"]}, {"case": "a"}]})") ==
        ": entry 2: key 'reason' is missing");
  CHECK(error_of(R"({"known": [{"case": "a", "reason": "b"}]})") ==
        ": entry 1: key 'shows' is missing");
  CHECK(error_of(R"({"known": [{"case": "a", "reason": "b", "shows": [""]}]})") ==
        ": entry 1: key 'shows' has an empty text");
  CHECK(
      error_of(
          R"({"known": [{"case": "a", "reason": "b", "shows": ["c"], "rules": ["nonsense"]}]})") ==
      ": entry 1: key 'rules' has 'nonsense', which is no rule and no clause");
  CHECK(
      error_of(R"({"known": [{"case": "a", "reason": "b", "shows": ["c"], "verdict": "pass"}]})") ==
      ": entry 1: key 'verdict' is 'pass', which is not one of fail, non_strict, unsteady");
}

TEST_SUITE_END();

}  // namespace
