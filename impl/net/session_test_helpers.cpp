#include "impl/net/session_test.hpp"
#include "impl/schema/describe.hpp"
#include "impl/schema/vox_error.hpp"
#include "impl/wire/postcard.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/describe/enum_to_string.hpp>

#include <tuple>
#include <variant>

namespace vox::net::test {

namespace asio = boost::asio;

namespace {

using EchoArgs = std::tuple<std::string>;
using EchoOutcome = schema::Outcome<std::string>;

session::SharedSchemas share(schema::LocalType const& type) {
  return {std::shared_ptr<void>{}, &type.payload};
}

asio::awaitable<void> accept_into(AcceptorBuilder builder, std::unique_ptr<Link> link,
                                  std::shared_ptr<Promise<SessionResult>> result) {
  result->set(co_await builder.establish_on(std::move(link)));
}

}  // namespace

void EchoHandler::on_call(IncomingCall const& call, Responder responder) {
  called.push_back(call.request_id);
  if (holds) {
    held.push_back(std::move(responder));
    return;
  }
  auto const args = wire::decode_value<EchoArgs>(call.args);
  auto const text = args ? std::get<0>(*args) : args.error().detail;
  EchoOutcome const outcome{name_.empty() ? text : name_};
  std::move(responder).reply(wire::encode_value(outcome), share(schema::local_type<EchoOutcome>()));
}

void EchoHandler::on_cancel(session::ConnectionId /*id*/, session::RequestId request_id) {
  cancelled.push_back(request_id);
}

OutgoingCall echo_call(std::string_view text) {
  return {.method_id = echo_method,
          .args = wire::encode_value(EchoArgs{std::string{text}}),
          .schemas = share(schema::local_type<EchoArgs>())};
}

std::string spell(CallOutcome const& outcome) {
  if (!outcome) return boost::describe::enum_to_string(outcome.error(), "?");
  auto const value = wire::decode_value<EchoOutcome>(outcome->ret);
  if (!value) return "undecodable: " + value.error().detail;
  if (*value) return **value;
  return std::visit([](auto const& error) { return std::string{error.name}; },
                    static_cast<schema::VoxError<>::variant const&>(value->error()));
}

asio::awaitable<std::string> echo(ConnectionHandle connection, std::string text) {
  auto call = echo_call(text);
  auto const outcome = co_await connection.call(std::move(call));
  co_return spell(outcome);
}

asio::awaitable<SessionPair> establish_pair(InitiatorBuilder initiator, AcceptorBuilder acceptor,
                                            ConduitMode mode) {
  auto const executor = co_await asio::this_coro::executor;
  auto links = make_memory_links(executor);
  auto const accepted = std::make_shared<Promise<SessionResult>>(executor);
  asio::co_spawn(executor, accept_into(std::move(acceptor), std::move(links.second), accepted),
                 asio::detached);
  auto initiated = co_await initiator.establish_on(std::move(links.first), mode);
  // Named, because g++-12 destroys twice what an aggregate gets from a co_await expression.
  auto answered = co_await accepted->get();
  SessionPair pair{.initiator = std::move(initiated), .acceptor = std::move(answered)};
  co_return std::move(pair);
}

asio::awaitable<std::expected<std::unique_ptr<Link>, session::SessionError>>
AcceptorSource::next() {
  auto const executor = co_await asio::this_coro::executor;
  ++asked;
  if (!failures.empty()) {
    auto failure = std::move(failures.front());
    failures.pop_front();
    co_return std::unexpected(std::move(failure));
  }
  auto links = make_memory_links(executor);
  last_ = links.first.get();
  asio::co_spawn(executor, serve(std::move(links.second)), asio::detached);
  co_return std::move(links.first);
}

asio::awaitable<void> AcceptorSource::serve(std::unique_ptr<Link> link) {
  accepted.push_back(co_await acceptor_.establish_or_resume(std::move(link)));
}

}  // namespace vox::net::test
