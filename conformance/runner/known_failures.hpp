#pragma once
#include "conformance/peer/verdict.hpp"
#include "spec/clause.hpp"

#include <expected>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace voxspec {

// One entry of an expectations file: these cases are known not to pass, for this reason.
struct KnownFailure {
  std::string cases;               // an id, a folder or a glob, as selects_case() reads it
  std::vector<std::string> rules;  // if any: only cases that judge one of these rules or clauses
  std::string reason;
  std::vector<std::string> shows;  // words of which one has to be in what was seen
  std::optional<Verdict> verdict;  // fail or non_strict; either of them if it is not said
  bool unsteady = false;  // it also passes, or only differs, as a race in the subject has it
  std::string where;      // "expectations.json: entry 3", for messages

  [[nodiscard]] bool is_about(std::string_view id, std::span<vox::Clause const> judged) const;
};

// What is known about a subject. A verdict is by the specification all the same: an entry turns a
// failure into `known`, shown with its reason, and a pass where a failure was known into
// `unexpected_pass`. So a list can neither hide a new failure nor outlive an old one; and since an
// entry says what goes wrong, a crash does not hide behind one that was written for silence.
class KnownFailures {
 public:
  KnownFailures() = default;
  explicit KnownFailures(std::vector<KnownFailure> entries) : entries_{std::move(entries)} {}

  // Adds the entries of a file: {"known": [{"case", "rules", "reason", "shows", "verdict"}]}. The
  // error is one line that names the file, the entry and the key.
  [[nodiscard]] std::expected<void, std::string> add(std::filesystem::path const& file);

  // The entries of all these files.
  [[nodiscard]] static std::expected<KnownFailures, std::string> load(
      std::span<std::filesystem::path const> files);

  // The first entry that is about the case; null if none is.
  [[nodiscard]] KnownFailure const* find(std::string_view id,
                                         std::span<vox::Clause const> clauses) const;

  struct Judged {
    Verdict verdict;
    std::string reason;

    bool operator==(Judged const&) const = default;
  };
  // What the verdict of a case becomes. The first entry that is about the case decides. `seen` is
  // what an entry's words are looked for in.
  [[nodiscard]] Judged apply(std::string_view id, std::span<vox::Clause const> clauses,
                             Judged const& came, std::string_view seen) const;

  [[nodiscard]] std::vector<KnownFailure> const& entries() const { return entries_; }

 private:
  std::vector<KnownFailure> entries_;
};

}  // namespace voxspec
