#pragma once
#include "conformance/differential/script.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <utility>
#include <vector>

namespace voxspec::differential {

// Every script that is this one less something: a step, a payload of a burst, a burst cut in two,
// or what is special about a greeting. The ones that lose most come first.
[[nodiscard]] std::vector<Script> smaller(Script const& script);

// The smallest script that can be reached by going to a smaller one again and again while the
// question is still answered with yes. It asks no more than `questions_max` times.
template <class Question>
boost::asio::awaitable<Script> shrink(Script script, Question still_differs,
                                      std::size_t questions_max) {
  std::size_t asked = 0;
  for (bool found = true; found;) {
    found = false;
    for (auto& candidate : smaller(script)) {
      if (asked++ == questions_max) co_return script;
      if (!co_await still_differs(candidate)) continue;
      script = std::move(candidate);
      found = true;
      break;
    }
  }
  co_return script;
}

}  // namespace voxspec::differential
