#include "conformance/peer/id_space.hpp"

#include <optional>

namespace voxspec {
namespace {

std::optional<vox::Parity> parity_in(Record const* record) {
  auto const* const word = record == nullptr ? nullptr : record->find("parity");
  if (word == nullptr) return std::nullopt;
  if (word->text() == "odd") return vox::Parity::odd;
  if (word->text() == "even") return vox::Parity::even;
  return std::nullopt;
}

}  // namespace

vox::Parity IdSpace::ours_on(std::uint64_t connection) const {
  auto const found = by_connection_.find(connection);
  return found == by_connection_.end() ? ours_ : found->second;
}

void IdSpace::note(Frame const& frame, bool sent) {
  if (frame.is("hello")) {
    if (auto const parity = parity_in(&frame.body)) ours_ = sent ? *parity : opposite(*parity);
  } else if (frame.is("connection_open") && frame.message().on != 0) {
    // The root is not opened, whoever tries to: there the parities are those of the session.
    auto const* const settings = frame.field("connection_settings");
    auto const parity = parity_in(settings == nullptr ? nullptr : settings->get<Record>());
    if (parity) by_connection_[frame.message().on] = sent ? *parity : opposite(*parity);
  }
}

}  // namespace voxspec
