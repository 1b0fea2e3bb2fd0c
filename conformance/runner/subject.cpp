#include "conformance/runner/subject.hpp"

#include "conformance/peer/dialect_word.hpp"
#include "conformance/runner/json_fields.hpp"
#include "conformance/trace/abilities.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <span>
#include <sstream>
#include <string_view>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace voxspec {
namespace fs = std::filesystem;

bool Subject::plays(vox::Role role) const {
  return std::ranges::find(roles, role) != roles.end();
}

void Subject::speak(vox::Dialect word) {
  auto const traits = vox::traits_of(word);
  dialect = word;
  counts_descriptors = traits.counts_descriptors;
  if (!traits.has_stable_conduit) std::erase(conduits, "stable");
}

Layout Layout::of_this_program() {
  std::error_code ec;
  auto const prefix = fs::read_symlink("/proc/self/exe", ec).parent_path().parent_path();
  return {.share = prefix / "share" / "voxspec", .libexec = prefix / "libexec" / "voxspec"};
}

namespace {

constexpr std::array<std::string_view, 2> role_names{"initiator", "acceptor"};
constexpr std::array<std::string_view, 3> transport_names{"tcp", "local", "ws"};
constexpr std::array<std::string_view, 2> conduit_names{"bare", "stable"};

// Checks the words of a list against those that it may hold.
void check_words(JsonFields& fields, std::string const& key, std::vector<std::string> const& words,
                 std::span<std::string_view const> known) {
  for (auto const& word : words) {
    if (std::ranges::find(known, word) != known.end()) continue;
    std::string choice;
    for (auto const& each : known)
      choice += (choice.empty() ? "" : ", ") + std::string{each};
    fields.fail(key, "has '" + word + "', which is not one of " + choice);
  }
}

// What the subject says of its dialect; 0.4.0's if nothing.
void read_dialect(JsonFields& fields, Subject& subject) {
  if (auto const word = fields.optional_text("dialect")) {
    if (auto const dialect = find_dialect(*word)) {
      auto const claimed = subject.conduits;
      subject.speak(*dialect);
      if (claimed != subject.conduits) {
        fields.fail("conduits", "has 'stable', which the dialect " + *word + " has not");
      }
    } else {
      fields.fail("dialect", "names an " + unknown_dialect(*word));
    }
  }
  if (auto const framing = fields.optional_text("local_framing")) {
    std::vector<std::string> const words{*framing};
    check_words(fields, "local_framing", words, framing_words());
    subject.counts_descriptors = counts_descriptors(*framing);
  }
}

bool is_in_path(std::string const& program) {
  auto const* const path = std::getenv("PATH");
  std::istringstream folders{path == nullptr ? "" : path};
  std::string folder;
  while (std::getline(folders, folder, ':')) {
    if (::access((fs::path{folder} / program).c_str(), X_OK) == 0) return true;
  }
  return false;
}

// A word that names neither a subject nor a program is one that was misspelt.
std::string nobody_called(std::string const& word, Layout const& layout) {
  std::vector<std::string> names;
  if (auto const subjects = list_subjects(layout)) {
    for (auto const& subject : *subjects)
      names.push_back(subject.spelling);
  }
  std::vector<std::string_view> const known(names.begin(), names.end());
  return "no subject, folder or program is called '" + word + "'" + nearest_hint(word, known) +
         "; see voxspec list --subjects";
}

std::string resolve_program(std::string const& program, fs::path const& folder,
                            fs::path const& libexec) {
  if (program.contains('/')) {
    auto const path = (folder / program).lexically_normal();
    // A name without a slash would be looked for in PATH.
    return (path.has_parent_path() ? path : "." / path).string();
  }
  std::error_code ec;
  auto const ours = libexec / program;
  return fs::exists(ours, ec) ? ours.string() : program;
}

}  // namespace

