#include "conformance/runner/suite.hpp"

#include "conformance/peer/fault.hpp"
#include "conformance/runner/glob.hpp"
#include "conformance/runner/in_parallel.hpp"
#include "conformance/runner/transport_word.hpp"

#include <boost/describe/enum_to_string.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <iterator>
#include <string_view>
#include <system_error>
#include <thread>

namespace voxspec {
namespace fs = std::filesystem;

namespace {

// A recording is called what its text says, wherever it lies.
bool is_recording(fs::path const& path) {
  std::ifstream in{path, std::ios::binary};
  std::string const text{std::istreambuf_iterator<char>{in}, {}};
  return text.contains("\"case\"");
}

// Leaves out the files in which nothing is that the selection means. False if it may mean something
// that is in no file at all, or needs to know all cases.
bool keep_selected(std::vector<fs::path>& files, fs::path const& folder,
                   Selection const& selection) {
  if (selection.patterns.empty() || !selection.rules.empty() || selection.only) return false;
  auto patterns = selection.patterns;
  patterns.insert(patterns.end(), selection.excluded.begin(), selection.excluded.end());
  auto const may_have = [&](fs::path const& file, std::string const& pattern) {
    auto const name = fs::path{file}.replace_extension().lexically_relative(folder);
    return may_select_in(pattern, name.generic_string());
  };
  auto const is_met = [&](std::string const& pattern) {
    return std::ranges::any_of(files,
                               [&](fs::path const& file) { return may_have(file, pattern); });
  };
  if (!std::ranges::all_of(patterns, is_met)) return false;
  std::erase_if(files, [&](fs::path const& file) {
    auto const has = [&](std::string const& pattern) { return may_have(file, pattern); };
    return std::ranges::none_of(patterns, has) && !is_recording(file);
  });
  return true;
}

std::expected<std::vector<Case>, TraceError> cases_in(fs::path const& path, fs::path const& root,
                                                      Dialect dialect) {
  auto file = load_trace(path, dialect);
  if (!file) return std::unexpected(file.error());
  // A recording stands anywhere and says which case it is of.
  auto const recorded = file->document.value("case", Json{});
  auto found = cases(*std::move(file), root);
  if (found.size() == 1 && recorded.is_string()) found.front().id = recorded.get<std::string>();
  return found;
}

}  // namespace

Suite load_files(std::vector<fs::path> const& files, fs::path const& root, Dialect dialect) {
  // A thousand files take a second of one core.
  std::vector<std::expected<std::vector<Case>, TraceError>> read(files.size());
  in_parallel(0, files.size(), std::thread::hardware_concurrency(),
              [&](std::size_t at) { read[at] = cases_in(files[at], root, dialect); });
  Suite suite;
  for (auto& found : read) {
    if (found) {
      std::ranges::move(*found, std::back_inserter(suite.cases));
    } else {
      suite.errors.push_back(std::move(found.error()));
    }
  }
  std::ranges::sort(suite.cases, {}, &Case::id);
  std::ranges::sort(suite.errors, {}, &TraceError::file);
  return suite;
}

std::expected<Suite, std::string> load_suite(fs::path const& folder, Dialect dialect,
                                             Selection const& selection) {
  std::error_code ec;
  std::vector<fs::path> files;
  for (fs::recursive_directory_iterator each{folder, ec}, end; !ec && each != end;
       each.increment(ec)) {
    auto const& path = each->path();
    if (path.extension() == ".json" && !path.filename().string().ends_with(".schema.json")) {
      files.push_back(path);
    }
  }
  if (ec) return std::unexpected(folder.string() + ": cannot be read: " + ec.message());
  bool const is_part = keep_selected(files, folder, selection);
  auto suite = load_files(files, folder, dialect);
  suite.is_whole = !is_part;
  return suite;
}

std::expected<Shard, std::string> Shard::parse(std::string_view text) {
  Shard shard;
  auto const* const begin = text.data();
  auto const* const end = begin + text.size();
  auto const [slash, first] = std::from_chars(begin, end, shard.index);
  bool good = first == std::errc{} && slash != end && *slash == '/';
  if (good) {
    auto const [rest, second] = std::from_chars(slash + 1, end, shard.count);
    good = second == std::errc{} && rest == end && shard.index >= 1 && shard.index <= shard.count;
  }
  if (good) return shard;
  return std::unexpected("'" + std::string{text} +
                         "' is no shard: write i/n with i from 1 to n, as 2/5");
}

std::string text(Selection const& selection) {
  std::string all;
  auto const add = [&](std::string const& part) { all += (all.empty() ? "" : ", ") + part; };
  for (auto const& pattern : selection.patterns)
    add(pattern);
  for (auto const& rule : selection.rules)
    add("rule " + rule);
  for (auto const& pattern : selection.excluded)
    add("without " + pattern);
  if (selection.only) add("what failed last time");
  if (selection.transport) add("over " + transport_word(*selection.transport));
  if (selection.conduit) {
    add(std::string{"on the "} + boost::describe::enum_to_string(*selection.conduit, "?") +
        " conduit");
  }
  if (selection.shard.count > 1) {
    add("part " + std::to_string(selection.shard.index) + " of " +
        std::to_string(selection.shard.count));
  }
  return all;
}

bool goes_over(Case const& trace, vox::link::Transport transport) {
  return trace.transports.empty() ||
         std::ranges::any_of(trace.transports, [&](std::string const& word) {
           return find_transport(word) == transport;
         });
}

namespace {

bool judges(Case const& trace, std::string_view pattern) {
  return std::ranges::any_of(trace.clauses, [&](vox::Clause clause) {
    return pattern == clause.id() || selects_rule(pattern, clause.rule().id());
  });
}

bool has_id_of(Case const& trace, std::vector<std::string> const& patterns) {
  return std::ranges::any_of(
      patterns, [&](std::string const& pattern) { return selects_case(pattern, trace.id); });
}

// What a selection asks of a case, by the option that asks it.
struct Condition {
  std::string_view option;
  bool (*holds)(Case const&, Selection const&);
};
constexpr std::array conditions{
    Condition{"the ids",
              [](Case const& trace, Selection const& by) {
                return by.patterns.empty() || has_id_of(trace, by.patterns);
              }},
    Condition{"--exclude", [](Case const& trace,
                              Selection const& by) { return !has_id_of(trace, by.excluded); }},
    Condition{"--rule",
              [](Case const& trace, Selection const& by) {
                return by.rules.empty() || std::ranges::any_of(by.rules, [&](auto const& pattern) {
                         return judges(trace, pattern);
                       });
              }},
    Condition{"--failed-last",
              [](Case const& trace, Selection const& by) {
                return !by.only || std::ranges::find(*by.only, trace.id) != by.only->end();
              }},
    Condition{"--transport",
              [](Case const& trace, Selection const& by) {
                return !by.transport || goes_over(trace, *by.transport);
              }},
    Condition{"--conduit",
              [](Case const& trace, Selection const& by) {
                return !by.conduit || trace.conduit == *by.conduit;
              }},
};

bool fits(Case const& trace, Selection const& selection) {
  return std::ranges::all_of(
      conditions, [&](Condition const& condition) { return condition.holds(trace, selection); });
}

std::string no_case_judges(std::string const& pattern) {
  bool const known = std::ranges::any_of(
      vox::rule_table, [&](std::string_view id) { return selects_rule(pattern, id); },
      &vox::RuleEntry::id);
  return known ? "no case judges the rule '" + pattern + "'; see voxspec cover"
               : "there is no rule '" + pattern + "'; see voxspec rules";
}

// A case that is looked for in vain may stand in a file that cannot be read.
std::string unread(Suite const& suite) {
  if (suite.errors.empty()) return "";
  auto const count = suite.errors.size();
  return "\n" +
         (count == 1 ? "a file cannot be read: "
                     : std::to_string(count) + " files cannot be read, the first: ") +
         text(suite.errors.front());
}

}  // namespace

std::expected<std::vector<Case const*>, std::string> select(Suite const& suite,
                                                            Selection const& selection) {
  for (auto const* const patterns : {&selection.patterns, &selection.excluded}) {
    for (auto const& pattern : *patterns) {
      if (std::ranges::any_of(
              suite.cases, [&](std::string const& id) { return selects_case(pattern, id); },
              &Case::id)) {
        continue;
      }
      std::vector<std::string_view> ids;
      for (auto const& trace : suite.cases)
        ids.push_back(trace.id);
      return std::unexpected("no case has an id that fits '" + pattern + "'" +
                             nearest_hint(pattern, ids) + "; see voxspec list" + unread(suite));
    }
  }
  for (auto const& pattern : selection.rules) {
    if (std::ranges::none_of(suite.cases,
                             [&](Case const& trace) { return judges(trace, pattern); })) {
      return std::unexpected(no_case_judges(pattern));
    }
  }
  std::vector<Case const*> selected;
  std::size_t count = 0;
  for (auto const& trace : suite.cases) {
    if (!fits(trace, selection)) continue;
    if (count++ % selection.shard.count == selection.shard.index - 1) selected.push_back(&trace);
  }
  return selected;
}

std::string nothing_selected(Suite const& suite, Selection const& selection) {
  std::string const nothing = "no case was selected";
  auto const none_of = [&](std::size_t count) {
    return nothing + ": of " + std::to_string(count) + (count == 1 ? " case, " : " cases, ");
  };
  std::vector<Case const*> left;
  for (auto const& trace : suite.cases)
    left.push_back(&trace);
  for (auto const& [option, holds] : conditions) {
    auto const before = left.size();
    if (before == 0) break;
    std::erase_if(left, [&](Case const* trace) { return !holds(*trace, selection); });
    if (!left.empty()) continue;
    return none_of(before) + std::string{option} +
           (option.ends_with("ids") ? " leave" : " leaves") + " none";
  }
  if (left.empty() || selection.shard.count == 1) return nothing;
  return none_of(left.size()) + "--shard leaves none";
}

}  // namespace voxspec
