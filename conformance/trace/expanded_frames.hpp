#pragma once
#include "conformance/peer/bindings.hpp"
#include "conformance/peer/id_space.hpp"
#include "conformance/peer/json.hpp"
#include "conformance/peer/schema_ledger.hpp"
#include "conformance/trace/frame_parts.hpp"
#include "conformance/trace/trace.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace voxspec {

// A question, as frames to send and what comes of them.
struct Asking {
  Json frames = Json::array();
  Json until = nullptr;        // the answer, right or wrong
  Json answer = nullptr;       // the right one
  Json aside = Json::array();  // what belongs to the answer and may come before it
};

// The frames of an expanded case, and what is known while its steps go by: names, ids, the schemas
// that were announced, and where each link stands. Steps that have to stand before a frame, which
// give names to ids, go to the end of `out`.
class ExpandedFrames {
 public:
  explicit ExpandedFrames(Case const& trace);

  // The frame as bytes; what it tells about ids and schemas is noted.
  Json sent(FrameTerm const& item, std::string const& link, Json& out);
  // What a frame of the subject has to be.
  Json expected(FrameTerm const& pattern, std::string const& link, Json& out);
  Json expected(std::vector<Pattern> const& patterns, std::string const& link, Json& out);
  // Takes a frame that is expected into account.
  void note_expected(FrameTerm const& pattern, std::string const& link);

  // The schemas of one half of a method, unless they are known there.
  Json announced(Announce const& announce, std::string const& link, Json& out);
  Asking ping(std::string const& link);
  Asking echo(Term const& on, std::string const& link, bool must_echo, Json& out);

  // With a name in place of each id that is counted by a parity which shows only when the case
  // runs: that of a connection which the subject opens.
  FrameTerm named(FrameTerm frame, Json& out);
  Term named_id(Term term, FrameTerm const& frame, Json& out);
  // With everything put in that is known; and what it has to be, as a condition.
  [[nodiscard]] Term settled(Term const& term, FieldType type) const;
  [[nodiscard]] Json settled_condition(Term const& term) const;
  // What a name stands for that is known only when the case runs.
  [[nodiscard]] Json named_later(Let const& let) const;

  // Gives a name to a value. False if that is known only when the case runs.
  bool let(Let const& let);
  // A link that follows another one knows nothing of what was announced on that.
  void begin_link(std::string const& link);
  // Goes on at the beginning of another alternative; what this one asked is not asked again.
  void go_back_to(ExpandedFrames const& before);
  // Goes on behind a step with alternatives, of which this is the one that was gone. What only some
  // of them announced, by the others, is announced again where it is needed, unless it was.
  void go_on_after(std::vector<ExpandedFrames> const& alternatives, ExpandedFrames const& before);

  [[nodiscard]] LinkStage& stage(std::string const& link) { return stages_[link]; }
  [[nodiscard]] vox::Parity ours() const { return ids_.ours(); }

 private:
  Json expected_json(Json const& frame, std::string const& link, Json& out);
  Json sent_json(Json const& frame, std::string const& link, Json& out);
  [[nodiscard]] Frame known_part(FrameTerm const& term) const;
  SchemaLedger& ledger(std::string const& link);

  Case const* case_;
  IdSpace ids_;
  Bindings known_;
  FrameParts parts_;
  std::map<std::string, SchemaLedger> ledgers_;  // by link
  std::map<std::string, LinkStage> stages_;      // by link
  std::map<std::string, Json> announced_;        // frames by link, connection and half of a method
  std::set<std::string> perhaps_;                // those of them that may not have been sent
  std::set<std::string> lets_;
  std::uint64_t pings_ = 0;
  std::uint64_t calls_ = 0;
};

}  // namespace voxspec
