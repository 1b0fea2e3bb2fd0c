#pragma once
#include "conformance/peer/term.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace voxspec {

// Something that the judge asked of its own accord, and how to know the answer.
struct Question {
  std::string words;               // "the Pong to the Ping with nonce 7 on connection 0"
  Pattern answers;                 // a frame that answers it, rightly or not
  Pattern right;                   // the right answer
  std::optional<Pattern> aside{};  // a frame that may come before it
  std::chrono::steady_clock::time_point asked{};  // when it had gone out
};

}  // namespace voxspec
