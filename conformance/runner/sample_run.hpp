#pragma once
#include "conformance/runner/run_report.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

// What the tests of reports share.
namespace voxspec {

// Everything a subject could write to spoil a report.
inline constexpr std::string_view nasty = "<b attr=\"'&]]>\x1b[31m\xff\x01\nnext line";

// A run with a case of each verdict; the cases stand in it, so that it is not copied.
struct SomeRun {
  std::vector<Case> traces;
  RunReport report;

  SomeRun() {
    traces.resize(all_verdicts.size());
    report.version = "1.2.3";
    report.subject = "some <subject>";
    report.again = "voxspec run --subject rust";
    for (std::size_t i = 0; i < all_verdicts.size(); ++i) {
      auto& trace = traces[i];
      trace.id = "chapter/" + std::string{text(all_verdicts[i])};
      trace.about = "A claim about <this> & that";
      trace.clauses = {vox::Clause{"session.parity/1"}};
      CaseReport entry;
      entry.trace = &trace;
      entry.result.id = trace.id;
      entry.result.clauses = {"session.parity/1"};
      entry.result.transport = "websocket";
      entry.result.verdict = all_verdicts[i];
      entry.result.reason = nasty;
      entry.result.wall = std::chrono::microseconds{1500};
      entry.output = nasty;
      report.cases.push_back(entry);
    }
  }
  SomeRun(SomeRun const&) = delete;
  SomeRun& operator=(SomeRun const&) = delete;

  // The failing case, with an exchange of five frames of which the fourth is not the expected one.
  CaseReport& failed() {
    auto& entry = report.cases[1];
    for (int nonce = 0; nonce < 5; ++nonce) {
      FrameRecord frame;
      frame.direction = nonce % 2 == 0 ? Direction::sent : Direction::received;
      frame.decoded = {{"on", 0}, {"ping", {{"nonce", nonce}}}};
      entry.result.frames.push_back(frame);
    }
    entry.result.expected = {{"pong", {{"nonce", 7}}}};
    entry.result.got = entry.result.frames[3].decoded;
    return entry;
  }
};

inline std::size_t count(std::string_view in, std::string_view what) {
  std::size_t found = 0;
  for (auto at = in.find(what); at != std::string_view::npos; at = in.find(what, at + 1)) {
    ++found;
  }
  return found;
}

}  // namespace voxspec
