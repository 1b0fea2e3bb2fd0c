#include "impl/net/link_setup.hpp"

#include "impl/net/steady_time.hpp"
#include "impl/wire/writer.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <string_view>
#include <utility>

namespace vox::net {

namespace asio = boost::asio;

namespace {

// Aborts the link when its time is over, so that whoever waits for it goes on. Closes it unless it
// is released, however the coroutine ends.
class SetupGuard {
 public:
  SetupGuard(asio::any_io_executor const& executor, std::shared_ptr<link::Link> link)
      : link_{std::move(link)}, timer_{executor} {}
  SetupGuard(SetupGuard const&) = delete;
  SetupGuard& operator=(SetupGuard const&) = delete;
  SetupGuard(SetupGuard&&) = delete;
  SetupGuard& operator=(SetupGuard&&) = delete;
  ~SetupGuard() {
    if (link_) link_->close();
  }

  void abort_at(TimePoint deadline) {
    if (deadline == TimePoint::max()) return;
    timer_.expires_at(to_steady(deadline));
    timer_.async_wait([link = std::weak_ptr{link_}](boost::system::error_code error) {
      auto const standing = link.lock();
      if (!error && standing) standing->abort();
    });
  }
  void release() {
    timer_.cancel();
    link_.reset();
  }

 private:
  std::shared_ptr<link::Link> link_;
  asio::steady_timer timer_;
};

asio::awaitable<void> send_all(link::Link& link, rpc::Establishment& establishment) {
  wire::Buffer payload;
  while (establishment.poll_transmit(payload)) {
    if (auto const sent = co_await link.send(payload.view()); !sent) {
      establishment.lose_link(sent.error().detail);
    }
    payload.clear();
  }
}

}  // namespace

bool is_orderly(link::LinkEnd const& end) {
  return end.kind == link::LinkEndKind::eof || end.kind == link::LinkEndKind::closed;
}

asio::awaitable<AttachmentResult> set_up_link(std::shared_ptr<link::Link> link,
                                              rpc::EstablishmentOptions options,
                                              rpc::SessionRegistry* registry) {
  SetupGuard guard{co_await asio::this_coro::executor, link};
  auto const number = options.link;
  rpc::Establishment establishment{steady_now(), std::move(options), registry};
  guard.abort_at(*establishment.next_deadline());
  link->limit_received(establishment.payload_bytes_max());
  co_await send_all(*link, establishment);
  while (!establishment.is_over()) {
    auto const payload = co_await link->receive();
    establishment.reach_deadline(steady_now());
    if (payload) {
      establishment.receive(steady_now(), payload->view());
    } else if (payload.error().kind == link::LinkEndKind::oversize) {
      establishment.refuse_payload(payload.error().detail);
    } else {
      establishment.lose_link(is_orderly(payload.error()) ? std::string_view{}
                                                          : payload.error().detail);
    }
    co_await send_all(*link, establishment);
  }
  auto outcome = establishment.take_outcome();
  if (!outcome) co_return std::unexpected(std::move(outcome.error()));
  guard.release();
  link->limit_received(establishment.payload_bytes_max());
  Attachment attachment{.link = std::move(link), .number = number, .outcome = std::move(*outcome)};
  co_return std::move(attachment);
}

}  // namespace vox::net
