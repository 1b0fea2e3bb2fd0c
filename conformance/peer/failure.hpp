#pragma once
#include "conformance/peer/json.hpp"
#include "conformance/peer/verdict.hpp"

#include <expected>
#include <string>
#include <utility>

namespace voxspec {

// Why a case ends before its last step: the expectation that was not met, or what kept the judge
// from going on (then the verdict is not_run). `reason` is one sentence.
struct Failure {
  Verdict verdict = Verdict::fail;
  Hindrance hindrance = Hindrance::none;  // for not_run
  std::string reason;
  std::string step;      // JSON pointer; filled in by whoever runs the step
  Json expected;         // the pattern; null if there is none
  Json got;              // the frame; null if there is none
  std::string mismatch;  // JSON pointer into `got`
  bool timed_out = false;
  // Of what every peer has to do for the case to mean anything: to establish, to stay alive. It
  // does not become milder when the case is about a SHOULD.
  bool basic = false;
};

// How a step went.
using Outcome = std::expected<void, Failure>;

// The case asks for more than the subject has: no word about the subject.
[[nodiscard]] inline std::unexpected<Failure> unsupported(std::string reason) {
  Failure failure;
  failure.verdict = Verdict::unsupported;
  failure.reason = std::move(reason);
  return std::unexpected(std::move(failure));
}

[[nodiscard]] inline std::unexpected<Failure> fails(std::string reason) {
  Failure failure;
  failure.reason = std::move(reason);
  return std::unexpected(std::move(failure));
}
// Not run for what is no word about the subject.
[[nodiscard]] inline std::unexpected<Failure> hindered(Hindrance by, std::string reason) {
  Failure failure;
  failure.verdict = Verdict::not_run;
  failure.hindrance = by;
  failure.reason = std::move(reason);
  return std::unexpected(std::move(failure));
}
[[nodiscard]] inline std::unexpected<Failure> cannot_run(std::string reason) {
  return hindered(Hindrance::fault, std::move(reason));
}

}  // namespace voxspec
