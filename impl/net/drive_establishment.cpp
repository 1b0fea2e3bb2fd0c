#include "impl/net/drive_establishment.hpp"

#include "impl/net/in_time.hpp"
#include "impl/net/steady_time.hpp"

#include <string_view>
#include <utility>

namespace vox::net {

namespace asio = boost::asio;

namespace {

using Driven = std::expected<rpc::Outcome, session::SessionError>;

// Whether a link ended because the peer wanted no more, as opposed to breaking.
bool is_orderly(LinkEnd const& end) {
  return end.kind == LinkEndKind::eof || end.kind == LinkEndKind::closed;
}

asio::awaitable<void> send_all(Link& link, rpc::Establishment& establishment) {
  wire::Buffer payload;
  while (establishment.poll_transmit(payload)) {
    if (auto const sent = co_await link.send(payload.view()); !sent) {
      establishment.lose_link(sent.error().detail);
    }
    payload.clear();
  }
}

asio::awaitable<Driven> drive(Link& link, rpc::EstablishmentOptions options,
                              rpc::SessionRegistry* registry) {
  rpc::Establishment establishment{steady_now(), std::move(options), registry};
  co_await send_all(link, establishment);
  while (!establishment.is_over()) {
    auto const payload = co_await link.receive();
    if (payload) {
      establishment.receive(steady_now(), payload->view());
    } else {
      auto const& end = payload.error();
      establishment.lose_link(is_orderly(end) ? std::string_view{} : end.detail);
    }
    co_await send_all(link, establishment);
  }
  co_return establishment.take_outcome();
}

}  // namespace

asio::awaitable<Driven> drive_establishment(Link& link, rpc::EstablishmentOptions options,
                                            rpc::SessionRegistry* registry) {
  auto const time = options.handshake.limits.establishment_time;
  return in_time(time, drive(link, std::move(options), registry));
}

}  // namespace vox::net
