#pragma once
#include "conformance/peer/json.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// How the reader of traces finds fault. A trace is read by functions that go down into it; what
// they cannot use they throw as a Fault, which is caught once, where a file becomes a TraceError.
namespace voxspec {

struct Fault {
  std::string where;  // JSON pointer into the file
  std::string what;
  std::string advice;
};

// One place in a trace: a value and the JSON pointer that leads to it. It refers to the value.
class Place {
 public:
  Place(Json const& value, std::string pointer) : value_{&value}, pointer_{std::move(pointer)} {}

  [[nodiscard]] Json const& value() const { return *value_; }
  [[nodiscard]] std::string const& pointer() const { return pointer_; }
  [[nodiscard]] Place operator/(std::string_view key) const;  // of an object that has the key
  [[nodiscard]] Place operator/(std::size_t index) const;     // of a list that is long enough

  [[noreturn]] void fail(std::string what, std::string advice = {}) const;
  [[noreturn]] void wanted(std::string_view what) const;  // "… is wanted here, not a number"

  [[nodiscard]] bool has(std::string_view key) const;
  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::uint64_t number() const;
  [[nodiscard]] bool boolean() const;
  [[nodiscard]] std::vector<Place> list() const;
  [[nodiscard]] std::vector<std::string> texts() const;
  // An object that has no other keys than these; an unknown one is named with its likely meaning.
  void check_keys(std::span<std::string_view const> known) const;
  // The index of a word in a list of words.
  [[nodiscard]] std::size_t word(std::span<std::string_view const> known) const;

 private:
  Json const* value_;
  std::string pointer_;
};

// " (did you mean 'steps'?)" where one of the known words is near, else nothing.
[[nodiscard]] std::string nearest_hint(std::string_view word,
                                       std::span<std::string_view const> known);
// "a, b, c".
[[nodiscard]] std::string joined(std::span<std::string_view const> words);
// "a list", "an object", "a string", …
[[nodiscard]] std::string_view kind_of(Json const& value);
// "/steps/2/send" as "steps[2].send".
[[nodiscard]] std::string readable(std::string_view pointer);

}  // namespace voxspec
