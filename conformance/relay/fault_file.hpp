#pragma once
#include "conformance/relay/wire_fault.hpp"
#include "conformance/trace/trace.hpp"

#include <expected>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace voxspec::relay {

// Reads what stands in one file of faults or freedoms; the ids begin with `prefix`.
[[nodiscard]] std::expected<std::vector<WireFault>, TraceError> parse_faults(
    std::string_view text, std::filesystem::path const& path, std::string const& prefix = {});

// All files below a folder, in the order of their paths; the ids begin with the path, as in
// "session.keepalive". Files that are none are in `errors`.
struct FaultFolder {
  std::vector<WireFault> faults;
  std::vector<TraceError> errors;
};
[[nodiscard]] FaultFolder load_faults(std::filesystem::path const& folder);

// The keys that the reader knows, by the table they stand in, for the test of the JSON Schema:
// "file", "fault", "rule", "action", "encode", "hold", "map", "retype".
[[nodiscard]] std::vector<std::string_view> fault_keys(std::string_view table);

}  // namespace voxspec::relay
