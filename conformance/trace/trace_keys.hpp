#pragma once
#include "conformance/peer/json.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Every key of the trace language but those of frames (frame_kinds.hpp): one list, by which the
// reader checks files and from which traces/trace.schema.json is written.
namespace voxspec {

// What stands behind a key, as a name that the JSON Schema defines, or one of JSON's own types.
struct TraceKey {
  std::string_view name;
  std::string_view type;
  std::string_view about;
  bool required = false;
};

struct KeyTable {
  std::string_view name;  // "file", "peer", "alive", …
  std::span<TraceKey const> keys;
  std::string_view about;
};

// The objects of a trace, in the order in which documentation shows them.
[[nodiscard]] std::span<KeyTable const> key_tables();
[[nodiscard]] KeyTable const& key_table(std::string_view name);
[[nodiscard]] std::vector<std::string_view> key_names(std::string_view table);

// One kind of step: the key that names it, what stands behind that key, and the keys that may stand
// beside it.
struct StepKind {
  std::string_view name;
  std::string_view type;
  std::string_view about;
  std::span<TraceKey const> beside;
};
[[nodiscard]] std::span<StepKind const> step_kinds();
[[nodiscard]] StepKind const* find_step_kind(std::string_view name);

// The keys that may stand in any step.
[[nodiscard]] std::span<TraceKey const> common_step_keys();

// Words that a key takes.
struct WordList {
  std::string_view name;
  std::span<std::string_view const> words;
};
[[nodiscard]] std::span<WordList const> word_lists();
[[nodiscard]] std::span<std::string_view const> words(std::string_view list);

// The word of a list that stands for a value; the enumeration has the order of the list.
template <class Enum>
[[nodiscard]] std::string_view word_of(std::string_view list, Enum value) {
  return words(list)[static_cast<std::size_t>(value)];
}

}  // namespace voxspec
