#pragma once
#include "conformance/differential/script.hpp"
#include "conformance/differential/transcript.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace voxspec::differential {

// A transcript as what the protocol keeps in order: the session's own answers on each link, what
// its application began there, the answers to each request, what is announced on each connection in
// each step, and how each link stands in the end. Resume keys and the texts of errors are left out.
using Streams = std::map<std::string, std::vector<std::string>>;
[[nodiscard]] Streams streams(Script const& script, Transcript const& transcript,
                              Loose const& loose);

// The first stream in which the two sides are not the same.
struct Difference {
  std::string stream;
  std::vector<std::string> ours;
  std::vector<std::string> theirs;
};
[[nodiscard]] std::optional<Difference> compare(Script const& script,
                                                Conversation const& conversation);

}  // namespace voxspec::differential
