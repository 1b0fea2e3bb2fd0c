#include "tools/coverage.hpp"

#include "conformance/runner/json_fields.hpp"

#include <nlohmann/json.hpp>

#include <iterator>
#include <utility>

namespace voxspec {
namespace {

bool can_be_seen(vox::ClauseEntry const& clause) {
  return clause.visible == vox::Visible::wire || clause.visible == vox::Visible::process;
}

}  // namespace

Coverage::Coverage(std::vector<Case const*> const& cases, Ledger ledger)
    : ledger_{std::move(ledger)} {
  for (auto const* const trace : cases) {
    for (auto const clause : trace->clauses)
      ++cases_[clause];
  }
}

std::size_t Coverage::cases_of(vox::Clause clause) const {
  auto const at = cases_.find(clause);
  return at == cases_.end() ? 0 : at->second;
}

Standing Coverage::standing(vox::Clause clause) const {
  if (cases_.contains(clause)) return Standing::judged;
  if (!can_be_seen(clause.entry())) return Standing::unseen;
  return ledger_.why_unseen(clause) != nullptr ? Standing::ledger : Standing::open;
}

std::expected<void, std::string> Coverage::add_proofs(std::filesystem::path const& file) {
  auto const document = load_json(file);
  if (!document) return std::unexpected(document.error());
  auto const wrong = [&] {
    return std::unexpected(file.string() + " is not what selftest --faults --json writes");
  };
  if (!document->is_object() || !document->contains("faults")) return wrong();
  for (auto const& fault : document->at("faults")) {
    if (!fault.is_object() || !fault.contains("cases")) return wrong();
    for (auto const& each : fault.at("cases")) {
      for (auto const& id : each.value("proves", nlohmann::json::array())) {
        auto const clause = vox::Clause::find(id.is_string() ? id.get<std::string>() : "");
        if (!clause) return wrong();
        proved_.insert(*clause);
      }
    }
  }
  return {};
}

bool Coverage::contradicts_ledger(vox::Clause clause) const {
  return cases_.contains(clause) && ledger_.unseen.contains(clause);
}

char const* Coverage::wrong_with_unproved(vox::Clause clause) const {
  if (!ledger_.unproved.contains(clause)) return nullptr;
  if (proved_.contains(clause)) return "is in the ledger as unproved although a fault proves it";
  return cases_.contains(clause) ? nullptr : "is in the ledger as unproved, and no case judges it";
}

std::vector<vox::Clause> all_clauses() {
  std::vector<vox::Clause> all;
  for (std::size_t row = 0; row < std::size(vox::rule_table); ++row) {
    auto const rule = vox::Rule::at(row);
    for (std::size_t number = 1; number <= rule.entry().clause_count; ++number)
      all.push_back(vox::Clause::of(rule, number));
  }
  return all;
}

}  // namespace voxspec
