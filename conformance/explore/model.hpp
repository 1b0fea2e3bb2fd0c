#pragma once
#include "conformance/peer/json.hpp"
#include "conformance/trace/trace.hpp"
#include "spec/clause.hpp"
#include "spec/parity.hpp"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What the written specification lets two peers do, as a table: in which state a move can be made,
// what is sent, and which reactions are right. The table is data (model/*.json); it knows nothing
// of the reference implementation.
namespace voxspec::explore {

// A value that a move takes from a domain: a list of values, a query over what there is in the
// state, or {"fresh": kind}, an id that was not used.
struct Pick {
  std::string name;
  Json domain;
};

// What may follow the steps of a move.
enum class Then : std::uint8_t {
  goes_on,    // the session goes on; the steps say what has to be seen
  ends,       // the steps end what there is on this link
  violation,  // the subject has to treat the last step as a violation
  either,     // the text is silent: it goes on, or ends in any way but a crash or a hang
};

struct Row {
  std::string name;  // "connection/close"
  std::string about;
  std::vector<vox::Clause> clauses;
  std::vector<std::string> phases;  // of the link, in which it can be made
  std::optional<vox::Role> role;    // ours
  std::optional<Conduit> conduit;
  std::vector<Dialect> dialects;      // in which it has a meaning; empty: any
  std::vector<std::string> settings;  // empty: any
  std::vector<std::string> needs;     // abilities of the subject
  std::vector<Json> when;             // queries, each of which something has to fit
  std::vector<Json> unless;           // queries, which nothing may fit
  std::vector<Pick> picks;
  Json steps = Json::array();
  Then then = Then::goes_on;
  Json violation = Json::object();  // of expect_violation
  std::vector<Json> effects;
  std::string not_compared;  // why two subjects may differ in it and both be right

  [[nodiscard]] bool is_in(Dialect dialect) const;
};

// How a subject is started for a conversation.
struct Setting {
  std::string name;
  std::map<std::string, std::string> env;
  std::string scenario;  // of a client; empty: it serves
  std::vector<std::string> needs;
  std::optional<vox::Role> role;  // ours
};

struct Model {
  std::vector<Setting> settings;
  Json defines = Json::object();  // values that rows name as they name their picks
  std::vector<Row> rows;

  // The index of a row by its name, which there has to be.
  [[nodiscard]] std::size_t row(std::string_view name) const;
};

// Reads one document with "settings", "define" and "rows", each of which may be missing, into the
// model.
[[nodiscard]] std::expected<void, TraceError> add_to_model(Model& model, std::string_view text,
                                                           std::string const& name);
// All documents of a folder, in the order of their names.
[[nodiscard]] std::expected<Model, TraceError> load_model(std::filesystem::path const& folder);

// "one of: …" in words: what is right after the steps of a row.
[[nodiscard]] std::string reactions_in_words(Row const& row);

}  // namespace voxspec::explore
