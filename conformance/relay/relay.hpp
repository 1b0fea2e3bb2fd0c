#pragma once
#include "conformance/peer/link_codec.hpp"
#include "conformance/relay/fault_state.hpp"
#include "conformance/relay/id_maps.hpp"
#include "conformance/relay/numbering.hpp"
#include "conformance/relay/schema_ids.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace voxspec::relay {

// How a frame goes out to the subject: cut, or in one write with the next one.
struct WriteForm {
  std::vector<std::size_t> cuts{};
  bool is_bytewise = false;
  bool joins_next = false;
  bool operator==(WriteForm const&) const = default;
};

// What a relay wants done on one of its two sides, in order.
struct Move {
  enum class Kind : std::uint8_t { send, raw, end, reset };
  Side to = Side::judge;
  Kind kind = Kind::send;
  vox::Bytes payload{};  // raw: bytes without a frame around them
  bool as_it_came = false;
  WriteForm form{};
};

// How the frames of one side are written for the other.
struct Writer {
  bool is_translated = false;     // the other side was told of another layout than was
  vox::schema::Plan from_ours{};  // no steps: that layout is ours
};

// One conversation of a judge with a subject, over all of its links.
struct Conversation {
  Conversation(vox::Role subject_plays, std::string transport_word,
               Dialect spoken = Dialect::vox_0_4)
      : subject{subject_plays}, transport{std::move(transport_word)}, dialect{spoken} {}

  // The relay does by it. Without one it passes everything on.
  void use(WireFault const& fault) { fault_in_use.emplace(fault, subject, transport); }
  // It notes whether it would do something by it.
  void watch(WireFault const& fault) { watched.emplace_back(fault, subject, transport); }

  vox::Role subject;
  std::string transport;
  Dialect dialect;  // of both ends
  std::optional<FaultState> fault_in_use;
  std::vector<FaultState> watched;
  std::uint64_t links = 0;
  IdSpace ids{};  // as the judge sees them
  IdMaps maps;
  std::array<Numbering, 2> numbering;                // by whose frames they are
  std::array<Writer, 2> writers{};                   // by whose frames they are
  std::array<SchemaIds, 2> schema_ids{};             // by whose frames they are
  std::optional<std::array<LinkCodec, 2>> codecs{};  // of the last link, as either side sees it
  // Why something could not be done: a fault that asks for the impossible. The first alone.
  std::string problem;
};

// One link of the conversation: takes what comes from either side and says what goes out. It has no
// clock and no sockets. What no rule touches goes out with its very bytes, also where they are no
// frame; but a stable conduit's frames are renumbered once some were taken out or put in.
class Relay {
 public:
  // The conversation outlives it.
  explicit Relay(Conversation& conversation);

  // The link stands, and nothing was said on it.
  [[nodiscard]] std::vector<Move> begin();
  // One payload.
  [[nodiscard]] std::vector<Move> take(Side from, vox::ByteView payload);
  // That side has ended its direction, or the link.
  [[nodiscard]] std::vector<Move> take_end(Side from, bool reset);

 private:
  struct Work;
  struct Held {
    Frame frame;
    Side from;
    Hold what;
  };

  [[nodiscard]] LinkCodec& codec(Side side) { return codecs_[std::to_underlying(side)]; }
  [[nodiscard]] Numbering& numbering(Side from) {
    return conversation_.numbering[std::to_underlying(from)];
  }
  [[nodiscard]] std::vector<FaultRule const*> fitting(Side from, Occasion occasion,
                                                      Frame const* frame);
  void renumber(Work& work);
  void note_hellos(Work& work);
  // What later links of the conversation go on from.
  void remember();
  void translate(Work& work, Translate const& how);
  // Names the types of an announcement as later rules of the conversation made them.
  void keep_schema_ids(Work& work);
  void retype(Work& work, Retype const& how);
  void rewrite(Work& work, Rewrite const& how);
  void rehash(Work& work);
  // What goes out changes what is known of either side.
  void note_sent(Frame const& frame, Side from);
  [[nodiscard]] std::expected<vox::Bytes, std::string> written(Frame frame, Side from);
  [[nodiscard]] Writer& writer(Side from) {
    return conversation_.writers[std::to_underlying(from)];
  }
  void map_ids(Work& work) const;
  void perform(Work& work, FaultRule const& rule);
  void put_changes(Work& work, Change const& change);
  void put_metadata(Work& work, Attach const& attach);
  void put_bytes(Work& work, vox::Bytes bytes);
  void finish(Work& work);
  void send_main(Work& work);
  // A frame of the relay's own, as if it came from `from`.
  void insert(std::vector<Move>& moves, Side from, Frame frame);
  void release(Work& work);
  [[nodiscard]] Frame in_stable_frame(Side from, Frame message);
  [[nodiscard]] std::optional<Frame> filled(Template const& item);
  void give_up(std::string why);

  Conversation& conversation_;
  std::array<LinkCodec, 2> codecs_;  // as that side sees the link
  std::vector<Held> held_;
  std::array<std::optional<std::uint32_t>, 2> last_acks_;
  bool asks_to_resume_ = false;
  std::array<std::optional<std::uint32_t>, 2> received_;  // in the hellos, by whose frames they are
};

}  // namespace voxspec::relay
