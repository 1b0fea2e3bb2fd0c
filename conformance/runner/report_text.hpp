#pragma once
#include "conformance/runner/run_report.hpp"

#include <string>
#include <string_view>

namespace voxspec {

// How a report for people is to look.
struct TextStyle {
  bool color = false;       // ANSI colours
  bool everything = false;  // all frames of each case, all rules of the table
};

// What stands before the further lines of a part of a report.
inline constexpr std::string_view report_margin = "            ";

// "pass  connection/open/twice@initiator  3 ms", without a line break.
[[nodiscard]] std::string case_line(CaseReport const& entry, TextStyle style);

// Everything about one case, several lines: the claim, the rules, what was expected and what came,
// the frames with the first divergence marked, how it ended and how to run it again.
[[nodiscard]] std::string describe_case(RunReport const& report, CaseReport const& entry,
                                        TextStyle style);

// The cases that need a look, by cause: the first of each with all about it, the others by id.
[[nodiscard]] std::string causes(RunReport const& report, TextStyle style);

// How far the subject is on each level, and what to look at next. Nothing if the cases are all of
// one level.
[[nodiscard]] std::string level_table(RunReport const& report, TextStyle style);

// How the cases of each judged rule came out: a row for each rule that did not simply pass, the
// rest by chapter.
[[nodiscard]] std::string rule_table(RunReport const& report, TextStyle style);

// Why cases were unsupported, known or not run: each reason once, with how many cases it stands
// for.
[[nodiscard]] std::string reasons(RunReport const& report, TextStyle style);

// Cases for which the subject took far more memory or processor time than for the others. Nothing
// if there are none.
[[nodiscard]] std::string costs(RunReport const& report);

// What is wrong beside the cases: files that could not be read, expectations about no case.
[[nodiscard]] std::string complaints(RunReport const& report, TextStyle style);

// The last lines of a run. The numbers add up to what was selected.
[[nodiscard]] std::string banner(RunReport const& report, TextStyle style);

// The text in the colour of a verdict.
[[nodiscard]] std::string painted(std::string_view text, Verdict verdict, TextStyle style);

}  // namespace voxspec
