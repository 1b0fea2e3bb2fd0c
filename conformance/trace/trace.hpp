#pragma once
#include "conformance/peer/frame_kinds.hpp"
#include "conformance/peer/json.hpp"
#include "conformance/trace/steps.hpp"
#include "spec/clause.hpp"
#include "spec/parity.hpp"

#include <boost/describe/enum.hpp>

#include <cstdint>
#include <expected>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace voxspec {

// Why a trace cannot be used. It is the author's error, never a verdict on a subject.
struct TraceError {
  std::string file;
  std::string where;   // "steps[2].send.connection_open"; empty for the file as a whole
  std::string what;    // what is wrong
  std::string advice;  // what to do about it; may be empty

  bool operator==(TraceError const&) const = default;
};
// One line: "file: where: what; advice".
[[nodiscard]] std::string text(TraceError const& error);

// How the subject is started: serving, or as the client of one scenario; and what is added to its
// environment.
struct SubjectStart {
  enum class Mode : std::uint8_t { serve, client };
  Mode mode = Mode::serve;
  std::string scenario;  // client only
  std::map<std::string, std::string> env;
  bool store = false;  // it gets a place for what has to outlive its process
};

enum class Conduit : std::uint8_t { bare, stable };
BOOST_DESCRIBE_ENUM(Conduit, bare, stable)

// One case, complete in itself: parameters put in, macros expanded, role decided.
struct Case {
  std::string id;    // "connection/open/wrong-parity", "…[row]", "…@initiator"
  std::string file;  // where it was read
  std::string about;
  std::vector<vox::Clause> clauses;       // what its verdict is about; `rules` in the file
  vox::Role role = vox::Role::initiator;  // what *we* play
  Conduit conduit = Conduit::bare;
  Dialect dialect = Dialect::vox_0_4;   // what its frames are written in
  bool one_dialect = false;             // and what it says nothing of any other in
  std::vector<std::string> transports;  // "tcp", "local", "websocket", "stdio"; empty: any
  SubjectStart subject;
  std::vector<std::string> needs;
  bool slow = false;
  bool hostile = false;
  int version = 1;
  std::string row;    // of `with`; empty if there is none
  bool both = false;  // the file asks for both roles, so the id says which
  std::vector<Step> steps;

  // The strongest level among its clauses. A definition binds as a MUST does, though no RFC word
  // says so; a case is milder only if all its clauses are.
  [[nodiscard]] vox::Level level() const;
  // True if it judges by the behaviour of 0.4.0 alone: whoever does otherwise differs, and breaks
  // no rule.
  [[nodiscard]] bool is_by_behaviour() const;
};

// A file that was read and found right. Its cases are complete but for their ids, which need the
// folder that the file is counted from.
struct TraceFile {
  std::filesystem::path path;
  Json document;
  std::vector<Case> cases;
};

[[nodiscard]] std::expected<TraceFile, TraceError> load_trace(std::filesystem::path const& path,
                                                              Dialect dialect = Dialect::vox_0_4);
// The same for text at hand; `path` only names it. A file that is not about the dialect is read in
// the first one that it names.
[[nodiscard]] std::expected<TraceFile, TraceError> parse_trace(std::string_view text,
                                                               std::filesystem::path const& path,
                                                               Dialect dialect = Dialect::vox_0_4);

// The cases of a file with their ids: the path below `root` without ".json", then "[row]", then
// "@role" where the file asks for both roles. A file outside `root` counts from its own folder.
[[nodiscard]] std::vector<Case> cases(TraceFile file, std::filesystem::path const& root);

// The version of the language that this reader reads.
inline constexpr int trace_version = 1;

}  // namespace voxspec
