#pragma once
#include "conformance/relay/wire_fault.hpp"
#include "conformance/trace/trace.hpp"

#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace voxspec::relay {

// Reads what stands in one file of faults or freedoms; the ids begin with `prefix`. One that is not
// about the dialect is read in the first one that it names.
[[nodiscard]] std::expected<std::vector<WireFault>, TraceError> parse_faults(
    std::string_view text, std::filesystem::path const& path, std::string const& prefix = {},
    Dialect dialect = Dialect::vox_0_4);

// All files below a folder, in the order of their paths; the ids begin with the path, as in
// "session.keepalive". Files that are none are in `errors`.
struct FaultFolder {
  std::vector<WireFault> faults;
  std::vector<TraceError> errors;
};
[[nodiscard]] FaultFolder load_faults(std::filesystem::path const& folder,
                                      Dialect dialect = Dialect::vox_0_4);

// Why there is nothing of the fault with a subject that speaks the dialect: a sentence about it.
// Nothing if there may be.
[[nodiscard]] std::optional<std::string> not_in(WireFault const& fault, Dialect dialect);

// The keys that the reader knows, by the table they stand in, for the test of the JSON Schema:
// "file", "fault", "rule", "action", "encode", "hold", "map", "retype".
[[nodiscard]] std::vector<std::string_view> fault_keys(std::string_view table);

}  // namespace voxspec::relay
