#include "conformance/runner/report_junit.hpp"

#include "conformance/peer/dialect_word.hpp"
#include "conformance/runner/printable.hpp"
#include "conformance/runner/report_text.hpp"

#include <array>
#include <cstdio>
#include <map>
#include <string_view>
#include <vector>

namespace voxspec {
namespace {

std::string attribute(std::string_view name, std::string_view value) {
  // An attribute keeps a line break only as a reference.
  std::string text;
  for (char const c : markup(value)) {
    if (c == '\n') {
      text += "&#10;";
    } else {
      text += c;
    }
  }
  return " " + std::string{name} + "=\"" + text + "\"";
}

std::string seconds(std::chrono::microseconds time) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.6f", static_cast<double>(time.count()) / 1e6);
  return text.data();
}

std::string element(std::string_view name, std::string_view message, std::string_view body) {
  return "      <" + std::string{name} + attribute("message", message) + ">" + markup(body) + "</" +
         std::string{name} + ">\n";
}

// What JUnit says of a verdict: the element, or nothing for a pass.
std::string_view element_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
    case Verdict::non_strict:
    case Verdict::differs:
      return "";
    case Verdict::fail:
    case Verdict::unexpected_pass:
      return "failure";
    case Verdict::unsupported:
    case Verdict::known:
      return "skipped";
    case Verdict::not_run:
      return "error";
  }
  return "error";
}

struct JUnitSuite {
  std::vector<CaseReport const*> cases;
  std::map<std::string_view, std::size_t> elements;
  std::chrono::microseconds time{};
};

std::string test_case(RunReport const& report, CaseReport const& entry, std::string const& folder) {
  auto const& result = entry.result;
  auto const name = result.id.substr(folder.empty() ? 0 : folder.size() + 1);
  std::string out = "    <testcase" + attribute("classname", folder.empty() ? "voxspec" : folder) +
                    attribute("name", name) + attribute("time", seconds(result.wall)) + ">\n";
  auto const kind = element_of(result.verdict);
  auto const message =
      std::string{text(result.verdict)} + (result.reason.empty() ? "" : ": " + result.reason);
  if (kind == "skipped") {
    out += "      <skipped" + attribute("message", message) + "/>\n";
  } else if (!kind.empty()) {
    out += element(kind, message, describe_case(report, entry, {}));
  } else if (result.verdict != Verdict::pass) {
    out += "      <system-out>" + markup(describe_case(report, entry, {})) + "</system-out>\n";
  }
  return out + "    </testcase>\n";
}

std::string suite_head(std::string_view name, Dialect dialect, std::size_t tests,
                       std::size_t failures, std::size_t errors, std::size_t skipped,
                       std::chrono::microseconds time) {
  return "  <testsuite" + attribute("name", name) + attribute("tests", std::to_string(tests)) +
         attribute("failures", std::to_string(failures)) +
         attribute("errors", std::to_string(errors)) +
         attribute("skipped", std::to_string(skipped)) + attribute("time", seconds(time)) + ">\n" +
         "    <properties><property" + attribute("name", "dialect") +
         attribute("value", dialect_word(dialect)) + "/></properties>\n";
}

// Everything wrong that is no case, as a suite.
std::string complaints_suite(RunReport const& report) {
  std::string tests;
  std::size_t count = 0;
  auto const add = [&](std::string_view name, std::string const& message) {
    ++count;
    tests += "    <testcase" + attribute("classname", "voxspec") + attribute("name", name) + ">\n" +
             element("error", message, "") + "    </testcase>\n";
  };
  for (auto const& error : report.trace_errors)
    add("trace " + error.file, text(error));
  for (auto const& entry : report.unmatched) {
    add("expectation " + entry.cases, entry.where + ": is about no case");
  }
  if (!report.canary_held) add("canary", "the canary did not come back unsupported");
  if (count == 0) return "";
  return suite_head("voxspec", report.dialect, count, 0, count, 0, {}) + tests + "  </testsuite>\n";
}

}  // namespace

std::string report_junit(RunReport const& report) {
  std::map<std::string, JUnitSuite> suites;
  for (auto const& entry : report.cases) {
    auto const slash = entry.result.id.rfind('/');
    auto& suite = suites[slash == std::string::npos ? "" : entry.result.id.substr(0, slash)];
    suite.cases.push_back(&entry);
    ++suite.elements[element_of(entry.result.verdict)];
    suite.time += entry.result.wall;
  }
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites" +
                    attribute("name", "voxspec " + report.subject) +
                    attribute("time", seconds(report.wall)) + ">\n";
  for (auto& [folder, suite] : suites) {
    out += suite_head(folder.empty() ? "cases" : folder, report.dialect, suite.cases.size(),
                      suite.elements["failure"], suite.elements["error"], suite.elements["skipped"],
                      suite.time);
    for (auto const* const entry : suite.cases)
      out += test_case(report, *entry, folder);
    out += "  </testsuite>\n";
  }
  return out + complaints_suite(report) + "</testsuites>\n";
}

}  // namespace voxspec
