#pragma once
#include "conformance/trace/trace.hpp"
#include "impl/link/address.hpp"

#include <cstddef>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace voxspec {

// Cases of a folder of traces, by id, and the files that could not be used.
struct Suite {
  std::vector<Case> cases;
  std::vector<TraceError> errors;
  bool is_whole = true;  // no file was left out
};

// The cases of the files named, whose ids count from `root` where they lie below it. A recording
// has the id of the case it was made of.
[[nodiscard]] Suite load_files(std::vector<std::filesystem::path> const& files,
                               std::filesystem::path const& root,
                               Dialect dialect = Dialect::vox_0_4);

// One of `count` parts that a suite is cut into, counted from 1.
struct Shard {
  std::size_t index = 1;
  std::size_t count = 1;

  // "2/5"
  [[nodiscard]] static std::expected<Shard, std::string> parse(std::string_view text);
};

// Which cases of a suite somebody asks for. What is left empty asks for nothing in particular; a
// case has to fit all that is not.
struct Selection {
  std::vector<std::string> patterns;             // for ids
  std::vector<std::string> excluded;             // patterns for ids, too
  std::vector<std::string> rules;                // for rules
  std::optional<std::vector<std::string>> only;  // exactly these ids
  std::optional<vox::link::Transport> transport;
  std::optional<Conduit> conduit;
  Shard shard;
};

// Reads the *.json below the folder, but the schema of the format: all of them, or, where a
// selection goes by ids alone, those in which such cases may be. The cases are in the dialect, but
// for those that are about another one. The error is one line.
[[nodiscard]] std::expected<Suite, std::string> load_suite(std::filesystem::path const& folder,
                                                           Dialect dialect = Dialect::vox_0_4,
                                                           Selection const& selection = {});

// The cases that fit, in the order of the suite. A pattern that fits no case of the suite is an
// error, one line that names it: nobody should take a misspelt id for a clean run.
[[nodiscard]] std::expected<std::vector<Case const*>, std::string> select(
    Suite const& suite, Selection const& selection);

// Where nothing fits: "no case was selected: of 12 cases, --exclude leaves none".
[[nodiscard]] std::string nothing_selected(Suite const& suite, Selection const& selection);

// What was asked for, in words: "connection/*, rule session.parity, without stable"; empty for the
// whole suite.
[[nodiscard]] std::string text(Selection const& selection);

// True if the case may be run over the transport.
[[nodiscard]] bool goes_over(Case const& trace, vox::link::Transport transport);

}  // namespace voxspec
