#pragma once
#include "conformance/peer/json.hpp"
#include "conformance/relay/tape.hpp"
#include "conformance/relay/tape_reader.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace voxspec::relay {

struct RecorderLimits {
  std::size_t frames_max = 65'536;        // of one conversation
  std::size_t bytes_max = 64uz << 20;     // of its payloads
  std::size_t conversations_max = 1'024;  // that are kept in case another link resumes them
};

// Puts together what somebody between peers hears: one tape a session, with all its links. A link
// belongs to the session whose key its initiator presents. Both peers speak one dialect. It has no
// clock and no sockets.
class Recorder {
 public:
  using Link = std::size_t;

  explicit Recorder(RecorderLimits limits = {}, Dialect dialect = Dialect::vox_0_4)
      : limits_{limits}, dialect_{dialect} {}

  [[nodiscard]] Link begin_link(std::uint64_t at_us);
  void hear(Link link, vox::Role by, vox::ByteView payload, std::uint64_t at_us);
  // The first end of a link counts; the other side's is an answer to it.
  void end(Link link, vox::Role by, bool reset, std::uint64_t at_us);
  // Neither side says anything more on the link.
  void close_link(Link link);

  // Conversations without an open link, that something new happened in since they were asked for.
  [[nodiscard]] std::vector<std::size_t> take_finished();
  // The others that something new happened in.
  [[nodiscard]] std::vector<std::size_t> take_unfinished();
  // How many conversations were ended at least once.
  [[nodiscard]] std::size_t over() const { return over_; }
  [[nodiscard]] Tape const& tape(std::size_t conversation) const;
  // Why its tape does not hold all of it; nothing if it does.
  [[nodiscard]] std::string cut(std::size_t conversation) const;

 private:
  struct Conversation {
    Tape tape;
    std::size_t links = 0;
    std::size_t open_links = 0;
    std::size_t frames = 0;
    std::size_t bytes = 0;
    std::string cut;
    bool is_new = false;  // since it was asked for
    bool was_over = false;
  };
  struct Line {
    std::optional<std::size_t> conversation;
    std::size_t index = 0;         // in it
    std::vector<TapeEvent> early;  // until it is known which one
    TapeReader reader;
    bool reads = true;
    bool is_open = true;
    bool has_end = false;
  };

  void put(Line& line, TapeEvent event);
  void add(Conversation& to, TapeEvent event) const;
  void assign(Line& line, vox::Bytes const* key);
  void read_hello(Line& line, TapeEvent const& event);
  [[nodiscard]] std::vector<std::size_t> take_new(bool open);
  void forget_old();

  RecorderLimits limits_;
  Dialect dialect_;
  std::deque<Line> lines_;
  std::map<std::size_t, Conversation> conversations_;
  std::size_t next_ = 0;
  std::size_t over_ = 0;
  std::map<vox::Bytes, std::size_t> by_key_;
};

}  // namespace voxspec::relay
