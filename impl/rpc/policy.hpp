#pragma once
#include "impl/wire/reader.hpp"
#include "spec/rulebook.hpp"

#include <string_view>

namespace vox::rpc {

// What an endpoint does where the specification and 0.4.0 differ, each difference by its name. What
// becomes of operations stands in the table of operations.
struct Policy {
  wire::Strictness strictness = wire::Strictness::strict;

  // One table of operations for the session, whichever connection an attempt comes on (else: one
  // for each connection), and operation ids that are unique in the session.
  bool operations_of_session = true;
  // Payloads of operations are compared without the ids of channels, which a repeat makes anew.
  bool compares_without_channel_ids = true;
  // A response is announced as the method's whole type, whatever the outcome is.
  bool announces_whole_response = true;

  // Losing a link ends the attempts that came over it: nothing is answered on the next one.
  bool link_loss_ends_attempts = true;
  // A call that went out to a peer without support for retries ends as indeterminate when the link
  // is lost; in 0.4.0 it waits until its connection is closed.
  bool gives_up_unrepeatable_calls = true;
  // Handlers that read from a channel learn of the loss at the resume, where 0.4.0 stops them.
  bool handlers_read_until_resume = false;
  // Whose handler is cancelled is answered once more when the handler ends.
  bool answers_cancelled_twice = false;

  // An item beyond the credit that was granted ends the session; in 0.4.0 it is lost if the queue
  // is full.
  bool checks_credit = true;
  // A receiver that keeps up lets its sender go further ahead than at first.
  bool widens_channels = true;
  // The sender is told when nobody receives any more.
  bool resets_released_channels = true;
  // A repeat that is answered from the record has its channels ended, which nobody uses.
  bool ends_channels_of_replays = true;
  // Calls with channels say, for their own runtime alone, how they are retried.
  bool marks_channel_retry = false;
  // A persistent method whose handler fails is answered as indeterminate.
  bool persistent_drop_is_indeterminate = true;
  // A resume of a session that still has a link takes the new one.
  bool resume_replaces_link = true;
  // A client's stable conduit may come back on another link; in 0.4.0 it ends with its link.
  bool stable_returns = true;

  [[nodiscard]] static constexpr Policy of(Rulebook rulebook);
  bool operator==(Policy const&) const = default;
};

constexpr Policy Policy::of(Rulebook rulebook) {
  if (rulebook == Rulebook::spec) return {};
  return {.strictness = wire::Strictness::vox_0_4,
          .operations_of_session = false,
          .compares_without_channel_ids = false,
          .announces_whole_response = false,
          .link_loss_ends_attempts = false,
          .gives_up_unrepeatable_calls = false,
          .handlers_read_until_resume = true,
          .answers_cancelled_twice = true,
          .checks_credit = false,
          .widens_channels = false,
          .resets_released_channels = false,
          .ends_channels_of_replays = false,
          .marks_channel_retry = true,
          .persistent_drop_is_indeterminate = true,
          .resume_replaces_link = false,
          .stable_returns = false};
}

// The metadata keys that an endpoint reads or writes. r[impl retry.op-id]
namespace key {
inline constexpr std::string_view operation_id = "vox-operation-id";
inline constexpr std::string_view channel_retry_mode = "vox-channel-retry-mode";
}  // namespace key

}  // namespace vox::rpc
