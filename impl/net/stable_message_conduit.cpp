#include "impl/net/stable_message_conduit.hpp"

#include "impl/link/transport_end.hpp"
#include "impl/net/backoff.hpp"
#include "impl/net/entropy.hpp"
#include "impl/net/in_time.hpp"
#include "impl/net/prologue_exchange.hpp"
#include "impl/net/stable_greeting.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <utility>

namespace vox::net {

namespace asio = boost::asio;
using session::SessionError;

namespace {

LinkEnd refused(std::string_view detail) {
  return {.kind = LinkEndKind::refused, .detail = std::string{detail}};
}

SessionError error_of(GreetingError const& error) {
  return error.is_link_lost ? session::io_error(error.detail)
                            : session::protocol_error(error.detail);
}

}  // namespace

std::shared_ptr<StableMessageConduit> StableMessageConduit::make(
    asio::any_io_executor const& executor, std::unique_ptr<Link> link,
    conduit::StableConduit stable, Rulebook rulebook, StableLinks links) {
  auto made = std::make_shared<StableMessageConduit>(executor, std::move(link), std::move(stable),
                                                     rulebook, std::move(links));
  if (made->links_.registry) {
    made->links_.registry->issued(*made->stable_.resume_key(), nullptr, made);
  }
  return made;
}

StableMessageConduit::StableMessageConduit(asio::any_io_executor executor,
                                           std::unique_ptr<Link> link,
                                           conduit::StableConduit stable, Rulebook rulebook,
                                           StableLinks links)
    : executor_{std::move(executor)},
      link_{std::move(link)},
      stable_{std::move(stable)},
      rulebook_{rulebook},
      links_{std::move(links)},
      changed_{executor_} {}

asio::awaitable<Received> StableMessageConduit::receive() {
  auto const self = shared_from_this();
  for (;;) {
    co_await changed_.until([this] { return link_ || end_; });
    if (end_) co_return std::unexpected(*end_);
    auto const link = link_;
    auto const payload = co_await link->receive();
    if (link != link_) continue;
    if (!payload) {
      lose(link, payload.error());
      continue;
    }
    auto const item = stable_.receive(payload->view());
    if (!item) {
      end({.kind = LinkEndKind::protocol, .detail = item.error().detail});
    } else if (*item) {
      co_return payload->part(**item);
    }
  }
}

asio::awaitable<Sent> StableMessageConduit::send(ByteView message) {
  auto const self = shared_from_this();
  if (end_) co_return std::unexpected(*end_);
  if (!stable_.can_send()) co_return std::unexpected(refused("too much waits for a link"));
  if (auto const kept = stable_.send(message, 1); !kept) {
    co_return std::unexpected(refused(kept.error() == conduit::SendRefused::lost
                                          ? "the stable conduit is lost"
                                          : "the message is larger than a payload may be"));
  }
  co_await pump();
  co_return Sent{};
}

asio::awaitable<void> StableMessageConduit::pump() {
  auto const self = shared_from_this();
  if (is_pumping_) co_return;
  is_pumping_ = true;
  auto const done = [](bool* pumping) { *pumping = false; };
  std::unique_ptr<bool, decltype(done)> const guard{&is_pumping_, done};
  wire::Buffer payload;
  while (auto const link = link_) {
    payload.clear();
    if (!stable_.poll_transmit(payload)) break;
    if (auto const sent = co_await link->send(payload.view()); !sent) lose(link, sent.error());
  }
}

void StableMessageConduit::close() {
  if (link_) link_->close();
  end(stopped("this side closed the conduit"));
}

void StableMessageConduit::abort() {
  if (link_) link_->abort();
  end(stopped("this side aborted the conduit"));
}

void StableMessageConduit::end(LinkEnd end) {
  if (end_) return;
  end_ = std::move(end);
  if (link_) link_->close();
  link_.reset();
  stop_reconnecting_.emit(asio::cancellation_type::terminal);
  changed_.notify();
}

void StableMessageConduit::lose(std::shared_ptr<Link> const& link, LinkEnd const& end_of_link) {
  if (link != link_ || end_) return;
  link_->close();
  link_.reset();
  stable_.detach(number_);
  if (links_.source) {
    asio::co_spawn(
        executor_, [self = shared_from_this()] { return self->reconnect(); },
        asio::bind_cancellation_slot(stop_reconnecting_.slot(), asio::detached));
  } else if (!links_.registry) {
    end(end_of_link);
  }
}

void StableMessageConduit::use(std::unique_ptr<Link> link) {
  link_ = std::move(link);
  changed_.notify();
}

// r[impl stable.reconnect] r[impl stable.reconnect.failure]
asio::awaitable<void> StableMessageConduit::reconnect() {
  auto const self = shared_from_this();
  auto link = co_await in_time(links_.patience, find_link());
  if (end_) co_return;
  if (link) {
    use(std::move(*link));
    co_await pump();
  } else {
    end({.kind = LinkEndKind::error, .detail = link.error().text()});
  }
}

asio::awaitable<StableMessageConduit::Attempt> StableMessageConduit::find_link() {
  auto const self = shared_from_this();
  Backoff backoff;
  for (;;) {
    auto link = co_await next_link();
    bool const may_repeat =
        !link && link.error().retryable() && rulebook_ == Rulebook::spec && !end_;
    if (!may_repeat) co_return std::move(link);
    co_await links_.pause(backoff.next());
  }
}

// r[impl stable.reconnect.client-replay]
asio::awaitable<StableMessageConduit::Attempt> StableMessageConduit::next_link() {
  auto link = co_await links_.source->next();
  if (!link) co_return std::unexpected(std::move(link.error()));
  auto const agreed = co_await request_mode(**link, ConduitMode::stable);
  if (!agreed) co_return std::unexpected(agreed.error());
  auto const greeted = co_await greet_server(**link, ++number_, stable_);
  if (!greeted) co_return std::unexpected(error_of(greeted.error()));
  co_return std::move(*link);
}

// The answer to the client is what the conduit has to transmit first.
// r[impl stable.replay-buffer.order]
asio::awaitable<std::expected<void, SessionError>> StableMessageConduit::take_up(
    std::unique_ptr<Link> link, wire::ClientHello hello) {
  auto const self = shared_from_this();
  if (end_) {
    link->close();
    co_return std::unexpected(session::protocol_error(session::text::session_closed));
  }
  if (link_) link_->close();
  auto const taken = stable_.answer_client_hello(++number_, hello, fresh_resume_key());
  if (taken) {
    auto const* const presented = hello.resume_key ? &*hello.resume_key : nullptr;
    links_.registry->issued(*stable_.resume_key(), presented, self);
  }
  use(std::move(link));
  co_await pump();
  if (!taken) {
    end({.kind = LinkEndKind::error, .detail = taken.error().detail});
    co_return std::unexpected(session::protocol_error(taken.error().detail));
  }
  co_return std::expected<void, SessionError>{};
}

}  // namespace vox::net
