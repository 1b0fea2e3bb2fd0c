#pragma once
#include "conformance/peer/value.hpp"

#include <optional>
#include <string>

namespace voxspec {

// What is wrong with a schema payload, as a sentence; nothing if it is sound: it has the shape of
// one, no schema stands in it twice, every id is that of its content (but for recursive types,
// whose ids depend on more) and every variable is a parameter of its declaration. A whole one
// describes all types that it refers to.
[[nodiscard]] std::optional<std::string> flaw_in_schemas(Value const& payload, bool is_whole);

// The same of the schemas in a handshake, a list without a root: nothing if it can be decoded and
// describes all types that it refers to. One may stand in it twice, and the ids are not looked at.
[[nodiscard]] std::optional<std::string> flaw_in_schema_list(Value const& list);

}  // namespace voxspec
