#include "conformance/relay/id_maps.hpp"

#include <utility>

namespace voxspec::relay {

std::uint64_t IdMaps::Pairs::other(Side from, std::uint64_t id) const {
  auto const& table = of[std::to_underlying(from)];
  auto const found = table.find(id);
  return found == table.end() ? id : found->second;
}

void IdMaps::Pairs::add(Side from, std::uint64_t id, std::uint64_t there) {
  auto const is_new = of[std::to_underlying(from)].emplace(id, there).second;
  if (!is_new) return;
  of[std::to_underlying(relay::other(from))].emplace(there, id);
}

IdMaps::Key IdMaps::key_of(Frame const& message, Side from) const {
  auto const on = from == Side::subject ? message.on : connections_.other(Side::judge, message.on);
  return {.connection = on, .is_channel = message.name().starts_with("channel_")};
}

void IdMaps::add(Map const& how, Frame const& message, Side from) {
  auto const there = [&](std::uint64_t id) {
    return id * how.times + static_cast<std::uint64_t>(how.plus);
  };
  if (how.is_connection) {
    connections_.add(from, message.on, there(message.on));
  } else if (auto const id = message.number("id")) {
    rest_[key_of(message, from)].add(from, *id, there(*id));
  }
}

bool IdMaps::apply(Frame& message, Side from) const {
  auto changed = false;
  auto const found = rest_.find(key_of(message, from));
  auto* const id = message.body.find("id");
  if (found != rest_.end() && id != nullptr && id->number()) {
    auto const there = found->second.other(from, *id->number());
    changed = there != *id->number();
    *id = Value{there};
  }
  auto const on = connections_.other(from, message.on);
  changed |= on != message.on;
  message.on = on;
  return changed;
}

}  // namespace voxspec::relay
