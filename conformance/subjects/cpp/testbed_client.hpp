#pragma once
#include "conformance/subjects/cpp/named_method.hpp"
#include "impl/net/connection_handle.hpp"
#include "impl/schema/describe.hpp"
#include "impl/schema/vox_error.hpp"
#include "impl/wire/method_id.hpp"
#include "impl/wire/postcard.hpp"
#include "spec/rulebook.hpp"

#include <boost/asio/awaitable.hpp>

#include <expected>
#include <string>
#include <utility>

namespace voxspec::subject {

// Calls methods of Testbed on one connection. Copies share it.
class TestbedClient {
 public:
  TestbedClient(vox::net::ConnectionHandle connection, vox::Rulebook rulebook)
      : connection_{std::move(connection)}, rulebook_{rulebook} {}

  // What the peer answered, as a Result<T, VoxError<E>>, or one line that says why there is no
  // answer, or none that can be read.
  template <testbed::MethodName Name, class... Value>
  [[nodiscard]] boost::asio::awaitable<
      std::expected<typename NamedMethod<Name>::Outcome, std::string>>
  call(Value... value) const {
    using Method = NamedMethod<Name>;
    typename Method::Args const values{std::move(value)...};
    vox::net::OutgoingCall outgoing{
        .method_id = vox::wire::method_id(testbed::service_name, Method::name),
        .args = vox::wire::encode_value(values),
        .schemas = share(vox::schema::local_type<typename Method::Args>())};
    return ask<typename Method::Outcome>(*this, std::move(outgoing));
  }

 private:
  template <class Outcome>
  [[nodiscard]] static boost::asio::awaitable<std::expected<Outcome, std::string>> ask(
      TestbedClient client, vox::net::OutgoingCall call) {
    auto const answer = co_await client.connection_.call(std::move(call));
    auto const bytes = client.translated(answer, vox::schema::local_type<Outcome>());
    if (!bytes) co_return std::unexpected(bytes.error());
    auto outcome = vox::wire::decode_value<Outcome>(*bytes, client.strictness());
    if (!outcome) co_return std::unexpected("the answer is none: " + outcome.error().detail);
    co_return std::move(*outcome);
  }
  // The answer as this program's own encoder would have written it.
  [[nodiscard]] std::expected<vox::Bytes, std::string> translated(
      vox::net::CallOutcome const& answer, vox::schema::LocalType const& type) const;
  [[nodiscard]] vox::wire::Strictness strictness() const;

  vox::net::ConnectionHandle connection_;
  vox::Rulebook rulebook_;
};

}  // namespace voxspec::subject
