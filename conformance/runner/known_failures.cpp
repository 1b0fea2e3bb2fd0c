#include "conformance/runner/known_failures.hpp"

#include "conformance/runner/glob.hpp"
#include "conformance/runner/json_fields.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace voxspec {
namespace {

// How far a verdict is from a pass; nothing for one that is no word about the subject.
std::optional<int> badness(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
      return 0;
    case Verdict::non_strict:
      return 1;
    case Verdict::fail:
      return 2;
    case Verdict::differs:
    case Verdict::unsupported:
    case Verdict::known:
    case Verdict::unexpected_pass:
    case Verdict::not_run:
      return std::nullopt;
  }
  return std::nullopt;
}

std::expected<KnownFailure, std::string> read_entry(nlohmann::json const& object,
                                                    std::string const& where) {
  JsonFields fields{object, where};
  KnownFailure entry;
  entry.cases = fields.text("case");
  entry.reason = fields.text("reason");
  entry.shows = fields.texts("shows", 1);
  if (std::ranges::count(entry.shows, std::string{}) > 0) fields.fail("shows", "has an empty text");
  entry.where = where;
  for (auto const& id : fields.texts("rules")) {
    if (vox::Rule::find(id) || vox::Clause::find(id)) {
      entry.rules.push_back(id);
    } else {
      fields.fail("rules", "has '" + id + "', which is no rule and no clause");
    }
  }
  if (auto const verdict = fields.optional_text("verdict")) {
    if (*verdict == "fail") {
      entry.verdict = Verdict::fail;
    } else if (*verdict == "non_strict") {
      entry.verdict = Verdict::non_strict;
    } else if (*verdict == "unsteady") {
      entry.unsteady = true;
    } else {
      fields.fail("verdict",
                  "is '" + *verdict + "', which is not one of fail, non_strict, unsteady");
    }
  }
  if (auto error = fields.error()) return std::unexpected(*std::move(error));
  return entry;
}

}  // namespace

std::expected<void, std::string> KnownFailures::add(std::filesystem::path const& file) {
  auto const document = load_json(file);
  if (!document) return std::unexpected(document.error());
  JsonFields fields{*document, file.string()};
  auto const* const known = fields.objects("known");
  if (auto error = fields.error()) return std::unexpected(*std::move(error));
  for (std::size_t i = 0; i < known->size(); ++i) {
    auto entry = read_entry((*known)[i], file.string() + ": entry " + std::to_string(i + 1));
    if (!entry) return std::unexpected(entry.error());
    entries_.push_back(*std::move(entry));
  }
  return {};
}

std::expected<KnownFailures, std::string> KnownFailures::load(
    std::span<std::filesystem::path const> files) {
  KnownFailures known;
  for (auto const& file : files) {
    if (auto added = known.add(file); !added) return std::unexpected(added.error());
  }
  return known;
}

bool KnownFailure::is_about(std::string_view id, std::span<vox::Clause const> judged) const {
  if (!selects_case(cases, id)) return false;
  return rules.empty() || std::ranges::any_of(judged, [&](vox::Clause clause) {
           return std::ranges::find(rules, clause.id()) != rules.end() ||
                  std::ranges::find(rules, clause.rule().id()) != rules.end();
         });
}

KnownFailure const* KnownFailures::find(std::string_view id,
                                        std::span<vox::Clause const> clauses) const {
  auto const entry = std::ranges::find_if(
      entries_, [&](KnownFailure const& each) { return each.is_about(id, clauses); });
  return entry == entries_.end() ? nullptr : &*entry;
}

KnownFailures::Judged KnownFailures::apply(std::string_view id,
                                           std::span<vox::Clause const> clauses, Judged const& came,
                                           std::string_view seen) const {
  auto const how_bad = badness(came.verdict);
  auto const* const entry = find(id, clauses);
  if (entry == nullptr) return came;
  auto const is_seen = [&](std::string const& words) { return seen.contains(words); };
  auto const shows = std::ranges::any_of(entry->shows, is_seen);
  auto const is_other_way =
      came.verdict == Verdict::pass || (came.verdict == Verdict::differs && shows);
  if (entry->unsteady && is_other_way) return {Verdict::known, entry->reason};
  if (!how_bad) return came;
  auto const least = badness(entry->verdict.value_or(Verdict::non_strict));
  auto const most = badness(entry->verdict.value_or(Verdict::fail));
  if (how_bad > most) return came;
  if (how_bad < least) {
    return {Verdict::unexpected_pass,
            "this was known not to pass (" + entry->where + "): " + entry->reason};
  }
  if (shows) return {Verdict::known, entry->reason};
  return {came.verdict, came.reason + " (not what " + entry->where + " knows of: \"" +
                            entry->shows.front() + "\")"};
}

}  // namespace voxspec
