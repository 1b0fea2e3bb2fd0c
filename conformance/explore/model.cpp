#include "conformance/explore/model.hpp"

#include "conformance/peer/dialect_word.hpp"
#include "conformance/peer/fault.hpp"
#include "conformance/peer/json_text.hpp"
#include "spec/assert.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <utility>

namespace voxspec::explore {
namespace {

constexpr std::array<std::string_view, 2> roles{"initiator", "acceptor"};
constexpr std::array<std::string_view, 2> conduits{"bare", "stable"};
constexpr std::array<std::string_view, 3> sequels{"goes_on", "ends", "either"};
constexpr std::array<std::string_view, 16> row_keys{
    "row",   "about",  "clauses", "in",   "role",  "conduit", "dialects",  "settings",
    "needs", "unless", "when",    "pick", "steps", "then",    "violation", "effect"};

std::optional<vox::Role> read_role(Place const& place) {
  if (!place.has("role")) return std::nullopt;
  return (place / "role").word(roles) == 0 ? vox::Role::initiator : vox::Role::acceptor;
}

std::vector<std::string> texts_of(Place const& place, std::string_view key) {
  return place.has(key) ? (place / key).texts() : std::vector<std::string>{};
}

std::vector<Json> values_of(Place const& place, std::string_view key) {
  std::vector<Json> values;
  if (!place.has(key)) return values;
  for (auto const& each : (place / key).list())
    values.push_back(each.value());
  return values;
}

std::vector<vox::Clause> read_clauses(Place const& place) {
  std::vector<vox::Clause> clauses;
  for (auto const& id : place.list()) {
    auto const clause = vox::Clause::find(id.text());
    if (!clause) id.fail("unknown clause '" + id.text() + "'");
    if (clause->entry().authority == vox::Authority::behaviour) {
      id.fail("'" + id.text() + "' rests on the behaviour of 0.4.0, which breaks no rule");
    }
    clauses.push_back(*clause);
  }
  if (clauses.empty()) place.fail("a row is about at least one clause");
  return clauses;
}

Then read_then(Place const& place) {
  if (place.has("violation")) return Then::violation;
  if (!place.has("then")) return Then::goes_on;
  static constexpr std::array all{Then::goes_on, Then::ends, Then::either};
  return all.at((place / "then").word(sequels));
}

Row read_row(Place const& place) {
  auto keys = std::vector<std::string_view>{row_keys.begin(), row_keys.end()};
  keys.emplace_back("not_compared");
  place.check_keys(keys);
  Row row;
  row.name = (place / "row").text();
  row.about = (place / "about").text();
  row.clauses = read_clauses(place / "clauses");
  row.phases = (place / "in").texts();
  row.role = read_role(place);
  if (place.has("conduit")) {
    row.conduit = (place / "conduit").word(conduits) == 0 ? Conduit::bare : Conduit::stable;
  }
  if (place.has("dialects")) row.dialects = read_dialects(place / "dialects");
  row.settings = texts_of(place, "settings");
  row.needs = texts_of(place, "needs");
  row.when = values_of(place, "when");
  row.unless = values_of(place, "unless");
  if (place.has("pick")) {
    for (auto const& [name, domain] : (place / "pick").value().items())
      row.picks.push_back({name, domain});
  }
  row.steps = (place / "steps").value();
  row.then = read_then(place);
  if (place.has("violation")) row.violation = (place / "violation").value();
  row.effects = values_of(place, "effect");
  if (place.has("not_compared")) row.not_compared = (place / "not_compared").text();
  return row;
}

Setting read_setting(Place const& place) {
  static constexpr std::array<std::string_view, 5> keys{"setting", "env", "client", "needs",
                                                        "role"};
  place.check_keys(keys);
  Setting setting;
  setting.name = (place / "setting").text();
  if (place.has("env")) {
    for (auto const& [name, value] : (place / "env").value().items())
      setting.env[name] = value.get<std::string>();
  }
  if (place.has("client")) setting.scenario = (place / "client").text();
  setting.needs = texts_of(place, "needs");
  setting.role = read_role(place);
  return setting;
}

void read_document(Model& model, Place const& file) {
  static constexpr std::array<std::string_view, 4> keys{"about", "settings", "define", "rows"};
  file.check_keys(keys);
  if (file.has("settings")) {
    for (auto const& each : (file / "settings").list())
      model.settings.push_back(read_setting(each));
  }
  if (file.has("define")) {
    for (auto const& [name, value] : (file / "define").value().items())
      model.defines[name] = value;
  }
  if (!file.has("rows")) return;
  for (auto const& each : (file / "rows").list()) {
    auto row = read_row(each);
    if (std::ranges::find(model.rows, row.name, &Row::name) != model.rows.end()) {
      each.fail("another row has the name '" + row.name + "'");
    }
    model.rows.push_back(std::move(row));
  }
}

}  // namespace

bool Row::is_in(Dialect dialect) const {
  return dialects.empty() || std::ranges::find(dialects, dialect) != dialects.end();
}

std::size_t Model::row(std::string_view name) const {
  auto const found = std::ranges::find(rows, name, &Row::name);
  VOX_ASSERT(found != rows.end());
  return static_cast<std::size_t>(found - rows.begin());
}

std::expected<void, TraceError> add_to_model(Model& model, std::string_view text,
                                             std::string const& name) {
  try {
    auto const document = parse_json(text);
    read_document(model, {document, {}});
    return {};
  } catch (Fault const& fault) {
    return std::unexpected(TraceError{
        .file = name, .where = readable(fault.where), .what = fault.what, .advice = fault.advice});
  }
}

std::expected<Model, TraceError> load_model(std::filesystem::path const& folder) {
  auto const refuse = [&](std::string what) {
    return std::unexpected(
        TraceError{.file = folder.string(), .where = {}, .what = std::move(what), .advice = {}});
  };
  std::error_code error;
  std::vector<std::filesystem::path> files;
  for (auto const& entry : std::filesystem::directory_iterator{folder, error}) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  if (error) return refuse("cannot be read: " + error.message());
  std::ranges::sort(files);
  Model model;
  for (auto const& file : files) {
    std::ifstream stream{file, std::ios::binary};
    std::string const text{std::istreambuf_iterator<char>{stream}, {}};
    if (auto added = add_to_model(model, text, file.string()); !added) {
      return std::unexpected(std::move(added.error()));
    }
  }
  if (model.rows.empty() || model.settings.empty()) return refuse("there are no rows or settings");
  return model;
}

std::string reactions_in_words(Row const& row) {
  switch (row.then) {
    case Then::goes_on:
      return "as the steps say; the session goes on";
    case Then::ends:
      return "as the steps say; nothing goes on";
    case Then::either:
      return "the session goes on, or it is ended; no crash, no hang";
    case Then::violation:
      break;
  }
  if (!row.violation.contains("asks")) return "violation: told, closed, not honoured, survived";
  std::string words = "violation:";
  for (auto const& each : row.violation["asks"])
    words += (words.back() == ':' ? " " : ", ") + each.get<std::string>();
  return words;
}

}  // namespace voxspec::explore
