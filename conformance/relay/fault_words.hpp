#pragma once
#include <array>
#include <string_view>

// The words of fault files.
namespace voxspec::relay {

inline constexpr std::array<std::string_view, 3> file_words{"$schema", "about", "faults"};
inline constexpr std::array<std::string_view, 21> fault_words{
    "process", "everywhere", "lacks",    "id",    "about", "clauses", "role",
    "conduit", "transport",  "dialects", "rules", "name",  "when",    "unless",
    "from",    "match",      "nth",      "after", "every", "link",    "do"};
inline constexpr std::array<std::string_view, 10> rule_words{
    "name", "when", "unless", "from", "match", "nth", "after", "every", "link", "do"};
// The one key of an action that is an object, and what may stand beside it.
inline constexpr std::array<std::string_view, 18> action_words{
    "change", "add", "flip", "append", "shorten",   "repeat", "insert", "answer", "hold",
    "encode", "map", "end",  "reset",  "translate", "attach", "cut",    "retype", "rewrite"};
inline constexpr std::array<std::string_view, 2> beside_insert{"to", "before"};
inline constexpr std::array<std::string_view, 5> plain_actions{"drop", "pass", "swap", "join",
                                                               "rehash"};
inline constexpr std::array<std::string_view, 4> encode_words{"head_bytes_min", "indefinite",
                                                              "first", "varint_padding"};
inline constexpr std::array<std::string_view, 2> hold_words{"from", "match"};
inline constexpr std::array<std::string_view, 2> map_words{"times", "plus"};
inline constexpr std::array<std::string_view, 6> retype_words{"type", "suffix", "field",
                                                              "name", "extra",  "reversed"};
inline constexpr std::array<std::string_view, 2> rewrite_words{"type", "reversed"};

}  // namespace voxspec::relay