std::expected<Subject, std::string> load_subject(fs::path const& folder, fs::path const& libexec) {
  auto const file = folder / "subject.json";
  auto const document = load_json(file);
  if (!document) return std::unexpected(document.error());
  JsonFields fields{*document, file.string()};
  Subject subject;
  subject.name = fields.text("name");
  subject.about = fields.text("about");
  subject.command = fields.texts("command", 1);
  subject.transports = fields.texts("transports", 1);
  subject.conduits = fields.texts("conduits", 1);
  subject.abilities = fields.texts("abilities");
  subject.environment = fields.text_map("env");
  subject.spelling = folder.string();
  auto const roles = fields.texts("roles", 1);
  read_dialect(fields, subject);
  check_words(fields, "roles", roles, role_names);
  check_words(fields, "transports", subject.transports, transport_names);
  check_words(fields, "conduits", subject.conduits, conduit_names);
  for (auto const& ability : subject.abilities) {
    if (auto const wrong = unknown_ability(ability)) fields.fail("abilities", "has an " + *wrong);
  }
  for (auto const& list : fields.texts("expectations"))
    subject.expectations.push_back(folder / list);
  if (auto error = fields.error()) return std::unexpected(*std::move(error));
  for (auto const& role : roles) {
    subject.roles.push_back(role == "initiator" ? vox::Role::initiator : vox::Role::acceptor);
  }
  subject.command.front() = resolve_program(subject.command.front(), folder, libexec);
  return subject;
}

std::expected<std::vector<std::string>, std::string> split_command(std::string const& line) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  char quote = '\0';
  for (std::size_t i = 0; i < line.size(); ++i) {
    char const c = line[i];
    if (quote != '\0') {
      if (c == quote) {
        quote = '\0';
      } else {
        word += c;
      }
    } else if (c == '\'' || c == '"') {
      quote = c;
      in_word = true;
    } else if (c == '\\' && i + 1 < line.size()) {
      word += line[++i];
      in_word = true;
    } else if (std::isspace(static_cast<unsigned char>(c)) != 0) {
      if (in_word) words.push_back(std::exchange(word, {}));
      in_word = false;
    } else {
      word += c;
      in_word = true;
    }
  }
  if (quote != '\0') {
    return std::unexpected(std::string{"the quote "} + quote + " stands open in: " + line);
  }
  if (in_word) words.push_back(word);
  if (words.empty())
    return std::unexpected(std::string{"the command line of the subject is empty"});
  return words;
}

std::expected<Subject, std::string> find_subject(std::string const& spelling,
                                                 Layout const& layout) {
  std::error_code ec;
  bool const is_name = !spelling.contains('/') && !spelling.contains(' ');
  auto const named = layout.subjects() / spelling;
  if (is_name && fs::exists(named / "subject.json", ec)) {
    auto subject = load_subject(named, layout.libexec);
    if (subject) subject->spelling = spelling;
    return subject;
  }
  if (fs::is_directory(spelling, ec)) return load_subject(spelling, layout.libexec);
  if (is_name && !is_in_path(spelling)) return std::unexpected(nobody_called(spelling, layout));
  auto command = split_command(spelling);
  if (!command) return std::unexpected(command.error());
  Subject subject;
  subject.name = fs::path{command->front()}.filename().string();
  subject.about = "the command line " + spelling;
  subject.command = *std::move(command);
  subject.roles = {vox::Role::initiator, vox::Role::acceptor};
  subject.transports = {"tcp"};
  subject.conduits = {"bare", "stable"};
  subject.abilities = {testbed_ability};
  subject.spelling = spelling;
  return subject;
}

std::expected<std::vector<Subject>, std::string> list_subjects(Layout const& layout) {
  std::vector<Subject> subjects;
  std::error_code ec;
  for (auto const& entry : fs::directory_iterator{layout.subjects(), ec}) {
    if (!fs::exists(entry.path() / "subject.json", ec)) continue;
    auto subject = load_subject(entry.path(), layout.libexec);
    if (!subject) return std::unexpected(subject.error());
    subject->spelling = entry.path().filename().string();
    subjects.push_back(*std::move(subject));
  }
  std::ranges::sort(subjects, {}, &Subject::spelling);
  return subjects;
}

}  // namespace voxspec
