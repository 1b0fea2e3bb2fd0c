#pragma once
#include "conformance/tests/session_lines.hpp"
#include "impl/session/ids.hpp"
#include "spec/rulebook.hpp"

#include <boost/describe/enum.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

// A model of a session: what a person who has read the rules would say that comes next. It knows
// places and nothing of the transition table, queues, slots or trackers.
namespace voxspec::test {

// What can happen. The peer's opens, accepts and so on come first, then ours.
enum class Act : std::uint8_t {
  peer_opens,
  peer_accepts,
  peer_rejects,
  peer_closes,
  open,
  close,
  consent,
  refuse,
  drop_caller,
  lose_conduit,
  resume,
  resume_with_our_settings_changed,
  resume_with_their_settings_changed,
  shut_down,
};
BOOST_DESCRIBE_ENUM(Act, peer_opens, peer_accepts, peer_rejects, peer_closes, open, close, consent,
                    refuse, drop_caller, lose_conduit, resume, resume_with_our_settings_changed,
                    resume_with_their_settings_changed, shut_down)
inline constexpr std::uint8_t act_count = 14;

enum class Is : std::uint8_t { root, asked, offered, open };
// Who ended a connection that is no more. Of a rejected open nothing stays.
enum class EndedBy : std::uint8_t { us, peer, rejection };

// We are the initiator, so our ids are odd; a registry holds the session while it has no conduit.
struct Model {
  vox::Rulebook rulebook = vox::Rulebook::vox_0_4;
  std::map<vox::session::ConnectionId, Is> connections{{vox::session::root_connection, Is::root}};
  std::map<vox::session::ConnectionId, EndedBy> past{};
  vox::session::ConnectionId next = 1;
  unsigned generation = 0;
  bool is_connected = true;
  bool root_is_released = false;
  bool has_ended = false;

  // What the session says when this happens; the model moves on.
  Lines after(Act act, vox::session::ConnectionId id);

 private:
  [[nodiscard]] bool has(vox::session::ConnectionId id) const { return connections.contains(id); }
  [[nodiscard]] bool is(vox::session::ConnectionId id, Is what) const {
    return has(id) && connections.at(id) == what;
  }
  [[nodiscard]] bool in_spec() const { return rulebook == vox::Rulebook::spec; }

  Lines end(std::string_view cause);
  Lines end_if_unused();
  Lines violate(vox::session::ConnectionId id, std::string_view rule);
  Lines gone(vox::session::ConnectionId id, std::string_view how, EndedBy by);
  Lines peer_says(Act act, vox::session::ConnectionId id);
  Lines peer_opens(vox::session::ConnectionId id);
  Lines peer_closes(vox::session::ConnectionId id);
  Lines peer_closes_nothing(vox::session::ConnectionId id);
  Lines we_want(Act act, vox::session::ConnectionId id);
  Lines open();
  Lines close(vox::session::ConnectionId id);
  Lines decide(Act act, vox::session::ConnectionId id);
  Lines drop_caller(vox::session::ConnectionId id);
  Lines resume(Act act);
};

}  // namespace voxspec::test
