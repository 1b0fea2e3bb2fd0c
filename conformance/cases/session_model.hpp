#pragma once
#include "conformance/cases/session_lines.hpp"
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
  bool has(vox::session::ConnectionId id) const { return connections.contains(id); }
  bool is(vox::session::ConnectionId id, Is what) const {
    return has(id) && connections.at(id) == what;
  }
  bool in_spec() const { return rulebook == vox::Rulebook::spec; }

  void end(Lines& lines, std::string_view cause);
  void violate(Lines& lines, vox::session::ConnectionId id, std::string_view rule);
  void gone(Lines& lines, vox::session::ConnectionId id, std::string_view how, EndedBy by);
  void peer_says(Lines& lines, Act act, vox::session::ConnectionId id);
  void peer_opens(Lines& lines, vox::session::ConnectionId id);
  void peer_closes(Lines& lines, vox::session::ConnectionId id);
  void peer_closes_nothing(Lines& lines, vox::session::ConnectionId id);
  void we_want(Lines& lines, Act act, vox::session::ConnectionId id);
  void open(Lines& lines);
  void close(Lines& lines, vox::session::ConnectionId id);
  void decide(Lines& lines, Act act, vox::session::ConnectionId id);
  void drop_caller(Lines& lines, vox::session::ConnectionId id);
  void resume(Lines& lines, Act act);
};

}  // namespace voxspec::test
