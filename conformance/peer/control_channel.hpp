#pragma once
#include <boost/asio/awaitable.hpp>

#include <expected>
#include <string>

namespace voxspec {

// A subject's standard input and output, as lines of JSON (docs/control.md). Only a subject that we
// started has them. Belongs to the port that it was asked from.
class ControlChannel {
 public:
  ControlChannel() = default;
  ControlChannel(ControlChannel const&) = delete;
  ControlChannel& operator=(ControlChannel const&) = delete;
  virtual ~ControlChannel() = default;

  // Writes one line, given without its end. Never waits: a subject that does not read while we
  // write is an error, in a sentence.
  [[nodiscard]] virtual std::expected<void, std::string> say(std::string const& line) = 0;
  // The next line that begins an object. The error says how the subject ended instead. Cancellable,
  // and unbounded by itself.
  [[nodiscard]] virtual boost::asio::awaitable<std::expected<std::string, std::string>> hear() = 0;
};

}  // namespace voxspec
