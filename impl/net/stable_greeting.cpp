#include "impl/net/stable_greeting.hpp"

#include "impl/net/entropy.hpp"
#include "impl/wire/reader.hpp"

#include <utility>

namespace vox::net {

namespace asio = boost::asio;

namespace {

std::unexpected<GreetingError> lost(LinkEnd const& end) {
  return std::unexpected(GreetingError{.is_link_lost = true, .detail = end.detail});
}
std::unexpected<GreetingError> wrong(Violation const& violation) {
  return std::unexpected(GreetingError{.is_link_lost = false, .detail = violation.detail});
}

}  // namespace

asio::awaitable<Greeted<void>> greet_server(Link& link, conduit::LinkNumber number,
                                            conduit::StableConduit& stable) {
  auto const hello = wire::encode_client_hello(stable.client_hello());
  if (auto const sent = co_await link.send(hello); !sent) co_return lost(sent.error());
  auto const payload = co_await link.receive();
  if (!payload) co_return lost(payload.error());
  auto const answer = wire::decode_server_hello(payload->view());
  if (!answer) co_return wrong(answer.error());
  if (auto const taken = stable.handle_server_hello(number, *answer); !taken) {
    co_return wrong(taken.error());
  }
  co_return Greeted<void>{};
}

asio::awaitable<Greeted<wire::ClientHello>> hear_client(Link& link, Rulebook rulebook) {
  auto const payload = co_await link.receive();
  if (!payload) co_return lost(payload.error());
  auto const strictness =
      rulebook == Rulebook::spec ? wire::Strictness::strict : wire::Strictness::vox_0_4;
  auto const hello = wire::decode_client_hello(payload->view(), strictness);
  if (!hello) co_return wrong(hello.error());
  co_return *hello;
}

asio::awaitable<Greeted<void>> answer_client(Link& link, conduit::LinkNumber number,
                                             conduit::StableConduit& stable,
                                             wire::ClientHello hello) {
  auto const answered = stable.answer_client_hello(number, hello, fresh_resume_key());
  wire::Buffer answer;
  static_cast<void>(stable.poll_transmit(answer));
  if (auto const sent = co_await link.send(answer.view()); !sent) co_return lost(sent.error());
  if (!answered) co_return wrong(answered.error());
  co_return Greeted<void>{};
}

asio::awaitable<void> refuse_client(Link& link) {
  auto const refusal = wire::encode_server_hello(conduit::StableConduit::refuse_client_hello());
  static_cast<void>(co_await link.send(refusal));
}

}  // namespace vox::net
