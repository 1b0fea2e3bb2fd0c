#pragma once
#include "impl/net/connection.hpp"
#include "impl/net/typed/channel_half.hpp"
#include "impl/net/typed/middleware.hpp"
#include "impl/wire/reader.hpp"
#include "spec/rulebook.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace vox::net {

// A call that is ready to be made.
struct PreparedCall {
  OutgoingCall call;
  bool is_refused = false;                            // its arguments cannot be sent
  std::vector<std::shared_ptr<ChannelSlot>> slots{};  // of the halves that were kept
  std::vector<Channel> unwanted{};                    // ends of which no half was kept
};

// How typed clients make calls: all of it that does not depend on types. Copies share it.
class Caller {
 public:
  explicit Caller(Connection connection) : connection_{std::move(connection)} {}

  void add(std::shared_ptr<ClientMiddleware> middleware) {
    middleware_.push_back(std::move(middleware));
  }
  [[nodiscard]] Connection const& connection() const { return connection_; }
  [[nodiscard]] wire::Strictness strictness() const {
    return connection_.rulebook() == Rulebook::spec ? wire::Strictness::strict
                                                    : wire::Strictness::vox_0_4;
  }

  // Makes the channels that `halves` stand for, in the order of the encoded arguments.
  // r[impl rpc.channel.binding.caller-args]
  [[nodiscard]] PreparedCall prepare(rpc::Method const& method, wire::Metadata metadata, Bytes args,
                                     std::span<ChannelHalf* const> halves = {}) const;
  [[nodiscard]] static boost::asio::awaitable<rpc::CallOutcome> run(Caller caller,
                                                                    PreparedCall prepared);

 private:
  Connection connection_;
  std::vector<std::shared_ptr<ClientMiddleware>> middleware_;
};

}  // namespace vox::net
