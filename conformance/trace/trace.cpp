#include "conformance/trace/trace.hpp"

#include "conformance/peer/dialect_word.hpp"
#include "conformance/peer/fault.hpp"
#include "conformance/peer/json_text.hpp"
#include "conformance/trace/abilities.hpp"
#include "conformance/trace/any_step.hpp"
#include "conformance/trace/parameters.hpp"
#include "conformance/trace/step_reader.hpp"
#include "conformance/trace/trace_keys.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <utility>

namespace voxspec {
namespace {

// Larger files are no traces.
constexpr std::uintmax_t file_bytes_max = 64u << 20;

// "connection.open/1 to connection.open/7", for those who cite a rule as a whole.
std::string clauses_in_words(vox::Rule rule) {
  auto const all = vox::clauses_of(rule);
  std::string text{all.front().id};
  if (all.size() > 1) text += " to " + std::string{all.back().id};
  return text;
}

[[noreturn]] void refuse_clause(Place const& place, std::string const& id) {
  if (auto const rule = vox::Rule::find(id)) {
    place.fail("'" + id + "' is a rule; a case cites clauses",
               "the rule has " + clauses_in_words(*rule));
  }
  if (auto const rule = vox::Rule::find(std::string_view{id}.substr(0, id.rfind('/')))) {
    place.fail("unknown clause '" + id + "'", "the rule has " + clauses_in_words(*rule));
  }
  std::vector<std::string_view> known;
  for (auto const& row : vox::clause_table())
    known.push_back(row.id);
  place.fail("unknown clause '" + id + "'" + nearest_hint(id, known), "spec/rules lists them");
}

std::vector<vox::Clause> read_clauses(Place const& place) {
  std::vector<vox::Clause> clauses;
  for (auto const& id : place.list()) {
    auto const clause = vox::Clause::find(id.text());
    if (!clause) refuse_clause(id, id.text());
    if (std::ranges::find(clauses, *clause) != clauses.end()) id.fail("the clause is there twice");
    clauses.push_back(*clause);
  }
  if (clauses.empty()) place.fail("a case is about at least one clause");
  return clauses;
}

struct Peer {
  std::vector<vox::Role> roles{vox::Role::initiator};
  Conduit conduit = Conduit::bare;
  std::vector<std::string> transports;
};

Peer read_peer(Place const& place) {
  Peer peer;
  place.check_keys(key_names("peer"));
  if (!place.has("role")) place.fail("'role' is missing", "initiator, acceptor or both");
  auto const role = (place / "role").word(words("role"));
  static constexpr std::array both{vox::Role::initiator, vox::Role::acceptor};
  if (role < both.size()) {
    peer.roles = {both[role]};
  } else {
    peer.roles.assign(both.begin(), both.end());
  }
  if (place.has("conduit")) {
    peer.conduit = static_cast<Conduit>((place / "conduit").word(words("conduit")));
  }
  if (place.has("transports")) {
    for (auto const& word : (place / "transports").list()) {
      // The ports call it by its full name.
      auto const name = words("transport")[word.word(words("transport"))];
      peer.transports.emplace_back(name == "ws" ? "websocket" : name);
    }
    if (peer.transports.empty()) (place / "transports").fail("the list is empty");
  }
  return peer;
}

SubjectStart read_subject(Place const& place) {
  SubjectStart start;
  place.check_keys(key_names("subject"));
  if (place.has("client")) {
    start.mode = SubjectStart::Mode::client;
    start.scenario = (place / "client").text();
  }
  start.store = place.has("store") && (place / "store").boolean();
  if (!place.has("env")) return start;
  auto const env = place / "env";
  if (!env.value().is_object()) env.wanted("an object");
  for (auto const& [name, value] : env.value().items()) {
    start.env[name] = (env / name).text();
  }
  return start;
}

bool lets_differ(Step const& step) {
  auto const* const one_of = std::get_if<OneOf>(&step.body);
  return one_of != nullptr && std::ranges::find(one_of->alternatives, Alternative::Worth::differs,
                                                &Alternative::worth) != one_of->alternatives.end();
}

struct Row {
  std::string name;
  Scope scope;
  std::string pointer;
};

std::vector<Row> read_rows(Place const& place) {
  std::vector<Row> rows;
  std::set<std::string> names;
  for (auto const& row : place.list()) {
    if (!row.value().is_object()) row.wanted("an object");
    if (!row.has("row")) row.fail("the row has no name", "give it as 'row'");
    Row out{.name = (row / "row").text(), .scope = Scope{}, .pointer = row.pointer()};
    if (out.name.empty() || out.name.find_first_of("[]@/ ") != std::string::npos) {
      (row / "row").fail("a row's name has no blanks and none of [ ] @ /");
    }
    if (!names.insert(out.name).second) (row / "row").fail("another row has this name");
    for (auto const& [key, value] : row.value().items())
      out.scope.set(key, value);
    rows.push_back(std::move(out));
  }
  if (rows.empty()) place.fail("there are no rows");
  return rows;
}

// The dialect that a file is read in, and whether it is about no other.
struct Dialects {
  Dialect read_in = Dialect::vox_0_4;
  bool only = false;
};

Dialects dialects_of(Place const& file, Dialect wanted) {
  auto const is_only = file.has("dialects") && read_dialects(file / "dialects").size() == 1;
  return {.read_in = dialect_to_read_in(file, wanted), .only = is_only};
}

// One case of the file: its header with this row's parameters, for one role.
class CaseReader {
 public:
  CaseReader(Place file, Scope const& scope, Dialects dialects)
      : file_{std::move(file)}, scope_{&scope}, dialects_{dialects} {
    for (auto const& [key, value] : file_.value().items()) {
      if (key == "steps" || key == "with" || key == "result" || key == "dialects") continue;
      header_[key] = substituted(file_ / key, scope);
    }
  }

