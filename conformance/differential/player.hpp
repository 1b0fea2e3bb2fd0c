#pragma once
#include "conformance/differential/loose_ends.hpp"
#include "conformance/differential/play.hpp"
#include "conformance/differential/reference.hpp"
#include "conformance/runner/subject_process.hpp"
#include "impl/link/link.hpp"
#include "impl/link/listener.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace voxspec::differential {

// One script on its way: our session and the subject side by side.
class Player {
 public:
  Player(Script const& script, Home const& home, boost::asio::any_io_executor const& executor);

  boost::asio::awaitable<void> run();
  [[nodiscard]] Conversation take() { return std::move(result_); }

 private:
  template <class T>
  using Task = boost::asio::awaitable<T>;

  // A link to the subject.
  struct Link {
    std::unique_ptr<vox::link::Link> link;
    std::size_t heard = 0;
    bool ended = false;
  };
  // The keys that one side has given out.
  struct Keys {
    std::optional<vox::ResumeKey> first;
    std::optional<vox::ResumeKey> latest;
  };

  Task<void> perform(Step const& step);
  Task<void> say(std::span<vox::Bytes const> payloads);
  Task<void> hang_up();
  Task<void> greet(Greeting const& greeting);
  Task<void> take_dial();
  Task<void> close_down();
  void start_dialling_subject();

  // The subject's part of a new link; false if there is none.
  Task<bool> dial();
  Task<bool> accept();

  Task<void> send(vox::ByteView payload);
  // Takes one payload of the link, or its end; false if neither came in time.
  Task<bool> hear(std::size_t link);
  Task<void> hear_end(std::size_t link);
  // Waits for everything that our session said in this step and the subject has to say, too.
  Task<void> catch_up();

  void keep_ours(std::vector<Heard> said);
  static void note_key(Keys& keys, vox::ByteView payload);
  [[nodiscard]] bool is_behind() const;
  [[nodiscard]] bool talks() const { return ours_.fate(current_) == LinkFate::open; }
  [[nodiscard]] std::optional<vox::ResumeKey> choose(KeyChoice choice, Keys const& keys) const;

  Script const& script_;
  Home const& home_;
  boost::asio::any_io_executor executor_;
  Reference ours_;
  Conversation result_;
  std::vector<Link> links_;
  Keys our_keys_;
  Keys their_keys_;
  std::unique_ptr<vox::link::Listener> listener_;
  std::unique_ptr<SubjectProcess> process_;
  std::size_t step_ = 0;
  std::size_t current_ = 0;
  std::size_t greetings_used_ = 0;
  LooseEnds loose_ends_;
  Dialect dialect_;  // of the peer on the current link
  // 0.4.0 closes the link of a refused resume and forgets the key a moment later, so that a script
  // does not present it again.
  bool key_was_refused_ = false;
  std::uint64_t next_nonce_ = first_probe_nonce;
};

}  // namespace voxspec::differential
