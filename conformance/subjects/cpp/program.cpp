#include "conformance/subjects/cpp/program.hpp"

#include "conformance/subjects/cpp/control.hpp"
#include "conformance/subjects/cpp/outbound.hpp"
#include "conformance/subjects/cpp/probe.hpp"
#include "conformance/subjects/cpp/probe_scenarios.hpp"
#include "conformance/subjects/cpp/probe_service.hpp"
#include "conformance/subjects/cpp/scenario.hpp"
#include "conformance/subjects/cpp/testbed.hpp"
#include "conformance/subjects/cpp/testbed_service.hpp"
#include "impl/link/deadline.hpp"
#include "impl/link/listener.hpp"
#include "impl/net/serve.hpp"
#include "impl/net/session_builder.hpp"
#include "impl/store/sqlite_store.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace voxspec::subject {

namespace asio = boost::asio;
using namespace vox;

namespace {

using Ran = std::expected<void, std::string>;

// No scenario takes longer than this against a peer that answers. Without a limit, a peer that
// falls silent would keep the process for ever.
constexpr std::chrono::seconds scenario_limit{120};
// How often a client dials that does not give up.
constexpr int tries_max = 3;
// As many virtual connections as a process stands that has no limit of its own.
constexpr std::size_t connections_borne = 500;
// How long a session may take to end after its last caller is gone.
constexpr std::chrono::seconds farewell{1};

void complain(std::string_view line) {
  std::cerr << line << '\n';
}

// What serves the peer, and what takes orders where there is a control channel.
struct Serving {
  std::shared_ptr<net::Handler> service;
  std::shared_ptr<net::Handler> probe;
  std::shared_ptr<Control> control;
};

Serving without_control(asio::any_io_executor const& executor) {
  return {
      .service = make_testbed_service(), .probe = make_probe_service(executor), .control = nullptr};
}

Serving make_serving(asio::any_io_executor const& executor, Settings const& settings,
                     Parity parity) {
  auto serving = without_control(executor);
  if (!settings.takes_orders) return serving;
  serving.control = std::make_shared<Control>(executor, parity, serving.service);
  serving.control->misbehave(settings.misbehaviour);
  serving.control->start();
  return serving;
}

// Counts the virtual connections that are asked for, and aborts where that is the fault.
std::function<void()> connection_counter(Settings const& settings) {
  if (settings.misbehaviour != Misbehaviour::succumbs_to_connections) return [] {};
  return [count = std::size_t{0}]() mutable {
    if (++count > connections_borne) std::abort();
  };
}

// Testbed on the root connection, and on virtual ones unless the settings refuse them; Probe on
// those that are opened for it.
net::Acceptor acceptor(Settings const& settings, Serving const& serving) {
  return net::Acceptor::Function{
      [accepts_virtual = settings.accepts_connections, service = serving.service,
       probe = serving.probe, control = serving.control, count = connection_counter(settings)](
          session::ConnectionRequest const& request, net::PendingConnection pending) {
        if (!request.is_root()) count();
        if (control && !request.is_root() && control->decide(pending)) return;
        if (accepts_virtual || request.is_root()) {
          auto const wants_probe = !request.is_root() && request.service() == Probe::service_name;
          std::move(pending).handle_with(wants_probe ? probe : service);
          return;
        }
        wire::Metadata const reasons{
            {.key = "error", .value = "this peer accepts no virtual connections"}};
        std::move(pending).reject(reasons);
      }};
}

void abort_at_violation(net::SessionEnd const& end) {
  if (end.cause == session::EndCause::violation) std::abort();
}

asio::awaitable<void> await_violation(net::SessionHandle session) {
  abort_at_violation(co_await session.ended());
}

template <class Builder>
Builder configured(Builder builder, Settings const& settings, net::Store store,
                   Serving const& serving) {
  builder.rulebook(settings.rulebook)
      .service(std::string{Testbed::service_name})
      .on_connection(acceptor(settings, serving))
      .store(std::move(store))
      .log(complain);
  if (settings.keepalive) builder.keepalive(*settings.keepalive);
  return builder;
}

Parity parity_of_initiator(Settings const& settings) {
  return settings.misbehaviour == Misbehaviour::even_initiator ? Parity::even : Parity::odd;
}

// How long to wait for the first session, if at all.
std::optional<Duration> connect_wait(Settings const& settings) {
  if (settings.misbehaviour == Misbehaviour::never_waits) return std::nullopt;
  if (settings.connect_wait && settings.misbehaviour == Misbehaviour::waits_without_end) {
    return scenario_limit;
  }
  return settings.connect_wait;
}

asio::awaitable<std::expected<net::Established, std::string>> dial(Settings settings,
                                                                   net::Store store,
                                                                   Serving serving) {
  auto builder = configured(net::InitiatorBuilder{}, settings, std::move(store), serving);
  if (auto const wait = connect_wait(settings)) builder.wait_for_peer(*wait);
  builder.settings({.parity = parity_of_initiator(settings)});
  auto established = co_await net::connect_session(settings.address, builder, settings.conduit);
  if (established) co_return std::move(*established);
  co_return std::unexpected(link::to_string(settings.address) + ": " + established.error().text());
}

asio::awaitable<Ran> serve_peer(Settings settings, net::Store store) {
  auto const executor = co_await asio::this_coro::executor;
  auto const serving = make_serving(executor, settings, parity_of_initiator(settings));
  auto established = co_await dial(settings, std::move(store), serving);
  if (!established) co_return std::unexpected(established.error());
  Outbound const outbound{.count = settings.open_connections,
                          .parity = parity_of_initiator(settings),
                          .handler = serving.service};
  open_connections(executor, *established, outbound);
  auto const session = established->session;
  if (serving.control) serving.control->begin(std::move(*established));
  auto const end = co_await session.ended();
  if (settings.misbehaviour == Misbehaviour::aborts_at_violation) abort_at_violation(end);
  complain("the session is over: " + end.detail);
  co_return Ran{};
}

asio::awaitable<Played> play_scenario(std::string name, net::SessionHandle session,
                                      TestbedClient root) {
  if (!has_probe_scenario(name)) return play(std::move(name), std::move(root));
  return play_with_probe(std::move(name), std::move(session), std::move(root));
}

// The client is given up before the session's end is waited for: a process that just stopped would
// leave the link to be broken by the system.
asio::awaitable<Ran> play_and_leave(Settings settings) {
  auto const executor = co_await asio::this_coro::executor;
  auto const serving = without_control(executor);
  auto established = co_await dial(settings, {}, serving);
  if (!established) co_return std::unexpected(established.error());
  auto const session = established->session;
  TestbedClient client{std::move(established->root)};
  auto played = co_await play_scenario(settings.scenario, session, std::move(client));
  // A virtual connection that the peer holds open keeps the session alive.
  static_cast<void>(co_await link::within(farewell, session.ended()));
  co_return played;
}

asio::awaitable<Ran> play_and_try_again(Settings settings) {
  auto played = co_await play_and_leave(settings);
  if (settings.misbehaviour != Misbehaviour::tries_again) co_return played;
  for (int tries = 1; !played && tries < tries_max; ++tries)
    played = co_await play_and_leave(settings);
  co_return played;
}

asio::awaitable<Ran> play_in_time(Settings settings) {
  auto played = co_await link::within(scenario_limit, play_and_try_again(std::move(settings)));
  if (played) co_return std::move(*played);
  co_return std::unexpected("no result within " + std::to_string(scenario_limit.count()) + " s");
}

// The line that tells whoever started this process where to connect.
void announce(link::Address const& address) {
  auto text = link::to_string(address);
  constexpr std::string_view tcp = "tcp://";
  if (text.starts_with(tcp)) text.erase(0, tcp.size());
  std::cout << "LISTEN_ADDR=" << text << std::endl;  // NOLINT(performance-avoid-endl)
}

asio::awaitable<Ran> serve_links(Settings settings, net::Store store) {
  auto const executor = co_await asio::this_coro::executor;
  auto listener = link::listen(executor, settings.address);
  if (!listener) co_return std::unexpected(listener.error());
  announce((*listener)->address());
  auto const serving = make_serving(executor, settings, Parity::even);
  auto builder = configured(net::AcceptorBuilder{}, settings, std::move(store), serving);
  builder.registry(std::make_shared<net::SessionRegistry>(settings.rulebook));
  Outbound const outbound{
      .count = settings.open_connections, .parity = Parity::even, .handler = serving.service};
  net::ServeEvents events{
      .on_session =
          [executor, outbound, control = serving.control,
           aborts = settings.misbehaviour ==
                    Misbehaviour::aborts_at_violation](net::Established const& established) {
            open_connections(executor, established, outbound);
            if (aborts) {
              asio::co_spawn(executor, await_violation(established.session), asio::detached);
            }
            if (control) control->begin(established);
          },
      .on_refused =
          [](session::SessionError const& error) { complain("link refused: " + error.text()); }};
  auto const end = co_await net::serve(**listener, std::move(builder), std::move(events));
  co_return std::unexpected("listening: " + end.detail);
}

asio::awaitable<Ran> part(Settings const& settings, net::Store store) {
  switch (settings.mode) {
    case Mode::server:
      return serve_peer(settings, std::move(store));
    case Mode::client:
      return play_in_time(settings);
    case Mode::server_listen:
      return serve_links(settings, std::move(store));
  }
  std::unreachable();
}

// Says that it has kept the outcome, and has not.
rpc::StoreDone forget_outcome(rpc::StoreRequest const& request) {
  auto const& seal = std::get<rpc::store_request::Seal>(request.what);
  return {.number = request.number, .session = request.session, .operation = seal.operation};
}

// The file that settings name, if they name one.
std::expected<net::Store, std::string> open_store(Settings const& settings) {
  if (settings.store_path.empty()) return {};
  auto opened = store::SqliteStore::open(settings.store_path);
  if (!opened) {
    return std::unexpected("STORE_PATH=" + settings.store_path + ": " + opened.error());
  }
  auto const file = std::make_shared<store::SqliteStore>(std::move(*opened));
  return net::Store{
      .perform =
          [file, forgets = settings.misbehaviour ==
                           Misbehaviour::forgets_outcomes](rpc::StoreRequest const& request) {
            bool const seals = std::holds_alternative<rpc::store_request::Seal>(request.what);
            return forgets && seals ? forget_outcome(request) : file->perform(request);
          },
      .take = [file, forgets = settings.misbehaviour == Misbehaviour::forgets_operations](
                  ResumeKey const& key) -> std::optional<rpc::RestoredSession> {
        auto taken = file->take(key);
        if (!taken) throw std::runtime_error{taken.error()};
        if (forgets && *taken) (*taken)->operations.clear();
        return std::move(*taken);
      }};
}

}  // namespace

int run(Settings const& settings) {
  auto store = open_store(settings);
  if (!store) {
    complain(store.error());
    return 1;
  }
  asio::io_context context;
  auto outcome = asio::co_spawn(context, part(settings, std::move(*store)), asio::use_future);
  // Sessions may still be served when the part is over; nobody waits for them.
  while (outcome.wait_for(std::chrono::seconds{0}) != std::future_status::ready)
    context.run_one();
  auto const ran = outcome.get();
  if (settings.mode == Mode::client) {
    if (settings.misbehaviour == Misbehaviour::client_succeeds) return 0;
    if (settings.misbehaviour == Misbehaviour::client_fails) return 1;
  }
  if (ran) return 0;
  complain(ran.error());
  return 1;
}

}  // namespace voxspec::subject
