#pragma once
// Debian's rapidcheck ships no doctest bridge, so a failed property becomes a doctest failure here.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <sstream>
#include <string>
#include <utility>

namespace voxspec::test {

// How to see the same examples again.
inline std::string seed_note() {
  return "run again with RC_PARAMS=seed=" +
         std::to_string(rc::detail::configuration().testParams.seed);
}

template <class Testable>
void holds(Testable&& testable) {
  auto const result = rc::detail::checkTestable(std::forward<Testable>(testable));
  std::ostringstream report;
  rc::detail::printResultMessage(result, report);
  report << '\n' << seed_note();
  INFO(report.str());
  CHECK(result.template is<rc::detail::SuccessResult>());
}

}  // namespace voxspec::test
