#include "conformance/trace/case_path.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

using voxspec::case_path;

TEST_CASE("the path of a case is its id") {
  CHECK(case_path("connection/open/on-unopened[cancel]@acceptor") ==
        "connection/open/on-unopened[cancel]@acceptor.json");
}

TEST_CASE("an id never becomes a path outside the folder") {
  for (std::string const id : {"../x", "a/../../x", "/etc/passwd", "..", ".", "", "a//b", "...",
                               "x\n/../y", "a\\..\\b", "a/./b"}) {
    INFO(id);
    auto const path = std::filesystem::path{case_path(id)};
    CHECK(path.is_relative());
    for (auto const& part : path) {
      CHECK(part != "..");
      CHECK(part != ".");
      CHECK_FALSE(part.empty());
    }
    CHECK(path == path.lexically_normal());
  }
}

TEST_CASE("ids that differ have files that differ") {
  CHECK(case_path("a b") != case_path("a%20b"));
  CHECK(case_path("a/b") != case_path("a%2Fb"));
  CHECK(case_path("..") != case_path("%2E%2E"));
  CHECK(case_path("a//b") != case_path("a/%/b"));
}
