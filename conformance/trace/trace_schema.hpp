#pragma once
#include "conformance/peer/json.hpp"

namespace voxspec {

// The trace language as a JSON Schema (draft 2020-12), made of the tables that the reader goes by.
// traces/trace.schema.json is this text: editors complete by it, and other tools check by it. It
// takes every trace that the reader takes; what needs more than a schema (whether a name is bound,
// whether a rule exists, whether a value fits its type) only the reader checks.
[[nodiscard]] Json trace_schema();

}  // namespace voxspec
