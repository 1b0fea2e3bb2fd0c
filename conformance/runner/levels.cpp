#include "conformance/runner/levels.hpp"

#include "conformance/runner/eligibility.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace voxspec {
namespace {

constexpr std::array<std::string_view, 10> names{"prologue", "link",    "handshake", "connections",
                                                 "calls",    "schemas", "channels",  "retry",
                                                 "resume",   "stable"};

// The level of the cases of a chapter of the suite.
constexpr std::array<std::pair<std::string_view, std::string_view>, 13> chapters{
    {{"link", "link"},
     {"prologue", "prologue"},
     {"handshake", "handshake"},
     {"connection", "connections"},
     {"session", "connections"},
     {"keepalive", "connections"},
     {"protocol-error", "connections"},
     {"request", "calls"},
     {"caller", "calls"},
     {"schema", "schemas"},
     {"channel", "channels"},
     {"retry", "retry"},
     {"stable", "stable"}}};

void count(Level& level, CaseReport const& entry) {
  switch (entry.result.verdict) {
    case Verdict::pass:
    case Verdict::differs:
    case Verdict::unexpected_pass:
      ++level.judged;
      ++level.passed;
      return;
    case Verdict::fail:
    case Verdict::non_strict:
    case Verdict::known:
      ++level.judged;
      if (level.next == nullptr) level.next = &entry;
      return;
    case Verdict::unsupported:
    case Verdict::not_run:
      ++level.left;
      return;
  }
}

}  // namespace

std::string_view level_of(Case const& trace) {
  if (trace.conduit == Conduit::stable) return "stable";
  if (has(trace.needs, "resumes") || has(trace.needs, "reconnects")) return "resume";
  auto const chapter = std::string_view{trace.id}.substr(0, trace.id.find('/'));
  auto const* const found =
      std::ranges::find(chapters, chapter, &std::pair<std::string_view, std::string_view>::first);
  return found == chapters.end() ? std::string_view{} : found->second;
}

std::vector<Level> levels(RunReport const& report) {
  std::vector<Level> all;
  for (auto const name : names)
    all.push_back({.name = name});
  for (auto const& entry : report.cases) {
    auto const level = std::ranges::find(all, level_of(*entry.trace), &Level::name);
    if (level != all.end()) count(*level, entry);
  }
  return all;
}

}  // namespace voxspec
