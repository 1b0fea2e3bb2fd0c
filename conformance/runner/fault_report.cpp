#include "conformance/runner/fault_report.hpp"

#include "conformance/peer/fault.hpp"
#include "conformance/runner/glob.hpp"
#include "conformance/runner/json_fields.hpp"

#include <algorithm>

namespace voxspec {
namespace {

// Of one fault, where not everything is asked for.
constexpr std::size_t lines_max = 5;

// The word that stands first in the line of a report.
std::string_view word_for(FaultReport const& report, UnseenFaults const& unseen, bool is_freedom) {
  auto const survived = report.outcome == FaultOutcome::survived;
  if (is_freedom) {
    if (survived) return "lives";
    return report.outcome == FaultOutcome::killed ? "KILLED" : text(report.outcome);
  }
  auto const is_alive = survived || report.outcome == FaultOutcome::never_shown;
  if (is_alive && unseen.contains(report.fault->id)) return "unseen";
  return survived ? "SURVIVED" : text(report.outcome);
}

// How a case fails, before its reason.
std::string_view failing_words(FaultedCase const& each, bool is_freedom) {
  if (is_freedom && each.known) return ": a false alarm that is known: ";
  if (each.kills()) return ": kills it: ";
  if (each.cited.empty()) return ": fails, and is about something else: ";
  if (each.by_probe) return ": fails by its probe alone: ";
  return each.timed_out ? ": fails by a time-out: " : ": fails: ";
}

// Adds the reason if it is about the subject: a text is about all, {"subject": name, "why": text}
// about one, and a list about each of its own. False if it is none of these.
bool add_reason(UnseenFaults& to, std::string const& id, Json const& reason,
                std::string const& subject) {
  if (reason.is_string()) {
    to.emplace(id, reason.get<std::string>());
    return true;
  }
  if (reason.is_array()) {
    return std::ranges::all_of(reason,
                               [&](Json const& each) { return add_reason(to, id, each, subject); });
  }
  auto const is_text = [&](char const* key) {
    return reason.is_object() && reason.contains(key) && reason[key].is_string();
  };
  if (!is_text("subject") || !is_text("why") || reason.size() != 2) return false;
  if (reason["subject"] == subject) to.emplace(id, reason["why"].get<std::string>());
  return true;
}

}  // namespace

std::expected<UnseenFaults, std::string> load_unseen(std::filesystem::path const& file,
                                                     std::string const& subject) {
  UnseenFaults unseen;
  if (!exists(file)) return unseen;
  auto const document = load_json(file);
  if (!document) return std::unexpected(document.error());
  if (!document->is_object()) {
    return std::unexpected(file.string() + ": an object of ids and reasons is wanted");
  }
  for (auto const& [id, reason] : document->items()) {
    if (!add_reason(unseen, id, reason, subject)) {
      return std::unexpected(file.string() + ": " + id +
                             R"(: a text is wanted, or {"subject": name, "why": text})");
    }
  }
  return unseen;
}

std::expected<KnownAlarms, std::string> KnownAlarms::load(std::filesystem::path const& file) {
  KnownAlarms known;
  if (!exists(file)) return known;
  auto const document = load_json(file);
  if (!document) return std::unexpected(document.error());
  auto const wrong = [&] {
    return std::unexpected(file.string() + ": freedoms, and in each globs of cases and reasons");
  };
  if (!document->is_object()) return wrong();
  for (auto const& [freedom, cases] : document->items()) {
    if (!cases.is_object()) return wrong();
    for (auto const& [glob, reason] : cases.items()) {
      if (!reason.is_string()) return wrong();
      known.alarms_[freedom].emplace_back(glob, reason.get<std::string>());
    }
  }
  return known;
}

std::string const* KnownAlarms::find(std::string const& freedom, std::string const& trace) const {
  auto const found = alarms_.find(freedom);
  if (found == alarms_.end()) return nullptr;
  auto const alarm = std::ranges::find_if(
      found->second, [&](auto const& each) { return selects_case(each.first, trace); });
  return alarm == found->second.end() ? nullptr : &alarm->second;
}

bool is_unexpected(FaultReport const& report, UnseenFaults const& unseen, bool is_freedom) {
  if (is_freedom) return report.outcome != FaultOutcome::survived;
  auto const is_explained = unseen.contains(report.fault->id);
  if (report.outcome == FaultOutcome::hidden) return false;
  if (report.outcome == FaultOutcome::killed || report.outcome == FaultOutcome::killed_by_timeout) {
    return is_explained;  // somebody does see it
  }
  return !is_explained;
}

std::string fault_line(FaultReport const& report, UnseenFaults const& unseen, bool is_freedom) {
  std::vector<std::string_view> clauses;
  for (auto const clause : report.fault->clauses)
    clauses.emplace_back(clause.id());
  std::string word{word_for(report, unseen, is_freedom)};
  word.resize(std::max<std::size_t>(word.size(), 11), ' ');
  auto line = word + " " + report.fault->id + "  [" + joined(clauses) + "]  ";
  std::vector<std::string_view> killers;
  for (auto const& each : report.cases) {
    if (is_freedom ? each.failed : each.kills()) killers.push_back(each.trace->id);
  }
  if (!killers.empty()) {
    auto const count = killers.size();
    if (count > lines_max) killers.resize(lines_max);
    return line + joined(killers) +
           (count > lines_max ? " and " + std::to_string(count - lines_max) + " more" : "");
  }
  auto const cases = std::to_string(report.shows_in) + (report.shows_in == 1 ? " case" : " cases");
  if (is_freedom) return line + "at work in " + cases;
  auto const explained = unseen.find(report.fault->id);
  if (explained != unseen.end()) return line + explained->second;
  if (report.outcome == FaultOutcome::hidden) return line + "its cases fail or differ without it";
  return line + "at work in " + cases + ", of which " + std::to_string(report.citing) +
         " cite a clause of it";
}

std::string fault_lines(FaultReport const& report, bool everything, bool is_freedom) {
  std::string out;
  std::size_t shown = 0;
  std::size_t left = 0;
  for (auto const& each : report.cases) {
    auto const is_news = everything || !each.problem.empty() || (is_freedom && each.failed) ||
                         (!is_freedom && each.is_worse && !each.kills());
    if (!is_news) continue;
    if (!everything && shown == lines_max) {
      ++left;
      continue;
    }
    ++shown;
    out += "    " + each.trace->id;
    if (!each.problem.empty()) {
      out += ": the relay: " + each.problem;
    } else if (!(is_freedom ? each.failed : each.is_worse)) {
      out += ": still passes";
    } else {
      out += failing_words(each, is_freedom);
      out += each.reason;
    }
    out += '\n';
  }
  if (left > 0) out += "    and " + std::to_string(left) + " more; -v shows them all\n";
  return out;
}

Json fault_json(std::vector<FaultReport> const& reports, UnseenFaults const& unseen) {
  Json list = Json::array();
  for (auto const& report : reports) {
    Json clauses = Json::array();
    for (auto const clause : report.fault->clauses)
      clauses.push_back(clause.id());
    Json one{{"id", report.fault->id},
             {"about", report.fault->about},
             {"clauses", clauses},
             {"outcome", text(report.outcome)},
             {"shows_in", report.shows_in}};
    Json cases = Json::array();
    for (auto const& each : report.cases) {
      Json entry{{"case", each.trace->id}, {"kills", each.kills()}, {"failed", each.failed}};
      if (each.is_worse) entry["reason"] = each.reason;
      if (each.kills()) {
        for (auto const clause : each.cited)
          entry["proves"].push_back(clause.id());
      }
      if (each.timed_out) entry["timed_out"] = true;
      if (!each.problem.empty()) entry["problem"] = each.problem;
      cases.push_back(std::move(entry));
    }
    one["cases"] = std::move(cases);
    if (auto const why = unseen.find(report.fault->id); why != unseen.end()) {
      one["unseen"] = why->second;
    }
    list.push_back(std::move(one));
  }
  return list;
}

}  // namespace voxspec
