#pragma once
#include "conformance/peer/frame.hpp"
#include "impl/schema/channels.hpp"
#include "impl/schema/registry.hpp"
#include "impl/schema/tracker.hpp"
#include "impl/schema/type_ref.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>

namespace voxspec {

// How the values of one half of one method are read.
struct Readings {
  SharedReading value;
  // Of arguments in which both types have channels: where these stand, and what their items are.
  std::optional<vox::schema::ChannelWalk> our_channels{};
  std::optional<vox::schema::ChannelWalk> their_channels{};
};

// What one side has announced of the types of arguments, results and items, so that its values are
// read by its own description of them: it may have fields in another order, or more of them. One
// for each side of a link. It judges nothing: what is announced twice counts as it came last, and
// where nothing is announced a value is read as the judge's own.
class AnnouncedTypes {
 public:
  // A frame of that side: takes what it announces, and notes in the frame how its value is read.
  void note_received(Frame& frame);
  // A frame that went to that side: which method its answer will be of.
  void note_sent(Frame const& frame);
  // The id of the method that a call or response is of; nothing for other frames, and for a
  // response to an unknown call.
  [[nodiscard]] std::optional<std::uint64_t> method_of(Frame const& frame) const;

 private:
  using Id = std::pair<std::uint64_t, std::uint64_t>;  // a connection, and a request or channel
  using Binding = vox::schema::Binding;
  struct Bound {
    vox::schema::TypeRef root;
    std::shared_ptr<Readings const> readings{};  // made for the first value
  };
  struct Connection {
    vox::schema::Registry schemas;
    std::map<Binding, Bound> bound;
  };

  void announce(std::uint64_t connection, Binding binding, Value const& schemas);
  // Null for an unknown method, and for a binding that was not announced.
  [[nodiscard]] Readings const* readings_of(std::uint64_t connection, Binding binding);
  void note_channels(Frame const& call, Readings const& readings);

  std::map<std::uint64_t, Connection> connections_;
  std::map<Id, std::uint64_t> methods_;  // of requests to that side
  std::map<Id, SharedReading> items_;    // of channels that its calls name
};

}  // namespace voxspec
