#pragma once
#include "conformance/tests/link_record.hpp"
#include "conformance/tests/watched_session.hpp"
#include "impl/session/handshake_outcome.hpp"
#include "impl/wire/bytes.hpp"
#include "impl/wire/message.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace voxspec::test {

// Any bytes, read as the story of one session: whose side it is and by which rulebook, then what
// its peer says, what becomes of its link, what its application wants and how the time goes by.
// Fuzzers make stories out of bytes and properties shrink them, so every bytes are a story and a
// small change of them is a small change of it:
//   - two bytes of options (see begin() in the source);
//   - steps of four bytes: a word, with its highest bit set if nothing is polled after it, and
//   three
//     bytes that mean what the word makes of them. words() lists the words. A step that brings
//     bytes of its own (`raw`) takes them from behind itself.
class SessionScenario {
 public:
  // Whether the story is written down as text and frames while it is played, which takes most of
  // the time, or only its digest is kept.
  enum class Keep : std::uint8_t { record, digest };

  explicit SessionScenario(vox::ByteView story, Keep keep = Keep::record)
      : story_{story}, writes_{keep == Keep::record} {}

  // Plays the story to its end, and ends the session.
  void play();

  [[nodiscard]] std::vector<std::string> complaints() const;
  [[nodiscard]] bool has_no_complaints() const {
    return !watched_ || watched_->complaints().empty();
  }
  // All that was done and all that the session said, a line each.
  [[nodiscard]] std::string const& transcript() const { return transcript_; }
  // A number made of all that the session said; the same story has the same one.
  [[nodiscard]] std::uint64_t digest() const { return digest_; }
  // What went over the links, as the peer saw it.
  [[nodiscard]] LinkRecord const& record() const { return record_; }
  [[nodiscard]] std::size_t steps() const { return steps_; }

  // What a step can be, in the order of the byte that stands for it.
  [[nodiscard]] static std::vector<std::string_view> words();

 private:
  struct Word;
  using Args = std::array<std::uint8_t, 3>;
  static std::span<Word const> table();

  [[nodiscard]] std::uint8_t next();
  [[nodiscard]] bool begin();
  void step();
  void write(std::string_view line);

  // What happens.
  void receive(vox::wire::Message const& message);
  void receive_payload(vox::Bytes payload);
  void garbled(Args args);
  void raw(Args args);
  void lose(Args args);
  void recover(Args args);
  void give_up(Args args);
  void fail_to_send(Args args);
  void look_at_clock(Args args);
  void pass_time(Args args);
  void sleep(Args args);
  void listen(Args args);
  void happens(vox::session::Input input);
  // What the application wants.
  void wants(vox::session::Command command);
  void resume(Args args);
  [[nodiscard]] vox::session::HandshakeOutcome outcome(std::uint8_t change) const;

  // What was polled: an event, or a message by its token.
  enum class Said : std::uint8_t { nothing, event, message };
  Said poll();
  void digest(vox::session::Event const& event);
  void digest(std::uint64_t number) {
    // FNV-1a, a word at a time.
    digest_ = (digest_ ^ number) * 0x100000001b3U;
  }
  void digest(vox::ByteView bytes);
  void drain();

  vox::ByteView story_;
  bool writes_;
  std::uint64_t digest_ = 0xcbf29ce484222325U;
  vox::wire::Buffer outgoing_;
  vox::Role role_ = vox::Role::initiator;
  std::shared_ptr<vox::schema::Plan const> plan_;
  std::optional<WatchedSession> watched_;
  vox::TimePoint now_{};
  vox::session::Token handed_out_ = 0;  // the last message that was polled
  bool has_unheard_ = false;            // the session has something to say that no command knew of
  std::size_t steps_ = 0;
  std::string transcript_;
  LinkRecord record_{vox::Role::acceptor};
};

}  // namespace voxspec::test
