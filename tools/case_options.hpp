#pragma once
#include "conformance/runner/suite.hpp"
#include "tools/tool.hpp"

#include <expected>
#include <string>
#include <vector>

namespace voxspec {

// The options that say which cases a command is about.
struct CaseOptions {
  std::vector<std::string> patterns;
  std::vector<std::string> excluded;
  std::vector<std::string> rules;
  std::string transport;
  std::string conduit;
  std::string shard;

  void add_to(CLI::App& command);
  // The error is one line about the option that is wrong.
  [[nodiscard]] std::expected<Selection, std::string> selection() const;
};

}  // namespace voxspec
