#pragma once
#include "impl/net/typed/rx.hpp"
#include "impl/net/typed/tx.hpp"

#include <memory>
#include <utility>

namespace vox::net {

// Two halves of one channel. Pass one of them in the arguments of a call, and use the other one to
// send or to receive, while the call runs or after it:
//
//   auto [numbers, to_sum] = net::channel<std::int32_t>();
//   auto total = client.call<"sum">(std::move(to_sum));   // and, meanwhile: numbers.send(1)
//
// r[impl rpc.channel.pair]
template <class T>
[[nodiscard]] std::pair<Tx<T>, Rx<T>> channel() {
  auto slot = std::make_shared<ChannelSlot>();
  return {Tx<T>{slot}, Rx<T>{slot}};
}

}  // namespace vox::net
