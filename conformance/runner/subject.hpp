#pragma once
#include "spec/dialect.hpp"
#include "spec/parity.hpp"

#include <expected>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace voxspec {

// What somebody who looks at the subject while cases run wants of it.
struct Watch {
  bool terminal = false;               // it gets our standard input, and what it writes is shown
  std::function<void(int)> started{};  // called with the id of each process before its first frame

  [[nodiscard]] bool is_on() const { return terminal || started; }
};

// An implementation under judgement, as its subject.json describes it: how it is started and what
// it can do. What it does not claim is never tried; the case is unsupported, with that reason.
struct Subject {
  std::string name;
  std::string about;
  // The program and its arguments, ready to be started. Empty for one that is already running.
  std::vector<std::string> command;
  std::vector<vox::Role> roles;         // the roles it can play itself
  std::vector<std::string> transports;  // of tcp, local, ws
  std::vector<std::string> conduits;    // of bare, stable
  std::vector<std::string> abilities;   // what cases may name in `needs`
  vox::Dialect dialect = vox::Dialect::vox_0_4;
  // On its Unix sockets a count of file descriptors follows each length.
  bool counts_descriptors = false;
  std::map<std::string, std::string> environment;
  // Its lists of known failures. The first entry that is about a case counts.
  std::vector<std::filesystem::path> expectations;
  // What someone types after --subject to get it again.
  std::string spelling;
  Watch watch{};

  [[nodiscard]] bool plays(vox::Role role) const;
  // With what else follows from it. What the dialect has not is no longer claimed.
  void speak(vox::Dialect word);
};

// Where the tool finds what it needs: `<prefix>/bin/voxspec` has its data in
// `<prefix>/share/voxspec` and the programs of its subjects in `<prefix>/libexec/voxspec`, in the
// build tree and installed alike.
struct Layout {
  std::filesystem::path share;
  std::filesystem::path libexec;

  [[nodiscard]] std::filesystem::path traces() const { return share / "traces"; }
  [[nodiscard]] std::filesystem::path subjects() const { return share / "subjects"; }
  [[nodiscard]] std::filesystem::path ledger() const { return share / "spec" / "ledger.json"; }

  // The layout around the program that is running.
  [[nodiscard]] static Layout of_this_program();
};

// Reads `folder`/subject.json. The error is one line that names the file and the key. A command
// without a slash is looked for in libexec first and then in PATH; one with a slash is relative to
// the folder. A program that does not exist is not an error here but when it is started.
[[nodiscard]] std::expected<Subject, std::string> load_subject(
    std::filesystem::path const& folder, std::filesystem::path const& libexec);

// What `--subject` may name: a subject of the layout, a folder with a subject.json, or a command
// line in one text (split at blanks; quotes and backslashes as in a shell). A command line claims
// both roles, TCP, the bare and the stable conduit, and no ability but testbed.
[[nodiscard]] std::expected<Subject, std::string> find_subject(std::string const& spelling,
                                                               Layout const& layout);

// The subjects of the layout, by name; one whose file is wrong is an error.
[[nodiscard]] std::expected<std::vector<Subject>, std::string> list_subjects(Layout const& layout);

// Splits a command line into words; the error says which quote stands open.
[[nodiscard]] std::expected<std::vector<std::string>, std::string> split_command(
    std::string const& line);

}  // namespace voxspec
