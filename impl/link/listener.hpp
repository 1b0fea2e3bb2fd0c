#pragma once
#include "impl/link/address.hpp"
#include "impl/link/link.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace vox::link {

struct ConnectOptions {
  LinkOptions link;
  // For everything from name lookup to the established link.
  std::chrono::milliseconds timeout{5000};
};

// Opens a link to the address; the error is one sentence that names it. Must run on the executor
// the link is to live on. "stdio:" takes standard input and output away from the rest of the
// process.
[[nodiscard]] boost::asio::awaitable<std::expected<std::unique_ptr<Link>, std::string>> connect(
    Address address, ConnectOptions options = {});

// Waits for peers at one address. Closed by its destructor; must outlive its own accept.
class Listener {
 public:
  Listener() = default;
  Listener(Listener const&) = delete;
  Listener(Listener&&) = delete;
  Listener& operator=(Listener const&) = delete;
  Listener& operator=(Listener&&) = delete;
  virtual ~Listener() = default;

  // The next peer's link, or why there are no more: `stopped` after close(). Want of descriptors or
  // memory is none of these: it waits a little, longer each time up to a second, and tries again,
  // while peers wait in the system's queue. One at a time; cancellable as Link::receive is. A
  // WebSocket's opening handshake goes on in the background, and its failure is how the link ends.
  virtual boost::asio::awaitable<std::expected<std::unique_ptr<Link>, LinkEnd>> accept() = 0;
  // The bound address, with the real port.
  [[nodiscard]] virtual Address address() const = 0;
  virtual void close() = 0;

  // Who is told each time that an accept fails for want of something, with kind `busy`, and then
  // goes on. What it throws is ignored.
  using OnBusy = std::function<void(LinkEnd const&)>;
  void on_busy(OnBusy on_busy) { on_busy_ = std::move(on_busy); }

 protected:
  void tell_busy(std::string const& why) const noexcept;

 private:
  OnBusy on_busy_;
};

// Binds the address, or says in one sentence why it cannot. A local socket is guarded by a lock
// file beside it, `<path>.lock`; a socket file left behind by a dead server is replaced. "stdio:"
// gives its one link to the first accept.
[[nodiscard]] std::expected<std::unique_ptr<Listener>, std::string> listen(
    boost::asio::any_io_executor const& executor, Address const& address, LinkOptions options = {});

}  // namespace vox::link
