#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace vox::wire {

// The words of an identifier in small letters, joined by dashes: getIDs is get-i-ds, HTTPServer2Go
// is http-server2-go. Words end at every ASCII character that is neither letter nor digit, before a
// capital that follows a small letter, and before the last capital of a row that small letters
// follow; digits, and letters without case, belong to the word they stand in.
[[nodiscard]] std::string kebab_case(std::string_view identifier);

// The number by which a call names its method: by the names of service and method alone.
// r[impl method.identity.computation] r[impl schema.method-id] r[impl rpc.method-id]
[[nodiscard]] std::uint64_t method_id(std::string_view service, std::string_view method);

}  // namespace vox::wire
