#pragma once
#include "conformance/peer/fault.hpp"
#include "spec/dialect.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Dialects by the words that files, options and reports have for them: vox_0_4, vox_0_5.
namespace voxspec {

// In the order of the enumerators.
[[nodiscard]] std::span<std::string_view const> dialect_words();
[[nodiscard]] std::string dialect_word(vox::Dialect dialect);
[[nodiscard]] std::optional<vox::Dialect> find_dialect(std::string_view word);
// "unknown dialect 'vox_05' (did you mean 'vox_0_5'?)"
[[nodiscard]] std::string unknown_dialect(std::string_view word);

// How payloads are framed on Unix sockets: "length", or "length_and_descriptors".
[[nodiscard]] std::span<std::string_view const> framing_words();
// Whether a word of those counts file descriptors.
[[nodiscard]] bool counts_descriptors(std::string_view word);

// "dialects" in a file: those in which what stands there says something. Throws Fault, also where
// the list is empty.
[[nodiscard]] std::vector<vox::Dialect> read_dialects(Place const& list);
// The dialect that a document with such a key, or without, is read in: the one that is wanted, or
// the first one that it names where that is not among them. Throws Fault.
[[nodiscard]] vox::Dialect dialect_to_read_in(Place const& document, vox::Dialect wanted);

}  // namespace voxspec
