#include "conformance/differential/shrink.hpp"

#include <algorithm>
#include <iterator>
#include <variant>

namespace voxspec::differential {

namespace {

// Drops runs of steps, the longest first.
void drop_steps(Script const& script, std::vector<Script>& out) {
  auto const count = script.steps.size();
  for (auto length = count; length > 0; length /= 2) {
    for (std::size_t begin = 0; begin + length <= count; begin += length) {
      auto candidate = script;
      auto const first = std::next(candidate.steps.begin(), static_cast<std::ptrdiff_t>(begin));
      candidate.steps.erase(first, std::next(first, static_cast<std::ptrdiff_t>(length)));
      out.push_back(std::move(candidate));
    }
  }
}

void drop_payloads(Script const& script, std::vector<Script>& out) {
  for (std::size_t step = 0; step < script.steps.size(); ++step) {
    auto const* const say = std::get_if<Say>(&script.steps[step]);
    if (say == nullptr || say->payloads.size() < 2) continue;
    for (std::size_t index = 0; index < say->payloads.size(); ++index) {
      auto candidate = script;
      auto& payloads = std::get<Say>(candidate.steps[step]).payloads;
      payloads.erase(std::next(payloads.begin(), static_cast<std::ptrdiff_t>(index)));
      out.push_back(std::move(candidate));
    }
  }
}

// A burst of several as steps of one each.
void split_bursts(Script const& script, std::vector<Script>& out) {
  for (std::size_t step = 0; step < script.steps.size(); ++step) {
    auto const* const say = std::get_if<Say>(&script.steps[step]);
    if (say == nullptr || say->payloads.size() < 2) continue;
    auto candidate = script;
    auto const at = std::next(candidate.steps.begin(), static_cast<std::ptrdiff_t>(step));
    std::vector<Step> single;
    for (auto const& payload : say->payloads)
      single.emplace_back(Say{.payloads = {payload}});
    auto const next = candidate.steps.erase(at);
    candidate.steps.insert(next, single.begin(), single.end());
    out.push_back(std::move(candidate));
  }
}

void plain_greetings(Script const& script, std::vector<Script>& out) {
  for (std::size_t index = 0; index < script.greetings.size(); ++index) {
    auto candidate = script;
    auto& greeting = candidate.greetings[index];
    Greeting plain;
    plain.key = greeting.key;
    auto const peer = peer_of(script.role);
    if (first_payload(greeting, peer, {}) == first_payload(plain, peer, {}) &&
        !greeting.last_instead) {
      continue;
    }
    greeting = plain;
    out.push_back(std::move(candidate));
  }
}

}  // namespace

std::vector<Script> smaller(Script const& script) {
  std::vector<Script> out;
  drop_steps(script, out);
  drop_payloads(script, out);
  plain_greetings(script, out);
  split_bursts(script, out);
  return out;
}

}  // namespace voxspec::differential
