#include "tools/ledger.hpp"

#include "conformance/runner/json_fields.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace voxspec {

std::expected<Ledger, std::string> load_ledger(std::filesystem::path const& file) {
  auto const document = load_json(file);
  if (!document) return std::unexpected(document.error());
  JsonFields fields{*document, file.string()};
  [[maybe_unused]] auto const about = fields.optional_text("about");
  auto const* const unseen = fields.objects("unseen");
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
  return ledger;
}

}  // namespace voxspec
