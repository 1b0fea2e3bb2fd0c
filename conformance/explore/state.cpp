#include "conformance/explore/state.hpp"

#include "conformance/peer/fault.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace voxspec::explore {
namespace {

bool value_fits(Json const& wanted, Json const* value) {
  if (wanted.is_object() && wanted.size() == 1) {
    if (wanted.contains("absent")) return value == nullptr;
    if (wanted.contains("not")) return !value_fits(wanted["not"], value);
    if (wanted.contains("min")) return value != nullptr && *value >= wanted["min"];
  }
  if (value == nullptr) return false;
  if (!wanted.is_array()) return *value == wanted;
  return std::ranges::any_of(wanted, [&](Json const& each) { return value_fits(each, value); });
}

bool fits(Json const& query, Json const& entity) {
  auto const items = query.items();
  return std::ranges::all_of(items, [&](auto const& item) {
    auto const found = entity.find(item.key());
    return value_fits(item.value(), found == entity.end() ? nullptr : &*found);
  });
}

Json filled(Json const& value, Scope const& scope) {
  return substituted({value, "/row"}, scope);
}

// Counted for each connection, where the pick names one.
std::string counter_of(Json const& domain) {
  auto const kind = domain["fresh"].get<std::string>();
  return domain.contains("on") ? kind + " on " + domain["on"].dump() : kind;
}

// With the elements of a list, each by its index.
void set_value(Scope& values, std::string const& name, Json const& value) {
  for (std::size_t i = 0; value.is_array() && i < value.size(); ++i)
    values.set(name + "." + std::to_string(i), value[i]);
  values.set(name, value);
}

void set_entity(Scope& values, std::string const& name, Json const& entity) {
  values.set(name, entity.contains("id") ? entity["id"] : Json());
  for (auto const& [key, value] : entity.items())
    set_value(values, name + "." + key, value);
}

}  // namespace

std::vector<std::size_t> State::matching(Json const& query) const {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < entities_.size(); ++i) {
    if (fits(query, entities_[i])) out.push_back(i);
  }
  return out;
}

bool State::any(Json const& query) const {
  return !matching(query).empty();
}

bool State::allows(Row const& row) const {
  return std::ranges::find(row.phases, phase_) != row.phases.end() &&
         std::ranges::all_of(row.when, [&](Json const& query) { return any(query); }) &&
         std::ranges::none_of(row.unless, [&](Json const& query) { return any(query); });
}

std::optional<State::Picked> State::pick(Row const& row, Choices const& choices,
                                         Scope const& defines) const {
  Picked picked{.values = Scope{&defines}, .entities = {}};
  auto next = choices.begin();
  auto const choose = [&](std::size_t count) {
    return next == choices.end() ? 0 : *next++ % count;
  };
  for (auto const& [name, domain] : row.picks) {
    if (domain.is_array()) {
      set_value(picked.values, name, filled(domain[choose(domain.size())], picked.values));
      continue;
    }
    auto const query = filled(domain, picked.values);
    if (query.contains("fresh")) {
      auto const found = counters_.find(counter_of(query));
      auto const number = found == counters_.end() ? 1 : found->second + 1;
      picked.values.set(name, Json{{"ours", number}});
      picked.values.set(name + ".name", query["fresh"].get<std::string>() + std::to_string(number));
      picked.values.set(name + ".ref",
                        "$" + query["fresh"].get<std::string>() + std::to_string(number));
      continue;
    }
    auto const there = matching(query);
    if (there.empty()) return std::nullopt;
    auto const index = there[choose(there.size())];
    picked.entities[name] = index;
    set_entity(picked.values, name, entities_[index]);
  }
  return picked;
}

void State::apply_one(Json const& effect, Picked const& picked) {
  if (effect.contains("forget")) {
    entities_.clear();
    counters_.clear();
  }
  if (effect.contains("phase")) phase_ = effect["phase"].get<std::string>();
  if (effect.contains("add")) add(filled(effect["add"], picked.values));
  if (effect.contains("remove")) {
    auto const query = filled(effect["remove"], picked.values);
    std::erase_if(entities_, [&](Json const& entity) { return fits(query, entity); });
  }
  if (!effect.contains("change")) return;
  auto const& what = effect["change"];
  auto const indices = what.is_string() ? std::vector{picked.entities.at(what.get<std::string>())}
                                        : matching(filled(what, picked.values));
  auto const to = filled(effect["to"], picked.values);
  for (auto const index : indices) {
    for (auto const& [key, value] : to.items()) {
      auto& slot = entities_[index][key];
      if (value.is_object() && value.contains("plus")) {
        slot = slot.get<std::int64_t>() + value["plus"].get<std::int64_t>();
      } else {
        slot = value;
      }
    }
  }
}

void State::apply(Row const& row, Picked const& picked) {
  for (auto const& [name, domain] : row.picks) {
    if (!domain.is_object() || !domain.contains("fresh")) continue;
    ++counters_[counter_of(filled(domain, picked.values))];
  }
  for (auto const& effect : row.effects)
    apply_one(effect, picked);
}

void State::note_announced(Json const& connection) {
  for (auto const index : matching({{"is", "connection"}, {"id", connection}}))
    entities_[index]["announced"] = true;
}

std::vector<std::string> State::kinds(char const* key) const {
  std::set<std::string> out;
  for (auto const& entity : entities_) {
    if (!entity.contains(key)) continue;
    for (auto const& kind : entity[key])
      out.insert(kind.get<std::string>());
  }
  return {out.begin(), out.end()};
}

std::string State::signature() const {
  std::map<std::string, int> counts;
  for (auto const& entity : entities_) {
    auto name = entity["is"].get<std::string>();
    for (auto const* const key : {"state", "method", "of"}) {
      if (entity.contains(key)) name += " " + entity[key].get<std::string>();
    }
    ++counts[name];
  }
  auto text = phase_;
  for (auto const& [name, count] : counts)
    text += ", " + (count > 2 ? std::string{"many"} : std::to_string(count)) + " " + name;
  return text;
}

}  // namespace voxspec::explore
