#pragma once
#include "conformance/explore/finding.hpp"

#include <map>
#include <string>
#include <vector>

namespace voxspec::explore {

// What a subject said, as the protocol keeps it in order: its handshake on each link, its answers
// to opens and violations, the answers to each request, the items of each channel, what is
// announced on each connection, and how the link and the process stand in the end. Left out, since
// two right subjects differ in them: resume keys, the words of errors, Pings, credit as it is cut
// into grants, and kinds of message that race with what was sent.
using Streams = std::map<std::string, std::vector<std::string>>;
[[nodiscard]] Streams streams(Script const& script, CaseReport const& report);

// The first stream in which two subjects differ, in words; empty if there is none.
[[nodiscard]] std::string difference(Script const& script, CaseReport const& one,
                                     CaseReport const& other, std::string const& name_of_one,
                                     std::string const& name_of_other);

// Each thing that is not compared, with the reason.
struct NotCompared {
  std::string_view what;
  std::string_view reason;
};
[[nodiscard]] std::vector<NotCompared> not_compared();

}  // namespace voxspec::explore
