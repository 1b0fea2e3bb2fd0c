#include "impl/link/stdio.hpp"

#include "impl/link/stream_link.hpp"

#include <cerrno>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

namespace vox::link {
namespace {

std::unexpected<std::string> failed(int error) {
  return std::unexpected("cannot take over standard input and output: " +
                         std::generic_category().message(error));
}

}  // namespace

std::expected<std::unique_ptr<Link>, std::string> take_stdio(
    boost::asio::any_io_executor const& executor, LinkOptions options) {
  int const readable = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  if (readable < 0) return failed(errno);
  int const writable = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  int const nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (writable < 0 || nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 ||
      dup2(STDERR_FILENO, STDOUT_FILENO) < 0) {
    int const error = errno;
    for (int const descriptor : {readable, writable, nothing}) {
      if (descriptor >= 0) close(descriptor);
    }
    return failed(error);
  }
  close(nothing);
  return adopt_pipes(executor, readable, writable, "stdio", options);
}

}  // namespace vox::link
