#pragma once
#include "conformance/peer/frame.hpp"
#include "impl/schema/registry.hpp"
#include "impl/schema/type_ref.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

namespace voxspec {

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
  enum class Half : std::uint8_t { args, response };
  using Binding = std::pair<std::uint64_t, Half>;  // a method's id
  struct Connection {
    vox::schema::Registry schemas;
    std::map<Binding, vox::schema::TypeRef> roots;
  };

  void announce(std::uint64_t connection, Binding binding, Value const& schemas);
  [[nodiscard]] SharedReading reading_of(std::uint64_t connection, Binding binding) const;
  void note_channels(Frame const& call, std::uint64_t method);

  std::map<std::uint64_t, Connection> connections_;
  std::map<Id, std::uint64_t> methods_;  // of requests to that side
  std::map<Id, SharedReading> items_;    // of channels that its calls name
};

}  // namespace voxspec
