#include "conformance/differential/loose_ends.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace voxspec::differential {

namespace wire = vox::wire;

static_assert([] {
  for (std::size_t race = 0; race < std::size(race_reasons); ++race) {
    if (std::to_underlying(race_reasons[race].race) != race) return false;
  }
  return true;
}());

template <class Touches>
void LooseEnds::loosen(Race race, std::vector<RequestName> const& names, Touches const& touches) {
  for (auto const& name : names) {
    if (touches(name)) loose_.emplace(name, race_reasons[std::to_underlying(race)].reason);
  }
}

void LooseEnds::begin_burst() {
  answered_before_ = std::exchange(answered_, {});
  loose_.clear();
}

void LooseEnds::after(vox::ByteView payload, std::vector<Heard> const& said,
                      Reference::Losses const& losses) {
  if (losses.conduit) {
    loosen(Race::link_lost, answered_, [](RequestName const&) { return true; });
  }
  for (auto const id : losses.closed)
    loosen(Race::closed, answered_, [id](RequestName const& name) { return name.first == id; });
  if (auto const message = read_message(payload)) {
    auto const id = message->connection_id;
    if (auto const* const request = std::get_if<wire::RequestMessage>(&message->payload)) {
      auto const same = [&](RequestName const& name) {
        return name == RequestName{id, request->id};
      };
      auto const* const call = std::get_if<wire::Call>(&request->body);
      if (std::holds_alternative<wire::Cancel>(request->body)) {
        loosen(Race::cancelled, answered_, same);
        loosen(Race::cancelled, answered_before_, same);
      }
      if (call != nullptr) loosen(Race::id_used_twice, answered_, same);
    }
  }
  for (auto const& heard : said) {
    auto const message =
        heard.in_handshake ? std::nullopt : std::optional{read_message(heard.payload)};
    if (!message || !*message) continue;
    if (auto const response = response_in(**message)) answered_.push_back(response->name);
  }
}

void LooseEnds::settle(std::size_t step, Loose& all) const {
  for (auto const& [name, reason] : loose_) {
    all.responses.emplace(name, reason);
    all.announcements.emplace(name.first, step);
  }
}

}  // namespace voxspec::differential
