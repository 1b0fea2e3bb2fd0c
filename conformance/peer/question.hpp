#pragma once
#include "conformance/peer/json.hpp"

#include <chrono>
#include <string>

namespace voxspec {

// Something that the judge asked of its own accord, and how to know the answer.
struct Question {
  std::string words;  // "the Pong to the Ping with nonce 7 on connection 0"
  Json answers;       // pattern: a frame that answers it, rightly or not
  Json right;         // pattern: the right answer
  Json aside;         // pattern: a frame that may come before it; null if there is none
  std::chrono::steady_clock::time_point asked{};  // when it had gone out
};

}  // namespace voxspec
