#pragma once
#include "conformance/peer/bindings.hpp"
#include "conformance/peer/frame.hpp"
#include "conformance/peer/id_space.hpp"
#include "conformance/peer/term.hpp"

#include <expected>
#include <string>

// Puts values and ids into templates. The error is a sentence: a name that is not bound, or bound
// to a value that its field cannot hold.
namespace voxspec {

// The frame, which can be encoded.
[[nodiscard]] std::expected<Frame, std::string> fill(FrameTerm const& item,
                                                     Bindings const& bindings, IdSpace const& ids);
[[nodiscard]] std::expected<Value, std::string> fill(Term const& term, FieldType type,
                                                     Bindings const& bindings, vox::Parity ours);

// Puts the fields that `changes` names into a frame of that kind, or into the message inside one,
// and its connection if it names one; everything else stays. What the frame was read from no longer
// holds: it is to be encoded again.
[[nodiscard]] std::expected<void, std::string> change(Frame& frame, FrameTerm const& changes,
                                                      Bindings const& bindings, IdSpace const& ids);

// The same frame with what is known put in; variables that are not bound stay.
[[nodiscard]] FrameTerm fill_known(FrameTerm const& frame, Bindings const& bindings,
                                   IdSpace const& ids);
[[nodiscard]] Term fill_known(Term const& term, FieldType type, Bindings const& bindings,
                              IdSpace const& ids);

}  // namespace voxspec
