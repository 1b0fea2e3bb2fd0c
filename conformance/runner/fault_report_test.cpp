#include "conformance/runner/fault_report.hpp"

#include "conformance/runner/temporary_folder.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <string>

using namespace voxspec;

namespace {

std::expected<UnseenFaults, std::string> unseen(std::string const& content,
                                                std::string const& subject) {
  TemporaryFolder const folder;
  auto const file = folder.path() / "unseen.json";
  std::ofstream{file} << content;
  return load_unseen(file, subject);
}

}  // namespace

TEST_CASE("a reason why nobody sees a fault is about all subjects, or about one") {
  std::string const content = R"({"a": "all", "b": {"subject": "rust", "why": "its own"},
    "c": [{"subject": "cpp", "why": "ours"}, {"subject": "rust", "why": "theirs"}]})";
  CHECK(unseen(content, "rust") == UnseenFaults{{"a", "all"}, {"b", "its own"}, {"c", "theirs"}});
  CHECK(unseen(content, "cpp") == UnseenFaults{{"a", "all"}, {"c", "ours"}});
  CHECK(unseen(content, "x") == UnseenFaults{{"a", "all"}});
}

TEST_CASE("a reason that is none is an error that names it") {
  for (auto const* const wrong :
       {R"({"a": 7})", R"({"a": {"subject": "rust"}})", R"({"a": [1]})"}) {
    auto const read = unseen(wrong, "rust");
    REQUIRE_FALSE(read);
    CHECK(read.error().find(": a: a text is wanted") != std::string::npos);
  }
}