  [[nodiscard]] static std::vector<std::string> abilities(Place const& place) {
    auto words = place.texts();
    for (auto const& word : words) {
      if (auto const wrong = unknown_ability(word)) place.fail(*wrong);
    }
    return words;
  }

  [[nodiscard]] Peer peer() const { return has("peer") ? read_peer(at("peer")) : Peer{}; }

  [[nodiscard]] Case read(Peer const& peer, vox::Role role) const {
    Case out;
    out.about = at("about").text();
    if (out.about.empty()) at("about").fail("the sentence is empty");
    out.clauses = read_clauses(at("rules"));
    out.role = role;
    out.both = peer.roles.size() > 1;
    out.conduit = peer.conduit;
    out.dialect = dialects_.read_in;
    out.one_dialect = dialects_.only;
    out.transports = peer.transports;
    if (has("subject")) out.subject = read_subject(at("subject"));
    if (has("needs")) out.needs = abilities(at("needs"));
    if (out.subject.store && std::ranges::find(out.needs, "durable") == out.needs.end()) {
      at("subject").fail("only what is durable can use a store", R"(say "needs": ["durable"])");
    }
    out.slow = has("slow") && at("slow").boolean();
    out.hostile = has("hostile") && at("hostile").boolean();
    out.steps = StepReader{out}.read(file_ / "steps", *scope_);
    if (out.steps.empty()) (file_ / "steps").fail("a case needs a step");
    check_claims(out);
    return out;
  }

 private:
  // One verdict cannot stand for what breaks the specification and for what only differs.
  void check_claims(Case const& made) const {
    auto const by_behaviour = std::ranges::count_if(made.clauses, [](vox::Clause clause) {
      return clause.entry().authority == vox::Authority::behaviour;
    });
    auto const is_mixed =
        by_behaviour > 0 && static_cast<std::size_t>(by_behaviour) < made.clauses.size();
    if (!is_mixed || any_step(made.steps, lets_differ)) return;
    at("rules").fail("these are clauses of the specification and of the behaviour of 0.4.0",
                     "make two cases, or an alternative that 'differs'");
  }

  [[nodiscard]] bool has(std::string_view key) const { return header_.contains(std::string{key}); }
  [[nodiscard]] Place at(std::string const& key) const { return {header_[key], "/" + key}; }

