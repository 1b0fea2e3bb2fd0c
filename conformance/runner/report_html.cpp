#include "conformance/runner/report_html.hpp"

#include "conformance/runner/printable.hpp"
#include "conformance/runner/report_text.hpp"

#include <boost/describe/enum_to_string.hpp>

#include <algorithm>
#include <string_view>

namespace voxspec {
namespace {

constexpr std::string_view head = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>voxspec report</title>
<style>
:root { color-scheme: light dark; --line: #8884; --pass: #2a8a3e; --fail: #c22; --soft: #a70;
  --dim: #777; --known: #17789a; --none: #93c; }
body { font: 15px/1.45 system-ui, sans-serif; margin: 2em auto; max-width: 75em; padding: 0 1em; }
h1 { font-size: 1.4em; margin-bottom: .2em; } h2 { font-size: 1.1em; margin-top: 2em; }
table { border-collapse: collapse; } td, th { padding: .15em .8em .15em 0; text-align: left;
  border-bottom: 1px solid var(--line); } td.n, th.n { text-align: right; }
details { border-bottom: 1px solid var(--line); padding: .25em 0; } summary { cursor: pointer; }
pre { overflow-x: auto; font-size: 13px; padding: .6em; border: 1px solid var(--line); }
code, pre { font-family: ui-monospace, monospace; }
.v { display: inline-block; min-width: 8.5em; font-weight: 600; }
.pass { color: var(--pass); } .fail, .unexpected_pass { color: var(--fail); }
.non_strict { color: var(--soft); } .unsupported { color: var(--dim); }
.differs { color: var(--known); } .known { color: var(--known); } .not_run { color: var(--none); }
.tools { margin: 1em 0; } .tools input[type=search] { width: 22em; } .tools label { margin-right: 1em; }
.why { color: var(--dim); }
</style></head><body>
)";

constexpr std::string_view script = R"(<script>
const boxes = [...document.querySelectorAll('.tools input[type=checkbox]')];
const search = document.querySelector('.tools input[type=search]');
const cases = [...document.querySelectorAll('details.case')];
function filter() {
  const shown = new Set(boxes.filter(b => b.checked).map(b => b.value));
  const words = search.value.toLowerCase().split(' ').filter(w => w);
  for (const c of cases) {
    const text = c.dataset.text;
    c.hidden = !shown.has(c.dataset.verdict) || !words.every(w => text.includes(w));
  }
}
for (const b of boxes) b.addEventListener('change', filter);
search.addEventListener('input', filter);
</script>
)";

std::string name_of(Verdict verdict) {
  return boost::describe::enum_to_string(verdict, "?");
}

std::string colored(std::string_view text, Verdict verdict) {
  return "<span class=\"" + name_of(verdict) + "\">" + markup(text) + "</span>";
}

std::string rules_section(RunReport const& report) {
  std::string out =
      "<h2>Rules</h2>\n<details><summary>Every rule that was judged</summary><table>"
      "<tr><th>rule</th>";
  for (auto const verdict : all_verdicts) {
    out += "<th class=\"n\">" + markup(text(verdict)) + "</th>";
  }
  out += "<th>summary</th></tr>\n";
  for (auto const& [rule, totals] : by_rule(report)) {
    out += "<tr><td><code>" + markup(rule.id()) + "</code></td>";
    for (auto const verdict : all_verdicts) {
      auto const count = totals[verdict];
      out += "<td class=\"n\">" +
             (count == 0 ? std::string{} : colored(std::to_string(count), verdict)) + "</td>";
    }
    out += "<td>" + markup(rule.entry().summary) + "</td></tr>\n";
  }
  return out + "</table></details>\n";
}

std::string filter_tools(Totals const& totals) {
  std::string out = R"(<div class="tools"><input type="search" placeholder="id, rule or text"> )";
  for (auto const verdict : all_verdicts) {
    if (totals[verdict] == 0) continue;
    out += R"(<label><input type="checkbox" checked value=")" + name_of(verdict) + "\"> " +
           colored(std::to_string(totals[verdict]) + " " + std::string{text(verdict)}, verdict) +
           "</label>";
  }
  return out + "</div>\n";
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return text;
}

std::string case_section(RunReport const& report, CaseReport const& entry) {
  auto const verdict = entry.result.verdict;
  std::string searched = entry.result.id + " " + entry.trace->about;
  for (auto const& clause : entry.result.clauses)
    searched += " " + clause;
  return R"(<details class="case" data-verdict=")" + name_of(verdict) + "\" data-text=\"" +
         markup(lower(searched)) + "\"><summary><span class=\"v " + name_of(verdict) + "\">" +
         markup(text(verdict)) + "</span><code>" + markup(entry.result.id) +
         "</code> <span class=\"why\">" +
         markup(entry.result.reason.empty() ? entry.trace->about : entry.result.reason) +
         "</span></summary><pre>" +
         markup(describe_case(report, entry, {.color = false, .everything = true})) +
         "</pre></details>\n";
}

}  // namespace

std::string report_html(RunReport const& report) {
  std::string out{head};
  out += "<h1>voxspec: " + markup(report.subject) + "</h1>\n<p>" + markup(banner(report, {})) +
         "</p>\n";
  if (auto const wrong = complaints(report, {}); !wrong.empty()) {
    out += "<pre class=\"fail\">" + markup(wrong) + "</pre>\n";
  }
  out += rules_section(report) + "<h2>Cases</h2>\n" + filter_tools(report.totals());
  auto const add = [&](bool unexpected) {
    for (auto const& entry : report.cases) {
      if (is_unexpected(entry.result.verdict) == unexpected) out += case_section(report, entry);
    }
  };
  add(true);
  add(false);
  return out + std::string{script} + "</body></html>\n";
}

}  // namespace voxspec
