#pragma once
#include <string_view>

namespace voxspec {

// True if the whole text fits the pattern: `*` stands for any run of characters (slashes too), `?`
// for any one of them, everything else for itself. Brackets are plain, because case ids have them.
[[nodiscard]] bool matches_glob(std::string_view pattern, std::string_view text);

// True if a person who typed `pattern` means the case with this id: the id itself or a glob over
// it, a folder of cases ("connection/open"), or all rows and roles of one file ("open/twice" means
// "open/twice[cancel]@initiator").
[[nodiscard]] bool selects_case(std::string_view pattern, std::string_view id);

// True if the pattern may mean a case of a file: those have the file's path without ".json" for an
// id, or a row and a role behind it.
[[nodiscard]] bool may_select_in(std::string_view pattern, std::string_view file);

// The same for rules: the id, a glob, or an id that stands above it ("connection" means
// "connection.open").
[[nodiscard]] bool selects_rule(std::string_view pattern, std::string_view rule);

}  // namespace voxspec
