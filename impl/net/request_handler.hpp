#pragma once
#include "impl/schema/tracker.hpp"
#include "impl/session/command.hpp"
#include "impl/session/ids.hpp"
#include "impl/session/output.hpp"
#include "impl/wire/backing.hpp"
#include "impl/wire/bytes.hpp"
#include "impl/wire/metadata.hpp"

#include <cstdint>
#include <memory>
#include <optional>

namespace vox::net {

class SessionDriver;

// A request of the peer. The views point into `backing`; `announced` is what the peer has announced
// of its types on this connection, null if nothing, and holds during RequestHandler::on_call only.
struct IncomingCall {
  session::ConnectionId connection_id = 0;
  session::RequestId request_id = 0;
  session::MethodId method_id = 0;
  wire::MetadataView metadata{};
  ByteView args{};
  Backing backing{};
  schema::ReceiveTracker const* announced = nullptr;
};

// The duty to answer one request. Whoever drops it unanswered answers `Cancelled`. It does not keep
// the session alive; once the session or the connection is gone, an answer goes nowhere.
// r[impl rpc.response.one-per-request]
class Responder {
 public:
  Responder(std::weak_ptr<SessionDriver> driver, session::ConnectionId connection_id,
            session::RequestId request_id);
  Responder(Responder&&) noexcept = default;
  Responder& operator=(Responder&&) = delete;
  Responder(Responder const&) = delete;
  Responder& operator=(Responder const&) = delete;
  ~Responder();

  // Answers with an encoded Result<T, VoxError<E>> and the schemas of that type. The answer waits
  // if the session has no room for it.
  void reply(Bytes ret, session::SharedSchemas schemas) &&;

 private:
  std::weak_ptr<SessionDriver> driver_;  // empty once the duty is done
  session::ConnectionId connection_id_;
  session::RequestId request_id_;
};

// What serves a connection, or any number of them. Its functions are called one at a time, on the
// session's executor, and must not block; what takes longer keeps the Responder and goes on later.
class RequestHandler {
 public:
  RequestHandler() = default;
  RequestHandler(RequestHandler const&) = delete;
  RequestHandler(RequestHandler&&) = delete;
  RequestHandler& operator=(RequestHandler const&) = delete;
  RequestHandler& operator=(RequestHandler&&) = delete;
  virtual ~RequestHandler() = default;

  virtual void on_call(IncomingCall const& call, Responder responder) = 0;
  // The peer no longer wants the answer; that it gets one all the same is the Responder's affair.
  virtual void on_cancel(session::ConnectionId connection_id, session::RequestId request_id);
  virtual void on_channel(session::event::ChannelReceived const& message);
  // The connection is over: nothing more comes on it.
  virtual void on_closed(session::ConnectionId connection_id);
};

}  // namespace vox::net
