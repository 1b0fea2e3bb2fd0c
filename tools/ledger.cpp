#include "tools/ledger.hpp"

#include "conformance/runner/json_fields.hpp"

#include <nlohmann/json.hpp>

#include <iterator>
#include <utility>

namespace voxspec {
namespace {

// What the ledger says of a single rule of the chapter stays.
bool add_chapter(Ledger& ledger, std::string const& chapter, std::string const& reason) {
  bool found = false;
  for (std::size_t row = 0; row < std::size(vox::rule_table); ++row) {
    if (vox::rule_table[row].chapter != chapter) continue;
    found = true;
    ledger.emplace(vox::Rule::at(row), reason);
  }
  return found;
}

}  // namespace

std::expected<Ledger, std::string> load_ledger(std::filesystem::path const& file) {
  auto const document = load_json(file);
  if (!document) return std::unexpected(document.error());
  JsonFields fields{*document, file.string()};
  [[maybe_unused]] auto const about = fields.optional_text("about");
  auto const* const unseen = fields.objects("unseen");
  auto const* const chapters = fields.objects("chapters");
  if (auto error = fields.error()) return std::unexpected(*std::move(error));
  Ledger ledger;
  for (std::size_t i = 0; i < unseen->size(); ++i) {
    JsonFields entry{(*unseen)[i], file.string() + ": entry " + std::to_string(i + 1)};
    auto const id = entry.text("rule");
    auto reason = entry.text("reason");
    auto const rule = vox::Rule::find(id);
    if (!rule) entry.fail("rule", "is '" + id + "', which is no rule");
    if (auto error = entry.error()) return std::unexpected(*std::move(error));
    if (!ledger.emplace(*rule, std::move(reason)).second) {
      return std::unexpected(file.string() + ": the rule " + id + " stands twice");
    }
  }
  for (std::size_t i = 0; i < chapters->size(); ++i) {
    JsonFields entry{(*chapters)[i], file.string() + ": chapter " + std::to_string(i + 1)};
    auto const chapter = entry.text("chapter");
    auto const reason = entry.text("reason");
    if (!add_chapter(ledger, chapter, reason)) {
      entry.fail("chapter", "is '" + chapter + "', which is no chapter of spec/rules");
    }
    if (auto error = entry.error()) return std::unexpected(*std::move(error));
  }
  return ledger;
}

}  // namespace voxspec
