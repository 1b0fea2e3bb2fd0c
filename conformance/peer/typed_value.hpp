#pragma once
#include "conformance/peer/fault.hpp"
#include "impl/wire/bytes.hpp"

#include <expected>
#include <optional>
#include <string>
#include <string_view>

// Values of Testbed's types as JSON, for payloads that a trace writes as values: a struct is an
// object, a unit variant a string, any other variant {"Name": payload}, an option null or the
// value, a tuple a list, "()" null, bytes {"hex": …} or {"text": …}, a channel its id.
namespace voxspec {

// Encodes a value of a type in Rust notation; throws Fault.
[[nodiscard]] vox::Bytes encode_typed(std::string_view type, Place const& value);
// The value of bytes that are wholly one of the type. The error is a sentence.
[[nodiscard]] std::expected<Json, std::string> decode_typed(std::string_view type,
                                                            vox::ByteView bytes);

// Bytes written as a value, {"as": type, "value": …}, {"args_of": method, "value": […]} or
// {"returned_by": method, "value": …}: encoded to {"hex": …} where they can be, left as {"as": …,
// "value": …} while they hold names or ids or are a pattern. Throws Fault.
[[nodiscard]] Json typed_bytes(Place const& place, bool pattern);

// {"args_of": method} or {"returned_by": method} in place of schemas: the method's schema payload.
[[nodiscard]] Json schemas_of_method(Place const& place);
// All schemas of one half ("args" or "response") of a method, root last; nothing if the judge does
// not know the method.
[[nodiscard]] std::optional<Json> method_schemas(std::string_view method,
                                                 std::string_view direction);

}  // namespace voxspec
