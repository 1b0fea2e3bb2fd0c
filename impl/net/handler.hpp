#pragma once
#include "impl/net/channel.hpp"
#include "impl/rpc/method.hpp"
#include "impl/rpc/service.hpp"
#include "impl/session/ids.hpp"
#include "impl/wire/backing.hpp"
#include "impl/wire/bytes.hpp"
#include "impl/wire/metadata.hpp"
#include "spec/rulebook.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace vox::net {

// A call of the peer. The arguments are encoded as our type of them; the views hold as long as
// their backing does. The channels are our ends, in the order of the arguments.
struct IncomingCall {
  rpc::Method const* method = nullptr;
  session::ConnectionId connection_id = 0;
  wire::MetadataView metadata{};
  Backing metadata_backing{};
  ByteView args{};
  Backing backing{};
  std::vector<Channel> channels{};
  Rulebook rulebook = Rulebook::spec;  // of the session
};

// What a handler gives: the result, encoded as our type of it, and the metadata that goes with it.
struct Response {
  Response() = default;
  // NOLINTNEXTLINE(google-explicit-constructor, hicpp-explicit-conversions): most have no metadata.
  Response(Bytes result, wire::Metadata with = {})
      : ret{std::move(result)}, metadata{std::move(with)} {}

  Bytes ret{};
  wire::Metadata metadata{};
};

// What a handler throws if the arguments are none of the method's: the caller is told why.
// r[impl rpc.fallible.vox-error]
class InvalidArguments : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// What serves a connection, or any number of them, on the executor of their sessions.
class Handler {
 public:
  Handler() = default;
  Handler(Handler const&) = delete;
  Handler(Handler&&) = delete;
  Handler& operator=(Handler const&) = delete;
  Handler& operator=(Handler&&) = delete;
  virtual ~Handler() = default;

  // The methods that the peer may call. It outlives the handler.
  [[nodiscard]] virtual rpc::Service const& service() const = 0;
  // Gives the response. Each call runs as a coroutine of its own, so that a slow one holds up no
  // other. When its answer is not wanted any more it is cancelled. If it throws, cancelled or not,
  // the request is dropped: the peer is answered in its place.
  // r[impl rpc.handler]
  virtual boost::asio::awaitable<Response> handle(IncomingCall call) = 0;
  // The same for a call whose answer needs no waiting, which is spared a coroutine: asked first.
  // With no response the call is as it was, and handle() runs.
  virtual std::optional<Response> answer_at_once(IncomingCall& /*call*/) { return std::nullopt; }
  // The connection is over: nothing more comes on it.
  virtual void on_closed(session::ConnectionId /*connection_id*/) {}
};

}  // namespace vox::net
