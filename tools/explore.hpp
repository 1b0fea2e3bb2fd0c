#pragma once
#include "tools/tool.hpp"

namespace voxspec {

void add_explore(CLI::App& app, Tool& tool);

}  // namespace voxspec
