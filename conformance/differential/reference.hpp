#pragma once
#include "conformance/differential/script.hpp"
#include "conformance/differential/service.hpp"
#include "conformance/differential/transcript.hpp"
#include "impl/rpc/session_registry.hpp"
#include "impl/session/handshake.hpp"
#include "impl/session/session.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace voxspec::differential {

// Whether our application imitates what 0.4.0 does against its own rules: a second answer to an
// open ends what runs on the connection [core.U5], and the translation of a method's arguments that
// was made first stays in use whatever is announced later.
enum class Flaws : std::uint8_t { imitated, absent };

// Our library in the place of the Rust subject: the same role, rulebook 0.4.0, the Testbed service,
// the same manner with virtual connections, and as an acceptor a registry of sessions. It does no
// I/O.
class Reference {
 public:
  Reference(vox::Role role, Manner manner, Flaws flaws = Flaws::imitated);

  // A link came up, after its prologue; the number of the link.
  std::size_t begin_link();
  // `meaning` is the payload as we would write it, where the peer's dialect is another.
  void receive(std::size_t link, vox::ByteView payload, vox::ByteView meaning);
  void receive(std::size_t link, vox::ByteView payload) { receive(link, payload, payload); }
  // The peer ended its sending.
  void lose(std::size_t link);

  // What was said since the last call; the steps are left 0.
  [[nodiscard]] std::vector<Heard> take_said() { return std::exchange(said_, {}); }
  // The connections that were closed since the last call, and whether a link was lost.
  struct Losses {
    std::vector<vox::session::ConnectionId> closed;
    bool conduit = false;
  };
  [[nodiscard]] Losses take_losses() { return std::exchange(losses_, {}); }

  // An initiator has no link and is about to dial.
  [[nodiscard]] bool wants_link() const { return wants_link_; }
  [[nodiscard]] LinkFate fate(std::size_t link) const { return links_[link].fate; }
  // The link on which the latest session goes on.
  [[nodiscard]] bool has_replaced(std::size_t link) const { return links_[link].is_replaced; }
  [[nodiscard]] std::size_t link_count() const { return links_.size(); }

 private:
  struct Link {
    vox::session::Handshake handshake;
    std::optional<std::size_t> session{};
    LinkFate fate = LinkFate::open;
    bool is_replaced = false;
  };
  struct Running {
    vox::session::Session session;
    Service service;
    std::size_t link = 0;
    // The connections that it has yet to open, and the one that it opened last.
    unsigned to_open = 0;
    std::optional<vox::session::ConnectionId> opened{};
  };

  void advance_handshake(std::size_t link);
  void establish(std::size_t link, vox::session::HandshakeOutcome const& outcome);
  void move_to(std::size_t number, std::size_t link);
  void pump(std::size_t number);
  void on(std::size_t number, vox::session::Event const& event);
  void open_next(Running& running);
  static void call_echo(Running& running, vox::ConnectionSettings const& settings);
  void let_go(Running& running, vox::session::ConnectionId id);
  void imitate_second_answer(std::size_t number, vox::ByteView meaning);
  void decide(Running& running, vox::session::event::ConnectionRequested const& asked);
  void close(std::size_t link) { links_[link].fate = LinkFate::closed; }

  vox::Role role_;
  Manner manner_;
  Flaws flaws_;
  vox::rpc::SessionRegistry registry_;
  std::deque<Link> links_;
  std::deque<Running> sessions_;
  std::vector<Heard> said_;
  Losses losses_;
  bool wants_link_ = false;
};

}  // namespace voxspec::differential
