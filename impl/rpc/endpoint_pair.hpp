#pragma once
// For the tests of endpoints: two of them, joined in memory, with a service that both serve.
#include "impl/rpc/endpoint.hpp"
#include "impl/schema/channel_id.hpp"
#include "impl/schema/describe.hpp"
#include "impl/schema/vox_error.hpp"
#include "impl/wire/postcard.hpp"

#include <cstdint>
#include <deque>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

namespace vox::rpc::test {

// The methods of the tests' service.
struct Methods {
  Service service{"Test"};
  Method const* echo = nullptr;      // String -> String
  Method const* sum = nullptr;       // Rx<i32> -> i64
  Method const* generate = nullptr;  // u32, Tx<i32> -> ()
  Method const* generate_idem = nullptr;
  Method const* keep = nullptr;     // String -> String, persistent
  Method const* missing = nullptr;  // of another service

  Methods();

 private:
  Service other_{"Other"};
};
[[nodiscard]] Methods& methods();

template <class T>
[[nodiscard]] Bytes ok(T value) {
  return wire::encode_value(schema::Outcome<T>{std::move(value)});
}
template <class... Args>
[[nodiscard]] Bytes args(Args... values) {
  return wire::encode_value(std::tuple<Args...>{std::move(values)...});
}

// What a response says, as "ok hello", "cancelled", "invalid payload: ...", or why there is none.
[[nodiscard]] std::string said(CallOutcome const& outcome);

struct PairOptions {
  Rulebook rulebook = Rulebook::spec;
  std::uint32_t max_concurrent_requests = 64;
  bool resumable = true;
  bool supports_retry = true;  // as each side says to the other
  bool stable = false;
  bool asks = false;     // about each connection, the root included, as event::ConnectionRequested
  bool durable = false;  // the server has a store, which the test plays
  Limits limits{};
};

// Two endpoints on one link. Whatever is said goes over at once by `run()`; what happened waits in
// `events` of each side.
class EndpointPair {
 public:
  explicit EndpointPair(PairOptions options = {});

  struct Side {
    std::optional<Endpoint> endpoint;
    std::deque<Event> events;
    std::deque<Bytes> wire;   // payloads on their way to it
    std::vector<Bytes> seen;  // all that ever came to it
  };
  Side client;  // the initiator
  Side server;
  TimePoint now{};

  // Moves payloads, as far as each side reads, until nothing moves.
  void run();
  // Moves one payload to that side; false if there is none, or it does not read.
  bool step(Side& to);
  // Moves nothing to that side.
  void run_without_reading(Side& side);
  void lose_link();
  // Another link with another handshake.
  void resume();
  // What the handshake of that link says to the side in this role.
  [[nodiscard]] session::HandshakeOutcome handshake(Role role) const;
  [[nodiscard]] bool link_is_up() const { return link_is_up_; }
  // Neither session is over.
  [[nodiscard]] bool is_alive() const;
  // Lets the time go on and tells both sides.
  void pass(Duration time);

  // The next event of the kind, those before it are dropped; null if there is none.
  template <class Kind>
  std::optional<Kind> next(Side& side) {
    while (!side.events.empty()) {
      auto event = std::move(side.events.front());
      side.events.pop_front();
      if (auto* const found = std::get_if<Kind>(&event)) return std::move(*found);
    }
    return std::nullopt;
  }

  // Where both ask: the root is accepted on either side.
  void accept_roots();
  // A further connection that the client opens and the server accepts and serves.
  session::ConnectionId open(std::uint32_t max_concurrent_requests = 64);
  CallId call(Side& side, Method const& method, Bytes bytes,
              session::ConnectionId on = session::root_connection) const;
  void respond(Side& side, RequestToken request, Bytes ret) const;
  // The outcome of the next call that is done, in words.
  std::string outcome(Side& side);

 private:
  void pull(Side& from, Side& to) const;
  bool deliver(Side& to) const;

  PairOptions options_;
  bool link_is_up_ = true;
};

}  // namespace vox::rpc::test
