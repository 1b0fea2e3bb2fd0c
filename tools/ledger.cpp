#include "tools/ledger.hpp"

#include "conformance/runner/json_fields.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

namespace voxspec {
namespace {

using Reasons = std::map<vox::Clause, std::string>;

bool is_chapter(std::string_view name) {
  return std::ranges::find(vox::rule_table, name, &vox::RuleEntry::chapter) !=
         std::end(vox::rule_table);
}

// A list of {"clauses", "reason"}; the error is one line.
std::optional<std::string> read_reasons(nlohmann::json const& list, std::string const& where,
                                        Reasons& reasons) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    JsonFields entry{list[i], where + " " + std::to_string(i + 1)};
    auto const ids = entry.texts("clauses", 1);
    auto const reason = entry.text("reason");
    for (auto const& id : ids) {
      auto const clause = vox::Clause::find(id);
      if (!clause) {
        entry.fail("clauses", "has '" + id + "', which is no clause");
      } else if (!reasons.emplace(*clause, reason).second) {
        entry.fail("clauses", "has '" + id + "', which stands there twice");
      }
    }
    if (auto error = entry.error()) return error;
  }
  return std::nullopt;
}

}  // namespace

std::string const* Ledger::why_unseen(vox::Clause clause) const {
  if (auto const own = unseen.find(clause); own != unseen.end()) return &own->second;
  auto const chapter = chapters.find(clause.rule().entry().chapter);
  return chapter == chapters.end() ? nullptr : &chapter->second;
}

std::expected<Ledger, std::string> load_ledger(std::filesystem::path const& file) {
  auto const document = load_json(file);
  if (!document) return std::unexpected(document.error());
  JsonFields fields{*document, file.string()};
  [[maybe_unused]] auto const about = fields.optional_text("about");
  auto const* const unseen = fields.objects("unseen");
  auto const* const readings = fields.objects("readings");
  auto const* const unproved = fields.objects("unproved");
  auto const* const chapters = fields.objects("chapters");
  if (auto error = fields.error()) return std::unexpected(*std::move(error));
  Ledger ledger;
  if (auto error = read_reasons(*unseen, file.string() + ": unseen", ledger.unseen)) {
    return std::unexpected(*std::move(error));
  }
  if (auto error = read_reasons(*readings, file.string() + ": reading", ledger.readings)) {
    return std::unexpected(*std::move(error));
  }
  if (auto error = read_reasons(*unproved, file.string() + ": unproved", ledger.unproved)) {
    return std::unexpected(*std::move(error));
  }
  for (std::size_t i = 0; i < chapters->size(); ++i) {
    JsonFields entry{(*chapters)[i], file.string() + ": chapter " + std::to_string(i + 1)};
    auto const chapter = entry.text("chapter");
    ledger.chapters[chapter] = entry.text("reason");
    if (!is_chapter(chapter)) {
      entry.fail("chapter", "is '" + chapter + "', which is no chapter of spec/rules");
    }
    if (auto error = entry.error()) return std::unexpected(*std::move(error));
  }
  return ledger;
}

}  // namespace voxspec
