#include "impl/rpc/command.hpp"

#include <utility>

namespace vox::rpc {

std::string_view describe(Misuse misuse) {
  switch (misuse) {
    case Misuse::connection_unknown:
      return "there is no such connection";
    case Misuse::connection_forwarded:
      return "this connection is joined with another one already";
    case Misuse::calls_exhausted:
      return "too many calls wait on this connection";
    case Misuse::call_unknown:
      return "there is no such call, or it is done";
    case Misuse::request_unknown:
      return "there is no such request, or it is answered";
    case Misuse::channel_unknown:
      return "there is no such channel";
    case Misuse::channel_wrong_direction:
      return "this end of the channel does not do that";
    case Misuse::channel_ended:
      return "the channel has ended";
    case Misuse::channels_exhausted:
      return "too many channels are open on this connection";
    case Misuse::no_credit:
      return "the receiver has granted no more items";
    case Misuse::arguments_malformed:
      return "the arguments are not encoded as the method's type";
  }
  std::unreachable();
}

std::string Refusal::text() const {
  if (auto const* const ours = misuse()) return std::string{describe(*ours)};
  return by_session()->text();
}

session::SessionError Refusal::error() const {
  auto const* const refused = by_session();
  if (refused != nullptr && refused->error() != nullptr) return *refused->error();
  return session::protocol_error(text());
}

bool Refusal::may_pass() const {
  if (auto const* const ours = misuse()) return *ours == Misuse::no_credit;
  using enum session::Misuse;
  auto const* const theirs = by_session()->misuse();
  return theirs != nullptr && (*theirs == queue_full || *theirs == recovering ||
                               *theirs == disconnected || *theirs == requests_exhausted);
}

}  // namespace vox::rpc
