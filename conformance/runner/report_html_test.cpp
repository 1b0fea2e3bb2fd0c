#include "conformance/runner/report_html.hpp"

#include "conformance/runner/comparison.hpp"
#include "conformance/runner/report_json.hpp"
#include "conformance/runner/run_diff.hpp"
#include "conformance/runner/sample_run.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace {

using namespace voxspec;
using enum Verdict;

TEST_SUITE_BEGIN("runner");

TEST_CASE("the page escapes everything and needs no other file") {
  SomeRun run;
  run.failed().result.reason += "</script><!--";
  auto const html = report_html(run.report);
  CHECK_FALSE(html.contains("<b "));
  CHECK_FALSE(html.contains("src="));
  CHECK_FALSE(html.contains("http:"));
  CHECK_FALSE(html.contains("https:"));
  CHECK_FALSE(html.contains("{{"));
  CHECK(count(html, "<script") == 2);
  CHECK(count(html, "</script>") == 2);
  CHECK(html.contains("<h1>voxspec: some &lt;subject&gt;</h1>"));
}

// The JSON in a page, read back.
Json data_in(std::string_view html) {
  constexpr std::string_view tag = R"(id="report-data">)";
  auto const begin = html.find(tag) + tag.size();
  return Json::parse(html.substr(begin, html.find("</script>", begin) - begin));
}

TEST_CASE("the page has the report's JSON once, without the frames of what passed") {
  SomeRun run;
  auto& passed = run.report.cases.front().result.frames.emplace_back();
  passed.bytes = vox::Bytes(4);
  auto& failed = run.failed().result.frames.back();
  failed.bytes = vox::Bytes(2 * compared_bytes_max);
  auto const data = data_in(report_html(run.report));
  CHECK(data["labels"] == Json::array({"some <subject>"}));
  auto const& cases = data["reports"].at(0)["cases"];
  CHECK(cases.size() == 8);
  CHECK_FALSE(cases[0].contains("frames"));
  CHECK(cases[1]["frames"].size() == 5);
  auto const& cut = cases[1]["frames"].back();
  CHECK(cut["bytes"] == 2 * compared_bytes_max);
  CHECK(cut["hex"].get<std::string>().size() == 2 * compared_bytes_max);
}

TEST_CASE("what can be read without script: sums, levels, and the cases that need a look") {
  SomeRun run;
  run.report.stopped_by = "SIGTERM";
  auto const html = report_html(run.report);
  auto const plain = html.substr(0, html.find("report-data"));
  CHECK(plain.contains("<caption>Cases by verdict</caption>"));
  CHECK(plain.contains("stopped by SIGTERM"));
  CHECK(count(plain, "<td><code>chapter/") == 3);  // fail, unexpected pass, not run
}

TEST_CASE("reports side by side keep the frames of a case that did not pass in all of them") {
  SomeRun run;
  run.report.cases[0].result.frames.emplace_back();
  auto good = report_json(run.report);
  run.report.cases[0].result.verdict = fail;
  auto bad = report_json(run.report);
  auto const reports = named({{"a.json", good}, {"b.json", bad}});
  auto const diff = compare_runs(outcome_of(good), outcome_of(bad));
  auto const both = comparison_json(reports, &diff);
  CHECK(both["labels"] == Json::array({"some <subject> (a.json)", "some <subject> (b.json)"}));
  CHECK(both["reports"][0]["cases"][0]["frames"].size() == 1);
  CHECK(both["differences"] == Json::array({{{"case", "chapter/pass"}, {"change", "changed"}}}));
  auto const text = describe_comparison(both);
  CHECK(text.contains("Cases with different verdicts: 1\n"));
  CHECK(text.ends_with(" fail  chapter/pass\n"));
}

TEST_SUITE_END();

}  // namespace
