#include "conformance/trace/steps.hpp"

#include <algorithm>
#include <array>

namespace voxspec {
namespace {

bool names_schema(FrameTerm const& pattern) {
  // Those inside: a choice of frames, or the message of a stable one.
  return (pattern.kind != nullptr && pattern.kind->name == "schema") ||
         std::ranges::any_of(pattern.inside, names_schema);
}

}  // namespace

std::vector<std::string> passing_by_default(std::vector<Pattern> const& frames) {
  if (std::ranges::any_of(frames, names_schema)) return {};
  return {"schema"};
}

}  // namespace voxspec
