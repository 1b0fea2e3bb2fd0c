#include "spec/clause.hpp"

#include <iterator>

namespace vox {
namespace {

// clang-format off
constexpr ClauseEntry table[] = {
#include "spec/clauses_table.inc"
};
// clang-format on

static_assert(std::size(table) == std::rbegin(rule_table)->clause_first +
                                      std::size_t{std::rbegin(rule_table)->clause_count},
              "the rows of the rules say where their clauses stand");

}  // namespace

std::span<ClauseEntry const> clause_table() {
  return table;
}

std::span<ClauseEntry const> clauses_of(Rule rule) {
  return clause_table().subspan(rule.entry().clause_first, rule.entry().clause_count);
}

ClauseEntry const& Clause::entry() const {
  return clauses_of(rule_)[number_ - 1];
}

}  // namespace vox
