#include "conformance/relay/fault_file.hpp"

#include "conformance/peer/dialect_word.hpp"
#include "conformance/peer/fault.hpp"
#include "conformance/peer/json_text.hpp"
#include "conformance/peer/term_json.hpp"
#include "conformance/relay/action_read.hpp"
#include "conformance/relay/fault_words.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <utility>

namespace voxspec::relay {
namespace {

constexpr std::array<std::string_view, 3> role_words{"initiator", "acceptor", "each"};
constexpr std::array<std::string_view, 2> conduit_words{"bare", "stable"};
constexpr std::array<std::string_view, 3> occasion_words{"noise", "begin", "end"};
constexpr std::array occasions{Occasion::noise, Occasion::begin, Occasion::end};

using Names = std::set<std::string, std::less<>>;

void collect_names(Json const& value, Names& names) {
  if (is_name(value)) names.insert(value.get<std::string>().substr(1));
  if (!value.is_structured()) return;
  for (auto const& inner : value)
    collect_names(inner, names);
}

void check_occasion(Place const& place, FaultRule const& rule) {
  if (rule.occasion == Occasion::frame || rule.occasion == Occasion::noise) return;
  for (auto const& action : rule.actions) {
    auto const fits = std::holds_alternative<Insert>(action.of) ||
                      std::holds_alternative<End>(action.of) ||
                      std::holds_alternative<Drop>(action.of);
    if (!fits) place.fail("there is no frame to do this to", "insert, end, reset, drop");
  }
}

FaultRule read_rule(Place const& place, std::vector<FaultRule> const& earlier, Names& taken,
                    Dialect dialect) {
  FaultRule rule;
  if (place.has("name")) rule.name = (place / "name").text();
  auto const read_condition = [&](std::string_view key, std::string& condition) {
    if (!place.has(key)) return;
    condition = (place / key).text();
    auto const known = std::ranges::find(earlier, condition, &FaultRule::name) != earlier.end();
    if (!known) (place / key).fail("no earlier rule has the name '" + condition + "'");
  };
  read_condition("when", rule.when);
  read_condition("unless", rule.unless);
  if (!place.has("from")) place.fail("'from' is missing", "subject or judge");
  rule.from = read_side(place / "from");
  if (!place.has("match")) place.fail("'match' is missing", "a frame, or noise, begin, end");
  auto const match = place / "match";
  if (match.value().is_string()) {
    rule.occasion = occasions.at(match.word(occasion_words));
  } else {
    rule.match = read_match(match, dialect);
  }
  Names names;
  collect_names(match.value(), names);
  for (auto const& name : names)
    (taken.contains(name) ? rule.earlier_names : rule.own_names).insert(name);
  taken.insert(names.begin(), names.end());
  if (place.has("nth")) rule.nth = (place / "nth").number();
  if (place.has("after")) rule.after = (place / "after").number();
  if (place.has("every")) rule.every = (place / "every").number();
  if (place.has("link")) rule.link = (place / "link").number();
  if (rule.nth == 0) (place / "nth").fail("occurrences are counted from 1");
  if (rule.every == 0) (place / "every").fail("each 1st, 2nd, … occurrence");
  if (!place.has("do")) place.fail("'do' is missing");
  // What is done with a name needs its value.
  Names used;
  collect_names((place / "do").value(), used);
  for (auto const& name : used) {
    if (!names.contains(name) && taken.contains(name)) rule.earlier_names.insert(name);
  }
  rule.actions = read_actions(place / "do", rule, dialect);
  check_occasion(place / "do", rule);
  return rule;
}

// What the subject's process does wrong, without a relay.
std::string read_process(Place const& fault) {
  for (auto const* const key : {"rules", "from", "match", "do"}) {
    if (fault.has(key)) (fault / key).fail("a fault of the process has no rules");
  }
  auto name = (fault / "process").text();
  if (name.empty()) (fault / "process").fail("the name is empty");
  return name;
}

std::vector<FaultRule> read_rules(Place const& fault, Dialect dialect) {
  std::vector<FaultRule> rules;
  Names taken;
  if (!fault.has("rules")) {
    rules.push_back(read_rule(fault, rules, taken, dialect));
  } else {
    for (auto const key : rule_words) {
      if (fault.has(key)) (fault / key).fail("this stands in one of the 'rules'");
    }
    for (auto const& place : (fault / "rules").list()) {
      place.check_keys(rule_words);
      rules.push_back(read_rule(place, rules, taken, dialect));
    }
  }
  auto const does_something = [](FaultRule const& rule) { return !rule.actions.empty(); };
  if (!std::ranges::any_of(rules, does_something)) fault.fail("it does nothing");
  return rules;
}

vox::Clause read_clause(Place const& place) {
  auto const clause = vox::Clause::find(place.text());
  if (!clause) {
    place.fail("there is no clause '" + place.text() + "'", "voxspec rules lists them");
  }
  return *clause;
}

std::vector<WireFault> read_fault(Place const& place, std::string const& prefix, Dialect wanted) {
  place.check_keys(fault_words);
  for (auto const* const key : {"id", "about", "clauses"}) {
    if (!place.has(key)) place.fail("'" + std::string{key} + "' is missing");
  }
  WireFault fault;
  fault.id = (place / "id").text();
  if (fault.id.empty() || fault.id.find_first_of("./@ ") != std::string::npos) {
    (place / "id").fail("an id is a word, with hyphens");
  }
  if (!prefix.empty()) fault.id = prefix + "." + fault.id;
  fault.about = (place / "about").text();
  for (auto const& clause : (place / "clauses").list())
    fault.clauses.push_back(read_clause(clause));
  if (fault.clauses.empty()) (place / "clauses").fail("the list is empty");
  fault.dialect = dialect_to_read_in(place, wanted);
  if (place.has("conduit")) fault.stable = (place / "conduit").word(conduit_words) == 1;
  if (place.has("transport")) fault.transport = (place / "transport").text();
  if (place.has("lacks")) fault.lacks = (place / "lacks").texts();
  if (place.has("process")) {
    fault.process = read_process(place);
    fault.everywhere = place.has("everywhere") && (place / "everywhere").boolean();
  } else if (place.has("everywhere")) {
    (place / "everywhere").fail("this is for a fault of the process");
  } else {
    fault.rules = read_rules(place, fault.dialect);
  }
  auto const role = place.has("role") ? (place / "role").word(role_words) : 3;
  if (role == 0) fault.role = vox::Role::initiator;
  if (role == 1) fault.role = vox::Role::acceptor;
  if (role != 2) return {std::move(fault)};
  auto second = fault;
  fault.role = vox::Role::initiator;
  fault.id += "@initiator";
  second.role = vox::Role::acceptor;
  second.id += "@acceptor";
  return {std::move(fault), std::move(second)};
}

// Whether the rule can be at work where there is no stable conduit: neither it nor one that it
// waits for is about frames that such a conduit alone has.
bool works_bare(FaultRule const& rule, std::vector<FaultRule> const& rules) {
  auto const* const kind = rule.match.kind;
  if (kind != nullptr && (kind->layer == Layer::stable || kind->layer == Layer::stable_hello)) {
    return false;
  }
  auto const before = std::ranges::find(rules, rule.when, &FaultRule::name);
  return rule.when.empty() || before == rules.end() || works_bare(*before, rules);
}

std::string prefix_of(std::filesystem::path const& file, std::filesystem::path const& folder) {
  auto name = file.lexically_relative(folder).replace_extension().generic_string();
  std::ranges::replace(name, '/', '.');
  return name;
}

}  // namespace

std::expected<std::vector<WireFault>, TraceError> parse_faults(std::string_view text,
                                                               std::filesystem::path const& path,
                                                               std::string const& prefix,
                                                               Dialect dialect) {
  try {
    auto const document = parse_json(text);
    Place const file{document, {}};
    file.check_keys(file_words);
    if (!file.has("faults")) file.fail("'faults' is missing");
    std::vector<WireFault> faults;
    std::set<std::string> ids;
    for (auto const& place : (file / "faults").list()) {
      for (auto& fault : read_fault(place, prefix, dialect)) {
        if (!ids.insert(fault.id).second) (place / "id").fail("the id is there twice");
        faults.push_back(std::move(fault));
      }
    }
    return faults;
  } catch (Fault const& fault) {
    return std::unexpected(TraceError{.file = path.string(),
                                      .where = readable(fault.where),
                                      .what = fault.what,
                                      .advice = fault.advice});
  }
}

FaultFolder load_faults(std::filesystem::path const& folder, Dialect dialect) {
  FaultFolder out;
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator it{folder, error}, end; it != end;
       it.increment(error)) {
    auto const& path = it->path();
    auto const is_schema = path.filename().string().ends_with(".schema.json");
    // What stands in the folder itself is about the faults, not one of them.
    if (path.extension() == ".json" && !is_schema && path.parent_path() != folder) {
      files.push_back(path);
    }
  }
  if (error) out.errors.push_back({folder.string(), {}, "cannot be read: " + error.message(), {}});
  std::ranges::sort(files);
  for (auto const& file : files) {
    std::ifstream stream{file, std::ios::binary};
    std::string const content{std::istreambuf_iterator<char>{stream}, {}};
    auto faults = parse_faults(content, file, prefix_of(file, folder), dialect);
    if (!faults) {
      out.errors.push_back(std::move(faults.error()));
      continue;
    }
    for (auto& fault : *faults)
      out.faults.push_back(std::move(fault));
  }
  return out;
}

