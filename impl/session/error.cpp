#include "impl/session/error.hpp"

#include "spec/assert.hpp"

#include <array>
#include <cstddef>

namespace vox::session {

namespace {

constexpr std::array<std::string_view, 13> misuse_texts = {
    "the connection is not active",
    "no connection request waits under this id",
    "the session holds as many connections as its limit allows",
    "the session has no conduit now",
    "the session is waiting for its recoverer",
    "the outbound queue is full; try again when messages have gone out",
    "no such request is in flight",
    "the request id is not of the parity of this side of the connection",
    "a request with this id is still in flight",
    "the peer takes no more concurrent requests on this connection",
    "the schemas of this method have not been sent yet and none were given",
    "the message is larger than a payload may be",
    "the types of the message take more bytes than a payload may have",
};

}  // namespace

// r[impl core.E1]
std::string SessionError::text() const {
  switch (kind) {
    case ErrorKind::io:
      return "io error: " + detail;
    case ErrorKind::protocol:
      return "protocol error: " + detail;
    case ErrorKind::rejected:
      return "connection rejected";
    case ErrorKind::not_resumable:
      return "session is not resumable";
    case ErrorKind::connect_timeout:
      return "connect timeout";
  }
  VOX_ASSERT(false);
}

// r[impl core.E2]
bool SessionError::retryable() const {
  return kind == ErrorKind::io || kind == ErrorKind::connect_timeout ||
         kind == ErrorKind::not_resumable;
}

std::string_view describe(Misuse misuse) {
  return misuse_texts.at(static_cast<std::size_t>(misuse));
}

std::string Refusal::text() const {
  if (auto const* session_error = error()) return session_error->text();
  return std::string{describe(*misuse())};
}

}  // namespace vox::session
