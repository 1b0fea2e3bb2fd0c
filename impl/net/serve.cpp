#include "impl/net/serve.hpp"

#include "impl/net/backoff.hpp"
#include "impl/net/link_source.hpp"
#include "impl/net/log.hpp"

#include <boost/asio/co_spawn.hpp>

#include <string>
#include <utility>
#include <variant>

namespace vox::net {

namespace asio = boost::asio;

namespace {

void tell(Log const& log, std::function<void()> const& callback) {
  if (auto const thrown = caught(callback))
    write_line(log, "a server's callback threw: " + *thrown);
}

asio::awaitable<void> serve_link(AcceptorBuilder builder, std::shared_ptr<ServeEvents const> events,
                                 std::unique_ptr<link::Link> link) {
  auto const& log = builder.config().log;
  auto const accepted = co_await builder.establish_or_resume(std::move(link));
  if (!accepted) {
    if (events->on_refused) tell(log, [&] { events->on_refused(accepted.error()); });
    co_return;
  }
  auto const* const established = std::get_if<Established>(&*accepted);
  if (established == nullptr) co_return;
  if (events->on_session) tell(log, [&] { events->on_session(*established); });
  static_cast<void>(co_await established->session.ended());
}

}  // namespace

asio::awaitable<SessionResult> connect_session(link::Address const& address,
                                               InitiatorBuilder const& builder, ConduitMode mode) {
  return builder.establish_from(dial_source(address), mode);
}

asio::awaitable<link::LinkEnd> serve(link::Listener& listener, AcceptorBuilder builder,
                                     ServeEvents events) {
  auto const executor = co_await asio::this_coro::executor;
  auto const shared = std::make_shared<ServeEvents const>(std::move(events));
  auto const log = builder.config().log;
  builder.limit_links();
  listener.on_busy([log](link::LinkEnd const& end) {
    write_line(log, "no link is accepted for a while: " + end.detail);
  });
  Backoff backoff;
  for (;;) {
    auto link = co_await listener.accept();
    if (!link) {
      using enum link::LinkEndKind;
      auto const kind = link.error().kind;
      if (kind != error && kind != reset) co_return link.error();
      write_line(log, "no link is accepted for a while: " + link.error().detail);
      co_await pause_for(backoff.next());
      continue;
    }
    backoff = {};
    auto const failed = caught([&] {
      asio::co_spawn(executor, serve_link(builder, shared, std::move(*link)),
                     [log](std::exception_ptr const& thrown) {
                       if (thrown)
                         write_line(log, "a link was lost to an error: " + text_of(thrown));
                     });
    });
    if (failed) write_line(log, "a link was lost to an error: " + *failed);
  }
}

}  // namespace vox::net
