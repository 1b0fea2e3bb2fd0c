#pragma once
#include "conformance/peer/frame.hpp"
#include "conformance/peer/id_space.hpp"
#include "conformance/peer/term.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace voxspec::relay {

// Makes templates and patterns of the frames of a conversation. Ids of ours become {"ours": n},
// those that the other side chose get names where they first come up, values are written by their
// types where the service is known.
class ScriptNames {
 public:
  explicit ScriptNames(vox::Parity ours) : ids_{ours} {}

  // What we send in place of the frame.
  [[nodiscard]] Template sent(Frame const& frame);
  // What a right peer has to say where it said this.
  [[nodiscard]] Pattern awaited(Frame const& frame);
  // To be told of each frame behind those: it may say whose ids are whose.
  void note(Frame const& frame, bool sent) { ids_.note(frame, sent); }

  [[nodiscard]] Term connection(std::uint64_t id) const;
  [[nodiscard]] Term channel(std::uint64_t on, std::uint64_t id) const;
  // Without the service; empty for a method that is not known.
  [[nodiscard]] static std::string method_name(Frame const& call);

 private:
  using Key = std::pair<std::uint64_t, std::uint64_t>;  // connection and id
  using Names = std::map<Key, std::string>;

  [[nodiscard]] Term id_term(Names const& names, vox::Parity ours, Key key) const;
  // A name for an id of theirs that is new: the letter and a number.
  [[nodiscard]] std::string name(Names& names, Key key, char const* letter);
  [[nodiscard]] Term field(Frame const& message, std::string const& name, Value const& value);
  [[nodiscard]] Term id_field(Frame const& message, std::uint64_t id) const;
  [[nodiscard]] Term settings(Frame const& message, Value const& value) const;
  [[nodiscard]] Term args(Frame const& call, vox::Bytes const& bytes);
  [[nodiscard]] Term typed(TypeName type, vox::Bytes const& bytes,
                           SharedReading const& reading) const;
  void note_call(Frame const& call);

  IdSpace ids_;
  Names connections_;
  Names requests_;
  Names channels_;
  std::map<Key, std::string> methods_;        // of requests
  std::map<Key, std::string> element_types_;  // of channels
};

}  // namespace voxspec::relay