  Place file_;
  Scope const* scope_;
  Dialects dialects_;
  Json header_ = Json::object();
};

void check_file(Place const& file) {
  file.check_keys(key_names("file"));
  for (auto const& key : key_table("file").keys) {
    if (key.required && !file.has(key.name)) {
      file.fail("'" + std::string{key.name} + "' is missing", std::string{key.about});
    }
  }
  if (file.has("version") && (file / "version").number() != trace_version) {
    (file / "version")
        .fail("this version of the trace language is not known", "version 1 is the one there is");
  }
}

std::vector<Case> read_cases(Place const& file, Dialect dialect) {
  check_file(file);
  auto const dialects = dialects_of(file, dialect);
  std::vector<Row> rows;
  if (file.has("with")) {
    rows = read_rows(file / "with");
  } else {
    rows.push_back(Row{.name = {}, .scope = Scope{}, .pointer = {}});
  }
  std::vector<Case> cases;
  for (auto const& row : rows) {
    CaseReader const reader{file, row.scope, dialects};
    auto const peer = reader.peer();
    for (auto const role : peer.roles) {
      auto made = reader.read(peer, role);
      made.row = row.name;
      cases.push_back(std::move(made));
    }
    for (auto const& name : row.scope.unused()) {
      if (name == "row") continue;
      Place{Json{}, row.pointer + "/" + name}.fail("the parameter '" + name + "' is used nowhere",
                                                   R"(put it in with {"$": ")" + name + R"("})");
    }
  }
  return cases;
}

// As it is counted below the root, with "/" on every system.
std::string name_below(std::filesystem::path const& file, std::filesystem::path const& root) {
  auto below = file.lexically_normal().lexically_relative(root.lexically_normal());
  if (below.empty() || *below.begin() == "..") below = file.filename();
  return below.replace_extension().generic_string();
}

}  // namespace

vox::Level Case::level() const {
  static constexpr std::array by_strength{vox::Level::must, vox::Level::must_not,
                                          vox::Level::definition, vox::Level::should,
                                          vox::Level::may};
  auto const is_cited = [&](vox::Level level) {
    return std::ranges::any_of(clauses,
                               [&](vox::Clause clause) { return clause.entry().level == level; });
  };
  auto const* const strongest = std::ranges::find_if(by_strength, is_cited);
  return strongest == by_strength.end() ? vox::Level::definition : *strongest;
}

bool Case::is_by_behaviour() const {
  return std::ranges::all_of(clauses, [](vox::Clause clause) {
    return clause.entry().authority == vox::Authority::behaviour;
  });
}

std::string text(TraceError const& error) {
  std::string line = error.file;
  if (!error.where.empty()) line += ": " + error.where;
  line += ": " + error.what;
  if (!error.advice.empty()) line += "; " + error.advice;
  return line;
}

std::expected<TraceFile, TraceError> parse_trace(std::string_view text,
                                                 std::filesystem::path const& path,
                                                 Dialect dialect) {
  try {
    TraceFile file{.path = path, .document = parse_json(text), .cases = {}};
    file.cases = read_cases({file.document, {}}, dialect);
    for (auto& made : file.cases)
      made.file = path.string();
    return file;
  } catch (Fault const& fault) {
    return std::unexpected(TraceError{.file = path.string(),
                                      .where = readable(fault.where),
                                      .what = fault.what,
                                      .advice = fault.advice});
  }
}

std::expected<TraceFile, TraceError> load_trace(std::filesystem::path const& path,
                                                Dialect dialect) {
  auto const refuse = [&](std::string what, std::string advice) {
    return std::unexpected(TraceError{
        .file = path.string(), .where = {}, .what = std::move(what), .advice = std::move(advice)});
  };
  std::error_code error;
  auto const size = std::filesystem::file_size(path, error);
  if (error) return refuse("cannot be read: " + error.message(), "check the path");
  if (size > file_bytes_max) return refuse("is too large for a trace", "");
  std::ifstream stream{path, std::ios::binary};
  std::string const content{std::istreambuf_iterator<char>{stream}, {}};
  if (!stream && !stream.eof()) return refuse("cannot be read", "check its permissions");
  return parse_trace(content, path, dialect);
}

std::vector<Case> cases(TraceFile file, std::filesystem::path const& root) {
  auto const name = name_below(file.path, root);
  auto out = std::move(file.cases);
  for (auto& made : out) {
    made.id = name;
    if (!made.row.empty()) made.id += "[" + made.row + "]";
    if (made.both) made.id += made.role == vox::Role::initiator ? "@initiator" : "@acceptor";
  }
  return out;
}

}  // namespace voxspec
