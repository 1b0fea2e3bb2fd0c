#include "conformance/runner/report_known.hpp"

#include "conformance/runner/causes.hpp"

#include <array>
#include <cstddef>
#include <utility>

namespace voxspec {
namespace {

// What cause_of() writes in place of what differs.
constexpr std::array<std::string_view, 3> left_out{"{}", "''", "#"};

// The part before the first of them, and what follows it.
std::pair<std::string_view, std::string_view> split_at_mark(std::string_view cause) {
  auto at = cause.size();
  std::size_t length = 0;
  for (auto const mark : left_out) {
    auto const found = cause.find(mark);
    if (found >= at) continue;
    at = found;
    length = mark.size();
  }
  return {cause.substr(0, at), cause.substr(at + length)};
}

}  // namespace

std::string steady_part(std::string_view reason) {
  auto const cause = cause_of(reason);
  std::string_view longest;
  for (std::string_view rest = cause; !rest.empty();) {
    auto const [part, behind] = split_at_mark(rest);
    if (part.size() > longest.size()) longest = part;
    rest = behind;
  }
  auto const first = longest.find_first_not_of(' ');
  if (first == std::string_view::npos) return std::string{reason};
  return std::string{longest.substr(first, longest.find_last_not_of(' ') + 1 - first)};
}

std::string report_known(RunReport const& report) {
  std::string lines;
  for (auto const& entry : report.cases) {
    auto const& result = entry.result;
    if (result.verdict != Verdict::fail && result.verdict != Verdict::non_strict) continue;
    auto const shows = result.process.crashed() ? text(result.process) : steady_part(result.reason);
    Json const known{
        {"case", result.id}, {"shows", Json::array({shows})}, {"reason", "not looked at yet"}};
    lines += lines.empty() ? "\n    " : ",\n    ";
    lines += known.dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  return "{\n  \"known\": [" + lines + "\n  ]\n}\n";
}

}  // namespace voxspec
