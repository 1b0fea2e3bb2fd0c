#include "impl/net/serve.hpp"

#include "impl/net/backoff.hpp"
#include "impl/net/link_source.hpp"
#include "impl/net/log.hpp"
#include "impl/rpc/establishment.hpp"

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <cstddef>
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

// What the links of one server share.
struct Server {
  AcceptorBuilder builder;
  ServeEvents events;
  std::size_t sessions = 0;  // that have begun and not ended
};

// Counts a session for as long as it lasts.
class Running {
 public:
  explicit Running(std::shared_ptr<Server> server) : server_{std::move(server)} {
    ++server_->sessions;
  }
  Running(Running const&) = delete;
  Running& operator=(Running const&) = delete;
  Running(Running&&) = delete;
  Running& operator=(Running&&) = delete;
  ~Running() { --server_->sessions; }

 private:
  std::shared_ptr<Server> server_;
};

void refuse(Server const& server, session::SessionError const& error) {
  auto const& events = server.events;
  if (events.on_refused) tell(server.builder.config().log, [&] { events.on_refused(error); });
}

// A link may bring a session back that is counted already; whether it does is known only when it is
// established.
asio::awaitable<void> serve_link(std::shared_ptr<Server> server, std::unique_ptr<link::Link> link) {
  auto const accepted = co_await server->builder.establish_or_resume(std::move(link));
  if (!accepted) {
    refuse(*server, accepted.error());
    co_return;
  }
  auto const* const established = std::get_if<Established>(&*accepted);
  if (established == nullptr) co_return;
  auto const& config = server->builder.config();
  if (server->sessions >= config.limits.sessions_max) {
    established->session.shutdown();
    refuse(*server, session::protocol_error("too many sessions"));
    co_return;
  }
  Running const running{server};
  auto const& events = server->events;
  if (events.on_session) tell(config.log, [&] { events.on_session(*established); });
  static_cast<void>(co_await established->session.ended());
}

}  // namespace

asio::awaitable<SessionResult> connect_session(link::Address const& address,
                                               InitiatorBuilder const& builder, ConduitMode mode) {
  // The handshake may be larger than what a session takes later.
  auto const& limits = builder.config().limits;
  auto const payload_max =
      std::max(rpc::link_bytes_max(limits, mode), limits.establishment_bytes_max);
  auto source = dial_source(address, {.link = {.frame_bytes_max = payload_max}});
  return builder.establish_from(std::move(source), mode);
}

asio::awaitable<link::LinkEnd> serve(link::Listener& listener, AcceptorBuilder builder,
                                     ServeEvents events) {
  auto const executor = co_await asio::this_coro::executor;
  auto const log = builder.config().log;
  builder.limit_links();
  auto const server =
      std::make_shared<Server>(Server{.builder = std::move(builder), .events = std::move(events)});
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
      asio::co_spawn(executor, serve_link(server, std::move(*link)),
                     [log](std::exception_ptr const& thrown) {
                       if (thrown)
                         write_line(log, "a link was lost to an error: " + text_of(thrown));
                     });
    });
    if (failed) write_line(log, "a link was lost to an error: " + *failed);
  }
}

}  // namespace vox::net
