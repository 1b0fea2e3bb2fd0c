#include "impl/session/keepalive.hpp"

#include "impl/session/timers.hpp"
#include "spec/assert.hpp"

namespace vox::session {

Keepalive::Keepalive(KeepaliveSettings settings, TimePoint now)
    : settings_{settings}, origin_{now}, due_{later(now, settings.interval)} {
  VOX_ASSERT(settings.is_usable());
}

void Keepalive::on_pong(TimePoint now, std::uint64_t nonce) {
  if (outstanding_ != nonce) return;
  outstanding_.reset();
  due_ = later(now, settings_.interval);
}

void Keepalive::excuse(TimePoint now) {
  if (outstanding_) due_ = later(now, settings_.timeout);
}

Keepalive::Due Keepalive::look(TimePoint now) {
  if (now < deadline()) return Due::nothing;
  if (outstanding_) return Due::peer_is_dead;
  outstanding_ = next_nonce_++;
  due_ = later(now, settings_.timeout);
  return Due::ping;
}

TimePoint Keepalive::deadline() const {
  auto const past = (due_ - origin_) % tick;
  return past == Duration::zero() ? due_ : later(due_, tick - past);
}

}  // namespace vox::session
