#pragma once
#include "spec/rule.hpp"

#include <cstddef>
#include <expected>
#include <string>
#include <utility>

namespace vox {

// The peer broke a rule. `rule` is the precise cause, `offset` the byte of the payload at which it
// showed, `detail` one sentence for a person.
struct Violation {
  Rule rule;
  std::size_t offset = 0;
  std::string detail;

  bool operator==(Violation const&) const = default;
};

template <class T>
using Result = std::expected<T, Violation>;

[[nodiscard]] inline std::unexpected<Violation> violates(Rule rule, std::size_t offset,
                                                         std::string detail) {
  return std::unexpected(Violation{.rule = rule, .offset = offset, .detail = std::move(detail)});
}

}  // namespace vox
