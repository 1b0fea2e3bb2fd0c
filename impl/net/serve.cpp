#include "impl/net/serve.hpp"

#include "impl/net/link_source.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <utility>
#include <variant>

namespace vox::net {

namespace asio = boost::asio;

namespace {

asio::awaitable<void> serve_link(AcceptorBuilder builder, std::shared_ptr<ServeEvents const> events,
                                 std::unique_ptr<Link> link) {
  auto const accepted = co_await builder.establish_or_resume(std::move(link));
  if (!accepted) {
    if (events->on_refused) events->on_refused(accepted.error());
    co_return;
  }
  auto const* const established = std::get_if<Established>(&*accepted);
  if (established == nullptr) co_return;
  if (events->on_session) events->on_session(*established);
  static_cast<void>(co_await established->session.ended());
}

}  // namespace

asio::awaitable<SessionResult> connect_session(Address const& address,
                                               InitiatorBuilder const& builder, ConduitMode mode) {
  return builder.establish_from(dial_source(address), mode);
}

asio::awaitable<LinkEnd> serve(Listener& listener, AcceptorBuilder builder, ServeEvents events) {
  auto const executor = co_await asio::this_coro::executor;
  auto const shared = std::make_shared<ServeEvents const>(std::move(events));
  for (;;) {
    auto link = co_await listener.accept();
    if (!link) co_return link.error();
    asio::co_spawn(executor, serve_link(builder, shared, std::move(*link)), asio::detached);
  }
}

}  // namespace vox::net
