#include "impl/session/keepalive.hpp"

#include "spec/assert.hpp"

namespace vox::session {

Keepalive::Keepalive(KeepaliveSettings settings, TimePoint now)
    : settings_{settings}, origin_{now}, due_{now + settings.interval} {
  VOX_ASSERT(settings.is_usable());
}

void Keepalive::on_pong(TimePoint now, std::uint64_t nonce) {
  if (outstanding_ != nonce) return;
  outstanding_.reset();
  due_ = now + settings_.interval;
}

Keepalive::Due Keepalive::look(TimePoint now) {
  if (now < deadline()) return Due::nothing;
  if (outstanding_) return Due::peer_is_dead;
  outstanding_ = next_nonce_++;
  due_ = now + settings_.timeout;
  return Due::ping;
}

TimePoint Keepalive::deadline() const {
  auto const since = due_ - origin_;
  auto const ticks = (since + tick - Duration{1}) / tick;
  return origin_ + ticks * tick;
}

}  // namespace vox::session
