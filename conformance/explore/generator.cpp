#include "conformance/explore/generator.hpp"

#include "conformance/runner/eligibility.hpp"
#include "conformance/runner/glob.hpp"
#include "conformance/trace/abilities.hpp"

#include <boost/describe/enum_to_string.hpp>

#include <algorithm>
#include <functional>
#include <limits>
#include <utility>

namespace voxspec::explore {
namespace {

constexpr std::size_t begin_tries_max = 100;

bool is_last(Row const& row) {
  return row.then == Then::ends || row.then == Then::violation;
}

}  // namespace

Generator::Generator(Model const& model, Subject const& subject, GeneratorSettings settings)
    : model_{model},
      subject_{subject},
      settings_{std::move(settings)},
      random_{settings_.seed},
      made_(model.rows.size()) {
  list_starts();
  for (std::size_t row = 0; row < model_.rows.size(); ++row) {
    if (is_playable(row)) playable_.push_back(row);
  }
}

std::uint32_t Generator::below(std::size_t count) {
  // Not std::uniform_int_distribution, which is another one with each library.
  return static_cast<std::uint32_t>(random_() % count);
}

bool Generator::can(std::vector<std::string> const& needs) const {
  return std::ranges::all_of(
      needs, [&](std::string const& need) { return has(subject_.abilities, need); });
}

void Generator::list_starts() {
  using enum vox::Role;
  for (std::size_t setting = 0; setting < model_.settings.size(); ++setting) {
    auto const& each = model_.settings[setting];
    if (!can(each.needs)) continue;
    if (!each.scenario.empty() && !has(subject_.abilities, client_scenarios)) continue;
    for (auto const role : {initiator, acceptor}) {
      if (each.role && *each.role != role) continue;
      if (!subject_.plays(opposite(role))) continue;
      for (auto const conduit : {Conduit::bare, Conduit::stable}) {
        auto const* const word = conduit == Conduit::bare ? "bare" : "stable";
        if (has(subject_.conduits, word)) starts_.push_back({setting, role, conduit});
      }
    }
  }
}

bool Generator::is_playable(std::size_t index) const {
  auto const& row = model_.rows[index];
  if (!row.is_in(subject_.dialect) || !can(row.needs)) return false;
  if (settings_.manner == Manner::comparing && !row.not_compared.empty()) return false;
  return std::ranges::any_of(starts_, [&](Start const& start) {
    auto const& setting = model_.settings[start.setting];
    auto const fits_setting =
        row.settings.empty() ? setting.scenario.empty() : has(row.settings, setting.name);
    return fits_setting && (!row.role || *row.role == start.role) &&
           (!row.conduit || *row.conduit == start.conduit);
  });
}

// Half of the draws take a row that was made least, the others any.
std::size_t Generator::draw(std::vector<std::size_t> const& rows) {
  if (below(2) == 0) return rows[below(rows.size())];
  auto least = std::numeric_limits<std::size_t>::max();
  std::vector<std::size_t> rare;
  for (auto const row : rows) {
    if (made_[row] < least) rare.clear();
    least = std::min(least, made_[row]);
    if (made_[row] == least) rare.push_back(row);
  }
  return rare[below(rare.size())];
}

Conversation Generator::next() {
  // Some ways to begin have no row where some rows are not compared.
  for (std::size_t tries = 0; tries < begin_tries_max; ++tries) {
    auto conversation = make();
    if (!conversation.moves.empty()) return conversation;
  }
  return {};
}

Conversation Generator::make() {
  Conversation start;
  if (starts_.empty()) return start;
  auto const& drawn = starts_[below(starts_.size())];
  start.setting = drawn.setting;
  start.role = drawn.role;
  start.conduit = drawn.conduit;
  start.dialect = subject_.dialect;
  start.transport = subject_.transports[below(subject_.transports.size())];
  Writer writer{model_, start, settings_.manner};
  for (auto left = 1 + below(settings_.length); left > 0; --left) {
    std::vector<std::size_t> possible;
    std::vector<std::size_t> wanted;
    for (auto const row : playable_) {
      if (!writer.allows(row)) continue;
      possible.push_back(row);
      if (matches_glob(settings_.rows, model_.rows[row].name)) wanted.push_back(row);
    }
    if (possible.empty()) break;
    auto& rows = wanted.empty() ? possible : wanted;
    // What ends the session mostly waits until the conversation has gone somewhere.
    auto const goes_on = [&](std::size_t row) { return !is_last(model_.rows[row]); };
    if (left > 1 && below(4) > 0 && std::ranges::any_of(rows, goes_on)) {
      std::erase_if(rows, std::not_fn(goes_on));
    }
    auto const row = draw(rows);
    Move move{.row = row, .choices = {}, .probe = below(2) == 0};
    for (std::size_t i = 0; i < model_.rows[row].picks.size(); ++i)
      move.choices.push_back(below(1u << 20));
    if (writer.add(move)) ++made_[row];
  }
  return writer.conversation();
}

}  // namespace voxspec::explore
