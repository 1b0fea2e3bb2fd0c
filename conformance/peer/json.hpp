#pragma once
#include <nlohmann/json.hpp>

namespace voxspec {

// Traces, recordings and reports keep their keys in the order in which they were written.
using Json = nlohmann::ordered_json;

}  // namespace voxspec
