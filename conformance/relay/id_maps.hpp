#pragma once
#include "conformance/peer/frame.hpp"
#include "conformance/relay/action.hpp"

#include <cstdint>
#include <map>

namespace voxspec::relay {

// Ids that are one number for the subject and another for the judge. What is not mapped is the same
// for both.
class IdMaps {
 public:
  // The id in the message as it came from `from` is another on the other side from now on, unless
  // it was before.
  void add(Map const& how, Frame const& message, Side from);
  // Puts the other side's ids into a message. True if any is another.
  [[nodiscard]] bool apply(Frame& message, Side from) const;
  [[nodiscard]] bool empty() const { return connections_.empty() && rest_.empty(); }

 private:
  // By the side whose number is looked up.
  struct Pairs {
    std::map<std::uint64_t, std::uint64_t> of[2];

    [[nodiscard]] bool empty() const { return of[0].empty(); }
    [[nodiscard]] std::uint64_t other(Side from, std::uint64_t id) const;
    void add(Side from, std::uint64_t id, std::uint64_t there);
  };
  struct Key {
    std::uint64_t connection = 0;  // the subject's number
    bool is_channel = false;
    auto operator<=>(Key const&) const = default;
  };
  [[nodiscard]] Key key_of(Frame const& message, Side from) const;

  Pairs connections_;
  std::map<Key, Pairs> rest_;
};

}  // namespace voxspec::relay
