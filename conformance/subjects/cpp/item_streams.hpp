#pragma once
#include "conformance/subjects/cpp/scenario.hpp"
#include "impl/net/typed/rx.hpp"
#include "impl/net/typed/tx.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/describe/enum_to_string.hpp>

#include <string>
#include <utility>
#include <vector>

// What scenarios do with the ends of channels that they keep.
namespace voxspec::subject {

inline Played channel_failed(std::string what, vox::net::ChannelError error) {
  return std::unexpected(std::move(what) + ": " + boost::describe::enum_to_string(error, "?"));
}

// Sends the items and closes the channel.
template <class T>
boost::asio::awaitable<Played> send_all(std::vector<T> items, vox::net::Tx<T> output) {
  for (auto const& item : items) {
    if (auto const sent = co_await output.send(item); !sent) {
      co_return channel_failed("sending an item failed", sent.error());
    }
  }
  co_return Played{};
}

// What came, and whether the sender said that this was all.
template <class T>
struct Collected {
  std::vector<T> items;
  Played end;
};
template <class T>
boost::asio::awaitable<Collected<T>> receive_all(vox::net::Rx<T> input) {
  Collected<T> collected;
  while (true) {
    auto received = co_await input.recv();
    if (!received) {
      collected.end = channel_failed("receiving an item failed", received.error());
      co_return collected;
    }
    if (!*received) co_return collected;
    collected.items.push_back(std::move(**received));
  }
}

template <class T>
Played expect_items(Collected<T> const& got, std::vector<T> const& wanted) {
  if (!got.end) return got.end;
  if (got.items == wanted) return {};
  return std::unexpected("expected certain items, got " + std::to_string(got.items.size()) +
                         " others");
}

inline Played both(Played first, Played second) {
  return first ? std::move(second) : std::move(first);
}

}  // namespace voxspec::subject