std::optional<std::string> not_in(WireFault const& fault, Dialect dialect) {
  if (fault.dialect != dialect) {
    return "is about the dialect " + dialect_word(fault.dialect) + " alone";
  }
  auto const does_something_bare = [&](FaultRule const& rule) {
    return !rule.actions.empty() && works_bare(rule, fault.rules);
  };
  auto const needs_stable = fault.stable.value_or(
      !fault.rules.empty() && std::ranges::none_of(fault.rules, does_something_bare));
  if (!needs_stable || vox::traits_of(dialect).has_stable_conduit) return std::nullopt;
  return "the dialect " + dialect_word(dialect) + " has no stable conduit";
}

std::vector<std::string_view> fault_keys(std::string_view table) {
  auto const all = [](auto const& words) {
    return std::vector<std::string_view>(words.begin(), words.end());
  };
  if (table == "file") return all(file_words);
  if (table == "fault") return all(fault_words);
  if (table == "rule") return all(rule_words);
  if (table == "hold") return all(hold_words);
  if (table == "map") return all(map_words);
  if (table == "encode") return all(encode_words);
  if (table == "retype") return all(retype_words);
  if (table == "rewrite") return all(rewrite_words);
  auto actions = all(action_words);
  actions.insert(actions.end(), beside_insert.begin(), beside_insert.end());
  return actions;
}

}  // namespace voxspec::relay
