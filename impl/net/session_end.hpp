#pragma once
#include "impl/session/event.hpp"
#include "spec/rule.hpp"

#include <optional>
#include <string>

namespace vox::net {

// How a session came to its end; `rule` is the one that the peer broke, if that was the cause.
struct SessionEnd {
  session::EndCause cause = session::EndCause::shutdown;
  std::optional<Rule> rule{};
  std::string detail{};
};

}  // namespace vox::net
