#include "conformance/peer/dialect_word.hpp"

#include <boost/describe/enum_from_string.hpp>
#include <boost/describe/enum_to_string.hpp>
#include <boost/describe/enumerators.hpp>
#include <boost/mp11/algorithm.hpp>

#include <algorithm>
#include <array>

namespace voxspec {

std::span<std::string_view const> dialect_words() {
  using All = boost::describe::describe_enumerators<vox::Dialect>;
  static auto const words = [] {
    std::array<std::string_view, boost::mp11::mp_size<All>::value> out;
    std::size_t at = 0;
    boost::mp11::mp_for_each<All>([&](auto each) { out[at++] = each.name; });
    return out;
  }();
  return words;
}

std::string dialect_word(vox::Dialect dialect) {
  return boost::describe::enum_to_string(dialect, "?");
}

std::optional<vox::Dialect> find_dialect(std::string_view word) {
  vox::Dialect found{};
  if (!boost::describe::enum_from_string(std::string{word}.c_str(), found)) return std::nullopt;
  return found;
}

std::string unknown_dialect(std::string_view word) {
  return "unknown dialect '" + std::string{word} + "'" + nearest_hint(word, dialect_words()) +
         "; there are " + joined(dialect_words());
}

std::span<std::string_view const> framing_words() {
  static constexpr std::array<std::string_view, 2> words{"length", "length_and_descriptors"};
  return words;
}

bool counts_descriptors(std::string_view word) {
  return word == framing_words().back();
}

std::vector<vox::Dialect> read_dialects(Place const& list) {
  std::vector<vox::Dialect> named;
  for (auto const& word : list.list())
    named.push_back(static_cast<vox::Dialect>(word.word(dialect_words())));
  if (named.empty()) list.fail("the list is empty");
  return named;
}

vox::Dialect dialect_to_read_in(Place const& document, vox::Dialect wanted) {
  if (!document.has("dialects")) return wanted;
  auto const named = read_dialects(document / "dialects");
  return std::ranges::find(named, wanted) != named.end() ? wanted : named.front();
}

}  // namespace voxspec
