#pragma once
#include "spec/clause.hpp"

#include <expected>
#include <filesystem>
#include <functional>
#include <map>
#include <string>

namespace voxspec {

// What the suite says about itself, clause by clause.
struct Ledger {
  // Clauses that a peer could see in principle and that no case judges: why none can.
  std::map<vox::Clause, std::string> unseen;
  // Clauses that are judged, where several ways pass because the text allows or contradicts them.
  std::map<vox::Clause, std::string> readings;
  // Clauses that are judged, and that no fault can be seen to break: why none can.
  std::map<vox::Clause, std::string> unproved;
  // Chapters of which cases judge only what they come across.
  std::map<std::string, std::string, std::less<>> chapters;

  // Why no case judges the clause; null if the ledger says nothing of it.
  [[nodiscard]] std::string const* why_unseen(vox::Clause clause) const;
};

// Reads spec/ledger.json: {"about", "unseen": [{"clauses", "reason"}], "readings": [{"clauses",
// "reason"}], "unproved": [{"clauses", "reason"}], "chapters": [{"chapter", "reason"}]}, where a
// chapter stands for all its clauses that have neither a case nor an entry of their own. The error
// is one line.
[[nodiscard]] std::expected<Ledger, std::string> load_ledger(std::filesystem::path const& file);

}  // namespace voxspec
