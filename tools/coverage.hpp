#pragma once
#include "conformance/runner/suite.hpp"
#include "spec/clause.hpp"
#include "tools/ledger.hpp"

#include <boost/describe/enum.hpp>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace voxspec {

// Where a clause stands.
enum class Standing : std::uint8_t {
  judged,  // by at least one case
  ledger,  // a peer might see it, and the ledger says why no case does
  open,    // a peer can see it, and nobody has written a case
  unseen,  // no peer can see it: an API, or an explanation
};
BOOST_DESCRIBE_ENUM(Standing, judged, ledger, open, unseen)

// What cases judge.
class Coverage {
 public:
  Coverage(std::vector<Case const*> const& cases, Ledger ledger);

  [[nodiscard]] std::size_t cases_of(vox::Clause clause) const;
  [[nodiscard]] Standing standing(vox::Clause clause) const;
  [[nodiscard]] Ledger const& ledger() const { return ledger_; }
  // Takes the proofs of a run of faults, as `selftest --faults --json` writes them. The error is
  // one line.
  [[nodiscard]] std::expected<void, std::string> add_proofs(std::filesystem::path const& file);
  // Whether a case that judges it was seen to fail for a peer that breaks it.
  [[nodiscard]] bool is_proved(vox::Clause clause) const { return proved_.contains(clause); }
  // An entry says that no case can judge the clause, and one does.
  [[nodiscard]] bool contradicts_ledger(vox::Clause clause) const;
  // What is wrong with the entry that says why no fault proves the clause; null if nothing is.
  [[nodiscard]] char const* wrong_with_unproved(vox::Clause clause) const;

 private:
  std::map<vox::Clause, std::size_t> cases_;
  Ledger ledger_;
  std::set<vox::Clause> proved_;  // by faults
};

// Every clause, by id of its rule and number.
[[nodiscard]] std::vector<vox::Clause> all_clauses();

}  // namespace voxspec
