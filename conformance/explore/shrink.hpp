#pragma once
#include "conformance/explore/conversation.hpp"
#include "conformance/explore/model.hpp"

#include <cstddef>
#include <functional>
#include <vector>

namespace voxspec::explore {

// Every conversation that is this one less something: moves, a choice, a probe, what is special
// about how it begins. Those that lose most come first.
[[nodiscard]] std::vector<Conversation> smaller(Model const& model, Conversation const& from);

// The smallest one that is found by going to a smaller one again and again, as long as it shows the
// same, asking no more than so many times.
[[nodiscard]] Conversation shrink(Model const& model, Conversation from,
                                  std::function<bool(Conversation const&)> const& shows_the_same,
                                  std::size_t questions_max);

}  // namespace voxspec::explore
