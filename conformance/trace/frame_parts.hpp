#pragma once
#include "conformance/peer/bindings.hpp"
#include "conformance/peer/id_space.hpp"
#include "conformance/peer/json.hpp"
#include "conformance/peer/term.hpp"
#include "conformance/trace/blanks.hpp"
#include "conformance/trace/trace.hpp"
#include "impl/schema/plan.hpp"

#include <map>
#include <optional>
#include <string>

namespace voxspec {

// Where the conversation on a link stands, as far as the frames of a case tell.
struct LinkStage {
  Layer layer = Layer::prologue;
  bool is_finished = false;          // our sending was ended
  vox::schema::Plan our_messages{};  // to how our Hello says that we write them

  // Takes a frame into account that was sent or is expected.
  void note(FrameTerm const& frame, Case const& of);
  void note(Frame const& frame, Case const& of);
  [[nodiscard]] bool is_established() const {
    return layer == Layer::message || layer == Layer::stable;
  }

 private:
  void note(std::string_view kind, Case const& of);
};

// Writes frames to send as the bytes that they are: {"kind": …, "framing": …, "parts": […],
// "says": …}. What depends on the subject is left blank.
class FrameParts {
 public:
  // The frame in place of the item: filled, with marks in place of names that nothing is known of.
  struct Written {
    Json json;
    std::optional<Frame> frame{};
  };
  [[nodiscard]] Written write(FrameTerm item, Bindings const& known, IdSpace const& ids,
                              LinkStage& stage, Case const& of);

  // By which a name of the case stands in frames until it is known.
  [[nodiscard]] std::uint64_t mark(std::string const& name) { return blanks_.number(name); }

 private:
  Json parts_of(Frame const& frame, vox::ByteView inner, LinkStage const& stage);

  Blanks blanks_;
};

}  // namespace voxspec
