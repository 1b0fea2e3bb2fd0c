#include "impl/link/local.hpp"

#include "impl/link/socket_listener.hpp"
#include "impl/link/stream_link.hpp"

#include <boost/asio/local/stream_protocol.hpp>

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace vox::link {
namespace {

namespace asio = boost::asio;
using asio::local::stream_protocol;
using boost::system::error_code;

std::unexpected<std::string> cannot(std::string const& what, Address const& address,
                                    std::string const& why) {
  return std::unexpected("cannot " + what + " " + to_string(address) + ": " + why);
}

error_code last_error() {
  return {errno, boost::system::system_category()};
}

// The right to serve at a path: an open, locked file.
class PathLock {
 public:
  explicit PathLock(std::string const& path)
      : file_{open((path + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR)} {
    if (file_ < 0 || flock(file_, LOCK_EX | LOCK_NB) != 0) failure_ = last_error();
  }
  PathLock(PathLock const&) = delete;
  PathLock(PathLock&& other) noexcept
      : file_{std::exchange(other.file_, -1)}, failure_{other.failure_} {}
  PathLock& operator=(PathLock const&) = delete;
  PathLock& operator=(PathLock&&) = delete;
  ~PathLock() {
    if (file_ >= 0) ::close(file_);
  }

  [[nodiscard]] error_code failure() const { return failure_; }

 private:
  int file_;
  error_code failure_;
};

// Removes a socket file that nobody serves; the text says why the path cannot be had.
std::optional<std::string> clear_path(asio::any_io_executor const& executor,
                                      std::string const& path) {
  struct stat status{};
  if (lstat(path.c_str(), &status) != 0) {
    return errno == ENOENT ? std::nullopt : std::optional{last_error().message()};
  }
  if (!S_ISSOCK(status.st_mode)) return "the path is there and is no socket";
  stream_protocol::socket probe{executor};
  error_code ec;
  probe.connect(stream_protocol::endpoint{path}, ec);
  if (!ec) return "another server answers there";
  if (unlink(path.c_str()) != 0) return last_error().message();
  return std::nullopt;
}

class LocalListener final : public SocketListener<stream_protocol> {
 public:
  LocalListener(Acceptor acceptor, Address address, MakeLink make_link, PathLock lock)
      : SocketListener{std::move(acceptor), std::move(address), std::move(make_link)},
        lock_{std::move(lock)} {}
  LocalListener(LocalListener const&) = delete;
  LocalListener(LocalListener&&) = delete;
  LocalListener& operator=(LocalListener const&) = delete;
  LocalListener& operator=(LocalListener&&) = delete;
  ~LocalListener() override { close(); }

  void close() override {
    if (!lock_) return;
    SocketListener::close();
    unlink(address().path.c_str());
    lock_.reset();
  }

 private:
  std::optional<PathLock> lock_;  // while listening
};

}  // namespace

asio::awaitable<std::expected<std::unique_ptr<Link>, std::string>> connect_local(
    Address const& address, LinkOptions options) {
  if (auto const why = wrong_local_path(address.path)) {
    co_return cannot("connect to", address, *why);
  }
  auto const executor = co_await asio::this_coro::executor;
  stream_protocol::socket socket{executor};
  stream_protocol::endpoint const endpoint{address.path};
  auto const [ec] = co_await socket.async_connect(endpoint, asio::as_tuple(asio::use_awaitable));
  if (ec) co_return cannot("connect to", address, ec.message());
  auto link = adopt_socket(executor, std::move(socket), options);
  if (!link) co_return cannot("connect to", address, link.error());
  co_return std::move(*link);
}

std::expected<std::unique_ptr<Listener>, std::string> listen_local(
    asio::any_io_executor const& executor, Address const& address, LinkOptions options) {
  if (auto const why = wrong_local_path(address.path)) {
    return cannot("listen on", address, *why);
  }
  PathLock lock{address.path};
  if (lock.failure() == boost::system::errc::operation_would_block) {
    return cannot("listen on", address, "another server holds its lock file");
  }
  if (lock.failure()) return cannot("lock", address, lock.failure().message());
  if (auto const why = clear_path(executor, address.path)) {
    return cannot("listen on", address, *why);
  }
  stream_protocol::acceptor acceptor{executor};
  error_code ec;
  acceptor.open(stream_protocol{}, ec);
  if (!ec) acceptor.bind(stream_protocol::endpoint{address.path}, ec);
  if (!ec) acceptor.listen(asio::socket_base::max_listen_connections, ec);
  if (ec) return cannot("listen on", address, ec.message());
  auto make_link = [executor, options](stream_protocol::socket socket) {
    return adopt_socket(executor, std::move(socket), options);
  };
  return std::make_unique<LocalListener>(std::move(acceptor), address, make_link, std::move(lock));
}

}  // namespace vox::link
