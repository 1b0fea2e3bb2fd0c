// How a session reads from its link, writes to it, and gets another one.
#include "impl/net/entropy.hpp"
#include "impl/net/runner.hpp"
#include "impl/net/steady_time.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <variant>

namespace vox::net {

namespace asio = boost::asio;
using session::SessionError;
using session::SessionState;

namespace {

// As much as goes to the link at once. What is above it waits in the session, where it is counted.
constexpr std::size_t gathered_bytes_max = 256uz << 10;

// After so many payloads, which may all have come at once, everything else on the executor has its
// turn: the first answers go out while the rest is worked on, and no peer keeps others waiting.
constexpr std::size_t payloads_in_a_row_max = 16;

// A link that is lost sooner was of no use. After a few of them the next one is not dialled at
// once.
constexpr std::chrono::seconds short_life{1};
constexpr std::size_t short_lived_links_max = 3;

}  // namespace

// ---- reading and writing ----

bool Runner::is_current(std::shared_ptr<Attached> const& at) const {
  return at == attached_ && !ending_;
}

// What the application has of the peer counts, too: the calls that its handlers work on.
bool Runner::may_read() const {
  bool const handlers_have_room = handler_bytes_ < handler_bytes_max_ || handlers_wait_;
  return endpoint_.can_receive() && slowing_proxies_ == 0 && handlers_have_room;
}

// A Pong that lies unread meanwhile is none that did not come.
asio::awaitable<void> Runner::wait_to_read(std::shared_ptr<Attached> at) {
  is_reading_held_up_ = true;
  co_await readable_.until([&] { return !is_current(at) || may_read(); });
  if (attached_ && at != attached_) co_return;  // The next link has a reader of its own.
  is_reading_held_up_ = false;
  if (is_current(at)) handle(rpc::input::ReadingHeldUp{});
}

asio::awaitable<void> Runner::read(std::shared_ptr<Attached> at) {
  auto const self = shared_from_this();
  for (std::size_t in_a_row = 1; is_current(at); ++in_a_row) {
    if (in_a_row % payloads_in_a_row_max == 0) co_await asio::post(executor_, asio::use_awaitable);
    if (!may_read()) co_await wait_to_read(at);
    if (!is_current(at)) break;
    auto const payload = co_await at->link->receive();
    // What the application asked for meanwhile may have used up the room.
    if (payload && !may_read()) co_await wait_to_read(at);
    if (!is_current(at)) break;
    if (payload) {
      // In 0.4.0 what was said before a payload that cannot be read goes out all the same.
      if (session().rulebook() == Rulebook::vox_0_4) fill(*at);
      handle(rpc::input::Received{*payload});
    } else {
      lose_link(at, payload.error());
    }
  }
}

// Payloads are encoded into the link's buffer, many at once, and reported when they are written.
// r[impl zerocopy.framing.single-pass]
asio::awaitable<void> Runner::write(std::shared_ptr<Attached> at) {
  auto const self = shared_from_this();
  while (at == attached_) {
    fill(*at);
    if (at->link->write_buffer().empty()) {
      if (ending_) break;
      co_await writable_.until([&] {
        return at != attached_ || ending_ || endpoint_.has_transmit() ||
               !at->link->write_buffer().empty();
      });
      continue;
    }
    auto const through = at->filled;
    at->is_flushing = true;
    auto const sent = co_await at->link->flush();
    at->is_flushing = false;
    if (at != attached_) break;
    if (!sent) {
      if (ending_) {
        release_link();  // There is nobody left to hear the last words.
        break;
      }
      lose_link(at, sent.error());
    } else {
      handle(rpc::input::Written{through});
    }
  }
  // In 0.4.0 what was said on a link that is given up still goes out.
  if (!at->link->write_buffer().empty()) static_cast<void>(co_await at->link->flush());
  wanted_.notify();
}

void Runner::fill(Attached& at) {
  auto& buffer = at.link->write_buffer();
  while (buffer.bytes() < gathered_bytes_max) {
    auto const transmit = endpoint_.poll_transmit(buffer.begin());
    if (!transmit) {
      buffer.abandon();
      return;
    }
    if (auto const kept = buffer.commit(); !kept) {
      // The session's limit is above that of the link: the program is configured wrongly.
      log("the link does not take a payload: " + kept.error().detail);
      at.link->abort();
      return;
    }
    at.filled = std::max(at.filled, transmit->token);
  }
}

// A link that takes bytes is not stalled, even if they are no whole payload yet.
void Runner::note_progress() {
  if (!attached_) return;
  auto const moved = attached_->link->bytes_moved();
  if (std::exchange(attached_->bytes_seen, moved) != moved) {
    tell(rpc::input::Progress{});
  }
}

// The one payload that there is for a link that is of no further use.
asio::awaitable<void> Runner::say_last(std::shared_ptr<link::Link> link) {
  auto const self = shared_from_this();
  auto& buffer = link->write_buffer();
  if (endpoint_.poll_transmit(buffer.begin())) {
    static_cast<void>(buffer.commit());
  } else {
    buffer.abandon();
  }
  static_cast<void>(co_await link->flush());
  link->close();
}

void Runner::spawn(asio::awaitable<void> work) {
  asio::co_spawn(executor_, std::move(work),
                 [self = shared_from_this()](std::exception_ptr const& thrown) {
                   if (thrown) self->fail(text_of(thrown));
                 });
}

// ---- links come and go ----

void Runner::use_link(std::shared_ptr<link::Link> link, conduit::LinkNumber number) {
  release_link();
  if (auto const old = std::exchange(abandoned_link_, nullptr)) old->close();
  last_link_ = std::max(last_link_, number);
  is_reading_held_up_ = false;
  // The coroutines begin at once, and the first may find that the link is lost already.
  auto const at = std::make_shared<Attached>();
  at->link = std::move(link);
  at->number = number;
  attached_ = at;
  link_since_ = steady_now();
  spawn(read(at));
  if (at == attached_) spawn(write(at));
}

void Runner::release_link() {
  if (auto const at = std::exchange(attached_, nullptr)) at->link->close();
  readable_.notify();
  writable_.notify();
}

// 0.4.0 leaves a link whose payload it could not read open, until another takes its place or the
// session ends.
void Runner::abandon_link() {
  if (session().rulebook() == Rulebook::vox_0_4 && attached_) abandoned_link_ = attached_->link;
  auto const at = std::exchange(attached_, nullptr);
  if (at && !abandoned_link_) at->link->close();
  readable_.notify();
  writable_.notify();
}

void Runner::lose_link(std::shared_ptr<Attached> const& at, link::LinkEnd const& end) {
  if (at != attached_) return;
  attached_.reset();
  at->link->close();
  handle(rpc::input::LinkLost{is_orderly(end) ? std::string{} : end.detail});
}

// The peer's return is taken up in the order of service. r[impl core.M5]
asio::awaitable<Runner::Done> Runner::resume(Attachment attachment) {
  auto const self = shared_from_this();
  if (is_finished_) {
    attachment.link->close();
    co_return std::unexpected(session::protocol_error(session::text::session_closed));
  }
  auto const wanted = std::make_shared<PendingResume>(
      PendingResume{.attachment = std::move(attachment), .outcome = Promise<Done>{executor_}});
  agenda_.resumes.push_back(wanted);
  wanted_.notify();
  co_return co_await wanted->outcome.get();
}

// r[impl core.L2] r[impl core.M5] r[impl stable.reconnect.server-replay]
Runner::Done Runner::try_resume(Attachment& attachment) {
  auto const refuse = [&](SessionError error) -> Done {
    attachment.link->close();
    return std::unexpected(std::move(error));
  };
  if (ending_) return refuse(session::protocol_error(session::text::session_closed));
  if (attachment.number < last_link_) {
    return refuse(session::protocol_error("the peer has come back on a newer link"));
  }
  auto& known = options_.registry->known();
  if (auto* const resumed = std::get_if<rpc::ResumeSession>(&attachment.outcome)) {
    auto const presented = resumed->handshake.presented_key.value_or(ResumeKey{});
    auto const issued = resumed->handshake.resume_key;
    std::optional<ResumeKey> conduit_key;
    if (resumed->stable) conduit_key = resumed->stable->resume_key();
    auto const done =
        endpoint_.resume(steady_now(), std::move(resumed->handshake), std::move(resumed->stable));
    if (!done) {
      known.refused(presented);
      touched();
      return refuse(done.error().error());
    }
    known.resumed(presented, issued, number_);
    if (conduit_key) known.conduit_issued(*conduit_key, std::nullopt, number_);
    // What the loss of the older link had to say comes before the newer one is used.
    settle();
    known.attached(number_);
    use_link(std::move(attachment.link), attachment.number);
    return {};
  }
  auto const* const stable = endpoint_.stable();
  if (stable == nullptr) return refuse(session::protocol_error("stable conduit unknown"));
  auto const& hello =
      std::get<wire::ClientHello>(std::get<rpc::ResumeConduit>(attachment.outcome).hello);
  auto const presented = hello.resume_key;
  auto const key = fresh_resume_key();
  tell(rpc::input::ClientHello{.link = attachment.number, .hello = hello, .fresh_key = key});
  if (auto const lost = endpoint_.stable()->lost()) {
    // The hello that refuses is still to be said.
    spawn(say_last(attachment.link));
    known.conduit_ended(number_);
    settle();
    return std::unexpected(session::protocol_error(*lost));
  }
  known.conduit_issued(key, presented, number_);
  known.attached(number_);
  use_link(std::move(attachment.link), attachment.number);
  settle();
  return {};
}

// ---- the dialer ----

// Whatever was dialled before for this session is not wanted any more.
void Runner::begin_redial(Wanted wanted) {
  stop_redial();
  bool const was_short = steady_now() - link_since_ < short_life;
  short_lived_links_ = was_short ? short_lived_links_ + 1 : 0;
  wanted.pauses_before = short_lived_links_ - std::min(short_lived_links_, short_lived_links_max);
  redial_ = ++last_link_;
  stop_redial_ = std::make_shared<asio::cancellation_signal>();
  asio::co_spawn(executor_, redial(wanted, redial_),
                 asio::bind_cancellation_slot(
                     stop_redial_->slot(), [self = shared_from_this(), number = redial_,
                                            stop = stop_redial_](std::exception_ptr const& thrown) {
                       if (!thrown || self->redial_ != number) return;
                       self->handle(rpc::input::RecoveryFailed{session::io_error(text_of(thrown))});
                     }));
}

void Runner::stop_redial() {
  redial_ = 0;
  if (auto const stop = std::exchange(stop_redial_, nullptr)) {
    stop->emit(asio::cancellation_type::terminal);
  }
}

// r[impl core.B1] r[impl stable.reconnect]
asio::awaitable<void> Runner::redial(Wanted wanted, conduit::LinkNumber number) {
  auto const self = shared_from_this();
  auto plan = *options_.redial;
  auto attachment = co_await dial_again(std::move(plan), wanted, number);
  // Meanwhile the session may have ended, or given up on this.
  if (number != redial_ || ending_) {
    if (attachment) attachment->link->close();
    co_return;
  }
  redial_ = 0;
  if (!attachment) {
    handle(rpc::input::RecoveryFailed{std::move(attachment.error())});
    co_return;
  }
  if (auto* const resumed = std::get_if<rpc::ResumeSession>(&attachment->outcome)) {
    if (session().state() != SessionState::recovering) co_return attachment->link->close();
    tell(rpc::input::Recovered{.outcome = std::move(resumed->handshake),
                               .stable = std::move(resumed->stable)});
  } else if (auto* const again = std::get_if<rpc::ResumeConduit>(&attachment->outcome)) {
    auto const* const hello = std::get_if<wire::ServerHello>(&again->hello);
    tell(rpc::input::ServerHello{.link = number, .hello = *hello});
  }
  if (session().state() == SessionState::connected) {
    use_link(std::move(attachment->link), number);
  } else {
    attachment->link->close();
  }
  settle();
}

}  // namespace vox::net
