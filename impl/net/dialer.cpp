#include "impl/net/dialer.hpp"

#include "impl/net/backoff.hpp"
#include "impl/net/in_time.hpp"

#include <utility>

namespace vox::net {

namespace asio = boost::asio;

namespace {

asio::awaitable<AttachmentResult> attempt(DialPlan plan, std::optional<wire::ClientHello> conduit,
                                          conduit::LinkNumber number) {
  auto link = co_await plan.source->next();
  if (!link) co_return std::unexpected(std::move(link.error()));
  rpc::EstablishmentOptions options{.handshake = std::move(plan.handshake),
                                    .mode = plan.mode,
                                    .stable_resume = conduit,
                                    .link = number};
  options.handshake.role = Role::initiator;
  std::shared_ptr<link::Link> shared{std::move(*link)};
  co_return co_await set_up_link(std::move(shared), std::move(options));
}

// r[impl session.initial-connect-waiting.retryable]
// r[impl session.initial-connect-waiting.non-retryable]
bool may_pass(session::SessionError const& error) {
  return error.kind == session::ErrorKind::io || error.kind == session::ErrorKind::connect_timeout;
}

// `last` outlives the coroutine.
// r[impl session.initial-connect-waiting.backoff] r[impl session.initial-connect-waiting.no-session]
asio::awaitable<AttachmentResult> keep_dialling(DialPlan plan, conduit::LinkNumber number,
                                                session::SessionError& last) {
  Backoff backoff;
  for (;;) {
    auto attachment = co_await dial(plan, number);
    if (attachment || !may_pass(attachment.error())) co_return std::move(attachment);
    last = std::move(attachment.error());
    co_await plan.pause(backoff.next());
  }
}

}  // namespace

asio::awaitable<AttachmentResult> dial(DialPlan plan, conduit::LinkNumber number) {
  auto const timeout = plan.connect_timeout;
  std::optional<wire::ClientHello> const none;
  return in_time(timeout, attempt(std::move(plan), none, number));
}

// r[impl session.initial-connect-waiting.timeout]
asio::awaitable<AttachmentResult> dial_within(Duration wait, DialPlan plan,
                                              conduit::LinkNumber number) {
  session::SessionError last{.kind = session::ErrorKind::connect_timeout};
  auto outcome = co_await link::within(wait, keep_dialling(std::move(plan), number, last));
  if (outcome) co_return std::move(*outcome);
  co_return std::unexpected(std::move(last));
}

asio::awaitable<AttachmentResult> dial_again(DialPlan plan, Wanted wanted,
                                             conduit::LinkNumber number) {
  bool const is_shipped = plan.handshake.rulebook == Rulebook::vox_0_4;
  Backoff backoff;
  Duration before{};
  for (std::size_t pause = 0; pause < wanted.pauses_before && before < Backoff::longest; ++pause)
    before = backoff.next();
  if (before > Duration::zero()) co_await plan.pause(before);
  for (;;) {
    auto next = plan;
    next.handshake.resume_key = wanted.session_key;
    next.handshake.is_recovery = true;
    auto const hello = wanted.conduit;
    auto attachment =
        co_await in_time(plan.connect_timeout, attempt(std::move(next), hello, number));
    if (attachment || !attachment.error().retryable()) co_return std::move(attachment);
    if (is_shipped && hello) co_return std::move(attachment);
    if (is_shipped) wanted.session_key.reset();
    co_await plan.pause(backoff.next());
  }
}

}  // namespace vox::net
