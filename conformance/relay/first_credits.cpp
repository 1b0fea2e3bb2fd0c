#include "conformance/relay/first_credits.hpp"

namespace voxspec::relay {
namespace {

constexpr std::uint64_t unannounced = 16;

}  // namespace

void FirstCredits::note(Frame const& frame) {
  auto const& said = frame.message();
  auto const* const settings = said.field("connection_settings");
  auto const* const record = settings == nullptr ? nullptr : settings->get<Record>();
  auto const* const credit = record == nullptr ? nullptr : record->find("initial_channel_credit");
  auto const number = credit == nullptr ? std::nullopt : credit->number();
  // A hello is about the root, as its connection is 0.
  if (number) announced_[said.on] = *number;
}

std::uint64_t FirstCredits::on(std::uint64_t connection) const {
  auto const found = announced_.find(connection);
  return found == announced_.end() ? unannounced : found->second;
}

}  // namespace voxspec::relay
