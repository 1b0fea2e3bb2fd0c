#pragma once
#include "conformance/peer/bindings.hpp"
#include "conformance/peer/control_channel.hpp"
#include "conformance/peer/failure.hpp"
#include "conformance/peer/id_space.hpp"
#include "conformance/trace/steps.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <stop_token>
#include <string>

namespace voxspec {

// The judge's side of the control channel during one case: has the subject do things, and compares
// what its application saw. What is said of actions that no step asks about yet is kept.
class Control {
 public:
  // Has the subject begin. It answers at once, whether it has or cannot; a subject that cannot
  // leaves the case unsupported.
  [[nodiscard]] boost::asio::awaitable<Outcome> perform(ControlChannel& channel, Do const& action,
                                                        std::chrono::milliseconds guard);
  // The next thing that was seen of the action fits the pattern, and binds its names.
  [[nodiscard]] boost::asio::awaitable<Outcome> perform(ControlChannel& channel, Saw const& saw,
                                                        Bindings& bindings, IdSpace const& ids,
                                                        std::chrono::milliseconds guard);

 private:
  // What was said next of the action, or why nothing was.
  [[nodiscard]] boost::asio::awaitable<std::expected<Json, Failure>> next(
      ControlChannel& channel, std::string const& action, std::chrono::milliseconds guard);

  std::map<std::string, std::deque<Json>, std::less<>> said_;
  std::size_t lines_ = 0;
  std::string last_action_;
};

}  // namespace voxspec
