#include "conformance/runner/report_html.hpp"

#include "conformance/runner/comparison.hpp"
#include "conformance/runner/printable.hpp"
#include "conformance/runner/report_json.hpp"
#include "spec/assert.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>
#include <utility>
#include <vector>

namespace voxspec {
namespace {

// The template, of page/report.html with its styles and scripts.
constexpr std::string_view page =
#include "conformance/runner/page.inc"
    ;

constexpr std::size_t plain_cases_max = 500;

std::string cell(std::string const& content, bool is_number = false) {
  return (is_number ? "<td class=\"n\">" : "<td>") + content + "</td>";
}

std::string badge(Verdict verdict, std::string const& content) {
  return "<span class=\"v " + name_of(verdict) + "\">" + markup(content) + "</span>";
}

std::string state_of(Json const& report) {
  if (auto const signal = text_at(report, "stopped_by"); !signal.empty()) {
    return "stopped by " + signal;
  }
  return report.value("complete", true) ? "complete" : "still running when this was written";
}

std::string seconds_of(Json const& report) {
  std::array<char, 32> seconds{};
  std::snprintf(seconds.data(), seconds.size(), "%.1f s", report.value("wall_ms", 0.0) / 1000.0);
  return seconds.data();
}

// A row of a table that has a column for each report.
template <class ContentOf>
std::string row(std::string_view name, Json const& reports, ContentOf const& content_of) {
  auto out = "<tr><th scope=\"row\">" + markup(name) + "</th>";
  for (auto const& report : reports)
    out += cell(content_of(report), true);
  return out + "</tr>";
}

std::string table_head(std::string const& caption, Json const& labels) {
  auto out = R"(<div class="scroll"><table><caption>)" + caption + "</caption><thead><tr><td></td>";
  for (auto const& label : labels)
    out += R"(<th scope="col" class="n">)" + markup(label.get<std::string>()) + "</th>";
  return out + "</tr></thead><tbody>";
}

std::string totals_table(Json const& comparison) {
  auto const& reports = comparison["reports"];
  auto out = table_head("Cases by verdict", comparison["labels"]);
  for (auto const verdict : all_verdicts) {
    std::ptrdiff_t sum = 0;
    auto const counts = row(text(verdict), reports, [&](Json const& report) {
      auto const count = std::ranges::count_if(report["cases"], [&](Json const& entry) {
        return text_at(entry, "verdict") == name_of(verdict);
      });
      sum += count;
      return count == 0 ? std::string{"0"} : badge(verdict, std::to_string(count));
    });
    if (sum > 0 || verdict == Verdict::pass || verdict == Verdict::fail) out += counts;
  }
  out += row("in all", reports,
             [](Json const& report) { return std::to_string(report["cases"].size()); });
  return out + "</tbody></table></div>\n";
}

std::string run_table(Json const& comparison) {
  auto const& reports = comparison["reports"];
  return table_head("Run", comparison["labels"]) +
         row("state", reports, [](Json const& report) { return markup(state_of(report)); }) +
         row("voxspec", reports,
             [](Json const& report) { return markup(text_at(report, "version")); }) +
         row("dialect", reports,
             [](Json const& report) { return markup(text_at(report, "dialect")); }) +
         row("selected", reports,
             [](Json const& report) {
               auto const words = text_at(report, "selected");
               return words.empty() ? "all" : markup(words);
             }) +
         row("seed", reports,
             [](Json const& report) { return std::to_string(report.value("seed", 0ULL)); }) +
         row("time", reports, seconds_of) + "</tbody></table></div>\n";
}

std::string level_content(Json const& level) {
  auto const count = [&](char const* key) { return level.value(key, 0ULL); };
  auto const passed = count("passed");
  auto const judged = count("judged");
  if (judged + count("left") == 0) return "<span class=\"dim\">none</span>";
  auto numbers = std::to_string(passed) + " of " + std::to_string(judged);
  if (count("left") > 0) numbers += ", " + std::to_string(count("left")) + " not judged";
  auto const share = judged == 0 ? 0 : 100 * passed / judged;
  return numbers + R"( <span class="bar" style="--share:)" + std::to_string(share) + "%\"></span>";
}

// How far each subject is on each level. Older reports do not say.
std::string level_table(Json const& comparison) {
  auto const& reports = comparison["reports"];
  auto const says = [&](Json const& report) {
    return report.contains("levels") && report["levels"].size() == reports[0]["levels"].size();
  };
  if (reports.empty() || !std::ranges::all_of(reports, says)) return {};
  auto out = table_head("Levels, cases passed of judged", comparison["labels"]);
  auto const& levels = reports[0]["levels"];
  for (std::size_t i = 0; i < levels.size(); ++i) {
    auto const is_there = [&](Json const& report) {
      auto const& level = report["levels"].at(i);
      return level.value("judged", 0ULL) + level.value("left", 0ULL) > 0;
    };
    if (std::ranges::none_of(reports, is_there)) continue;
    out += row(text_at(levels[i], "level"), reports,
               [&](Json const& report) { return level_content(report["levels"].at(i)); });
  }
  return out + "</tbody></table></div>\n";
}

std::string complaints_of(Json const& comparison) {
  std::string out;
  for (auto const& report : comparison["reports"]) {
    for (auto const& entry : report.value("unmatched_expectations", Json::array())) {
      out += "<li>" + markup(text_at(entry, "where") + ": '" + text_at(entry, "case")) +
             "' is about no case</li>";
    }
    for (auto const& error : report.value("trace_errors", Json::array()))
      out += "<li>" + markup(error.get<std::string>()) + "</li>";
    if (!report.value("canary_held", true)) {
      out +=
          "<li>The case that nobody can support did not come back unsupported: trust no "
          "verdict.</li>";
    }
  }
  return out.empty() ? out : "<h2>Beside the cases</h2>\n<ul class=\"wrong\">" + out + "</ul>\n";
}

// For readers without script: the cases that need a look, with their reasons.
std::string plain_cases(Json const& comparison) {
  std::string out;
  std::size_t count = 0;
  auto const& reports = comparison["reports"];
  for (std::size_t i = 0; i < reports.size(); ++i) {
    auto const subject = cell(markup(comparison["labels"][i].get<std::string>()));
    for (auto const& entry : reports[i]["cases"]) {
      auto const is_named = [&](Verdict verdict) {
        return name_of(verdict) == text_at(entry, "verdict");
      };
      auto const* const verdict = std::ranges::find_if(all_verdicts, is_named);
      if (verdict == all_verdicts.end() || !is_unexpected(*verdict)) continue;
      if (++count > plain_cases_max) continue;
      out += "<tr>" + subject + cell(badge(*verdict, std::string{text(*verdict)})) +
             cell("<code>" + markup(text_at(entry, "id")) + "</code>") +
             cell(markup(text_at(entry, "reason"))) + "</tr>\n";
    }
  }
  if (out.empty()) return "<p>No case needs a look.</p>";
  auto const more = count > plain_cases_max
                        ? "<p>And " + std::to_string(count - plain_cases_max) + " more.</p>"
                        : std::string{};
  return "<table><caption>Cases that need a look</caption><thead><tr><th scope=\"col\">subject</th>"
         "<th scope=\"col\">verdict</th><th scope=\"col\">case</th><th "
         "scope=\"col\">reason</th></tr>"
         "</thead><tbody>" +
         out + "</tbody></table>" + more;
}

// JSON that can stand in a script element: nothing in it begins a tag or a comment.
std::string data_of(Json const& comparison) {
  auto const json = comparison.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string out;
  out.reserve(json.size() + json.size() / 16);
  for (char const c : json) {
    if (c == '<') {
      out += "\\u003c";
    } else {
      out += c;
    }
  }
  return out;
}

std::string title_of(Json const& comparison) {
  std::string title;
  for (auto const& label : comparison["labels"])
    title += (title.empty() ? "" : ", ") + label.get<std::string>();
  return title;
}

}  // namespace

std::string report_html(RunReport const& report) {
  std::vector<NamedReport> one;
  one.push_back({report.subject, report_json(report, FramesOf::not_passed)});
  return comparison_html(comparison_json(std::move(one)));
}

std::string comparison_html(Json const& comparison) {
  std::array<std::pair<std::string_view, std::string>, 6> const parts{
      {{"{{title}}", markup(title_of(comparison))},
       {"{{heading}}", markup(title_of(comparison))},
       {"{{sums}}", totals_table(comparison) + run_table(comparison) + level_table(comparison)},
       {"{{complaints}}", complaints_of(comparison)},
       {"{{plain}}", plain_cases(comparison)},
       {"{{data}}", data_of(comparison)}}};
  std::string out;
  std::string_view rest = page;
  for (auto const& [place, content] : parts) {
    auto const at = rest.find(place);
    VOX_ASSERT(at != std::string_view::npos);
    out += rest.substr(0, at);
    out += content;
    rest.remove_prefix(at + place.size());
  }
  out += rest;
  return out;
}

}  // namespace voxspec
