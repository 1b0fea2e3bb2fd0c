#pragma once
#include "conformance/differential/service.hpp"
#include "conformance/differential/transcript.hpp"
#include "impl/session/handshake.hpp"
#include "impl/session/registry.hpp"
#include "impl/session/session.hpp"

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace voxspec::differential {

// Our library in the place of the Rust subject: the same role, rulebook 0.4.0, the Testbed service,
// every virtual connection accepted, and as an acceptor a registry of sessions. It does no I/O.
class Reference {
 public:
  explicit Reference(vox::Role role);

  // A link came up, after its prologue; the number of the link.
  std::size_t begin_link();
  void receive(std::size_t link, vox::ByteView payload);
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
  };

  void advance_handshake(std::size_t link);
  void establish(std::size_t link, vox::session::HandshakeOutcome const& outcome);
  void move_to(std::size_t session, std::size_t link);
  void pump(std::size_t session);
  void on(std::size_t session, vox::session::Output const& output);
  void close(std::size_t link) { links_[link].fate = LinkFate::closed; }

  vox::Role role_;
  vox::session::Registry registry_;
  std::deque<Link> links_;
  std::deque<Running> sessions_;
  std::vector<Heard> said_;
  Losses losses_;
  bool wants_link_ = false;
};

}  // namespace voxspec::differential
