#pragma once
#include "conformance/runner/stage.hpp"
#include "conformance/runner/subject.hpp"
#include "tools/tool.hpp"

#include <expected>
#include <memory>
#include <string>
#include <vector>

namespace voxspec {

// The options that say who is judged.
struct SubjectOptions {
  std::string subject;
  std::string connect;
  std::string listen;
  std::vector<std::string> abilities;
  std::vector<std::string> roles;
  std::vector<std::string> transports;
  std::vector<std::string> conduits;
  std::string dialect;
  std::string name;

  void add_to(CLI::App& command);
};

// The dialect of whom the options name, which cases are read in: vox_0_4 where there is nobody.
[[nodiscard]] vox::Dialect dialect_of(SubjectOptions const& options, Layout const& layout);

// Who is judged, and the way there.
struct Candidate {
  std::unique_ptr<Subject> subject;  // of fixed address: the stage refers to it
  std::unique_ptr<Stage> stage;
  std::string again;   // the options that name it once more
  std::string prompt;  // what a person has to do now, if anything
};

// The error is one line.
[[nodiscard]] std::expected<Candidate, std::string> find_candidate(SubjectOptions const& options,
                                                                   Layout const& layout);

}  // namespace voxspec
