#include "impl/link/link_test.hpp"
#include "impl/net/session_test.hpp"
#include "impl/rpc/method_types.hpp"
#include "impl/schema/describe.hpp"
#include "impl/schema/vox_error.hpp"
#include "impl/wire/postcard.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/describe/enum_to_string.hpp>
#include <boost/system/system_error.hpp>

#include <stdexcept>
#include <tuple>
#include <variant>

namespace vox::net::test {

namespace asio = boost::asio;

namespace {

using EchoArgs = std::tuple<std::string>;
using EchoOutcome = schema::Outcome<std::string>;

struct EchoService {
  EchoService() {
    auto const types = rpc::method_types<EchoArgs, std::string>();
    echo = &service.add("echo", types);
    idempotent = &service.add("echo_again", types, rpc::Repeat::idempotent);
    persistent =
        &service.add("echo_kept", types, rpc::Repeat::non_idempotent, rpc::Persistence::persistent);
  }
  rpc::Service service{"Echo"};
  rpc::Method const* echo;
  rpc::Method const* idempotent;
  rpc::Method const* persistent;
};

EchoService const& the_service() {
  static EchoService const service;
  return service;
}

asio::awaitable<void> accept_into(AcceptorBuilder builder, std::unique_ptr<link::Link> link,
                                  std::shared_ptr<Promise<SessionResult>> result) {
  result->set(co_await builder.establish_on(std::move(link)));
}

// A link that somebody else can break as long as it lives.
class FragileLink final : public link::test::PassingLink {
 public:
  explicit FragileLink(std::unique_ptr<link::Link> link)
      : PassingLink{std::move(link)},
        cut_{std::make_shared<std::function<void()>>([this] { abort(); })} {}
  FragileLink(FragileLink const&) = delete;
  FragileLink& operator=(FragileLink const&) = delete;
  FragileLink(FragileLink&&) = delete;
  FragileLink& operator=(FragileLink&&) = delete;
  ~FragileLink() override {
    *cut_ = [] {};
  }

  [[nodiscard]] std::shared_ptr<std::function<void()>> const& handle() const { return cut_; }

 private:
  std::shared_ptr<std::function<void()>> cut_;
};

}  // namespace

rpc::Service const& echo_service() {
  return the_service().service;
}
rpc::Method const& echo_method() {
  return *the_service().echo;
}
rpc::Method const& idempotent_echo_method() {
  return *the_service().idempotent;
}

rpc::Method const& persistent_echo_method() {
  return *the_service().persistent;
}

asio::awaitable<Response> EchoHandler::handle(IncomingCall call) {
  auto const executor = co_await asio::this_coro::executor;
  auto const args = wire::decode_value<EchoArgs>(call.args);
  auto const text = args ? std::get<0>(*args) : args.error().detail;
  called.push_back(text);
  if (holds) {
    if (!release_) release_ = std::make_shared<Promise<bool>>(executor);
    auto const released = release_;
    ++held;
    bool throws = false;
    try {
      throws = co_await released->get();
    } catch (boost::system::system_error const&) {
      ++cancelled;
      throw;
    }
    --held;
    if (throws) throw std::runtime_error{"told to throw"};
  }
  EchoOutcome const outcome{name_.empty() ? text : name_};
  co_return wire::encode_value(outcome);
}

void EchoHandler::release(bool throws) {
  holds = false;
  if (auto const released = std::exchange(release_, nullptr)) released->set(throws);
}

OutgoingCall echo_call(std::string_view text, rpc::Method const& method) {
  return {.method = &method, .args = wire::encode_value(EchoArgs{std::string{text}})};
}

std::string spell(rpc::CallOutcome const& outcome) {
  if (!outcome) return boost::describe::enum_to_string(outcome.error().failure, "?");
  auto const value = wire::decode_value<EchoOutcome>(outcome->ret);
  if (!value) return "undecodable: " + value.error().detail;
  if (*value) return **value;
  return std::visit([](auto const& error) { return std::string{error.name}; },
                    static_cast<schema::VoxError<>::variant const&>(value->error()));
}

asio::awaitable<std::string> echo(Connection connection, std::string text,
                                  rpc::Method const& method) {
  auto call = echo_call(text, method);
  auto const outcome = co_await connection.call(std::move(call));
  co_return spell(outcome);
}

asio::awaitable<void> turns(int count) {
  auto const executor = co_await asio::this_coro::executor;
  for (int turn = 0; turn < count; ++turn)
    co_await asio::post(executor, asio::use_awaitable);
}

asio::awaitable<SessionPair> establish_pair(InitiatorBuilder initiator, AcceptorBuilder acceptor,
                                            ConduitMode mode) {
  auto const executor = co_await asio::this_coro::executor;
  auto links = link::make_memory_links(executor);
  auto const accepted = std::make_shared<Promise<SessionResult>>(executor);
  asio::co_spawn(executor, accept_into(std::move(acceptor), std::move(links.second), accepted),
                 asio::detached);
  auto initiated = co_await initiator.establish_on(std::move(links.first), mode);
  // Named, because g++-12 destroys twice what an aggregate gets from a co_await expression.
  co_await accepted->ready();
  auto answered = accepted->take();
  SessionPair pair{.initiator = std::move(initiated), .acceptor = std::move(answered)};
  co_return std::move(pair);
}

asio::awaitable<LinkSource::Next> AcceptorSource::next() {
  auto const executor = co_await asio::this_coro::executor;
  ++asked;
  if (!failures.empty()) {
    auto failure = std::move(failures.front());
    failures.pop_front();
    co_return std::unexpected(std::move(failure));
  }
  auto links = link::make_memory_links(executor);
  auto link = std::make_unique<FragileLink>(std::move(links.first));
  cut_ = link->handle();
  asio::co_spawn(executor, serve(std::move(links.second)), asio::detached);
  co_return std::move(link);
}

void AcceptorSource::cut() {
  (*cut_)();
}

asio::awaitable<void> AcceptorSource::serve(std::unique_ptr<link::Link> link) {
  auto result = co_await acceptor_.establish_or_resume(std::move(link));
  accepted.push_back(std::move(result));
}

}  // namespace vox::net::test
