#pragma once
#include "impl/conduit/stable_conduit.hpp"
#include "impl/link/condition.hpp"
#include "impl/link/link.hpp"
#include "impl/net/link_source.hpp"
#include "impl/net/message_conduit.hpp"
#include "impl/net/pause.hpp"
#include "impl/net/stable_registry.hpp"
#include "impl/session/error.hpp"
#include "impl/wire/stable.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <expected>
#include <memory>
#include <optional>

namespace vox::net {

using namespace link;

// What a stable conduit does about the loss of its link: a client asks its source for the next one,
// a server that is registered waits for the client, and without either the conduit is over. A
// client of 0.4.0 makes one attempt, others go on as long as links break, with growing pauses.
struct StableLinks {
  std::shared_ptr<LinkSource> source{};
  std::shared_ptr<StableRegistry> registry{};
  std::optional<Duration> patience{};  // for finding the next link; else without end
  Pause pause = pause_for;
};

// The number of a stable conduit's first link; later ones count on.
inline constexpr conduit::LinkNumber first_link = 1;

// Carries messages in numbered frames over one link after the other, so that the session does not
// notice: what may have been lost with a link is sent again on the next one, before anything new.
// r[impl conduit.stable] r[impl stable] r[impl stable.link-source]
class StableMessageConduit final : public MessageConduit,
                                   public std::enable_shared_from_this<StableMessageConduit> {
 public:
  // Goes on from the hellos on its first link.
  [[nodiscard]] static std::shared_ptr<StableMessageConduit> make(
      boost::asio::any_io_executor const& executor, std::unique_ptr<Link> link,
      conduit::StableConduit stable, Rulebook rulebook, StableLinks links);
  StableMessageConduit(boost::asio::any_io_executor executor, std::unique_ptr<Link> link,
                       conduit::StableConduit stable, Rulebook rulebook, StableLinks links);

  // The next message. A frame that is none ends the conduit.
  boost::asio::awaitable<Received> receive() override;
  // Returns once the message is kept for replay and, if there is a link, was handed to it.
  boost::asio::awaitable<Sent> send(ByteView message) override;
  void close() override;
  void abort() override;

  // Gives the link what it has yet to get, unless somebody does already. A server's first is its
  // hello.
  [[nodiscard]] boost::asio::awaitable<void> transmit();

  // A server's: the client is back, on this link, with this hello. A link that stands is replaced.
  // r[impl stable.reconnect.server-replay]
  [[nodiscard]] boost::asio::awaitable<std::expected<void, session::SessionError>> take_up(
      std::unique_ptr<Link> link, wire::ClientHello hello);

 private:
  using Attempt = std::expected<std::unique_ptr<Link>, session::SessionError>;

  [[nodiscard]] boost::asio::awaitable<void> reconnect();
  [[nodiscard]] boost::asio::awaitable<Attempt> find_link();
  [[nodiscard]] boost::asio::awaitable<Attempt> next_link();
  void use(std::unique_ptr<Link> link);
  void lose(std::shared_ptr<Link> const& link, LinkEnd const& end);
  void end(LinkEnd end);

  boost::asio::any_io_executor executor_;
  std::shared_ptr<Link> link_;               // null while there is none
  conduit::LinkNumber number_ = first_link;  // of the newest link
  conduit::StableConduit stable_;
  bool is_transmitting_ = false;
  Rulebook rulebook_;
  StableLinks links_;
  std::optional<LinkEnd> end_;
  Condition changed_;  // link_ or end_ has
  boost::asio::cancellation_signal stop_reconnecting_;
};

}  // namespace vox::net
