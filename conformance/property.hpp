#pragma once
// Debian's rapidcheck ships no doctest bridge, so a failed property becomes a doctest failure here.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <sstream>
#include <utility>

namespace voxspec::test {

template <class Testable>
void holds(Testable&& testable) {
  auto const result = rc::detail::checkTestable(std::forward<Testable>(testable));
  std::ostringstream report;
  rc::detail::printResultMessage(result, report);
  INFO(report.str());
  CHECK(result.template is<rc::detail::SuccessResult>());
}

}  // namespace voxspec::test
