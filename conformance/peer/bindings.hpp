#pragma once
#include "conformance/peer/value.hpp"

#include <functional>
#include <map>
#include <string>

namespace voxspec {

// The values that a case has given names to, without the "$".
using Bindings = std::map<std::string, Value, std::less<>>;

}  // namespace voxspec
