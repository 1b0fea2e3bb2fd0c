#pragma once
#include "impl/link/address.hpp"
#include "impl/session/keepalive.hpp"
#include "spec/clock.hpp"
#include "spec/conduit_mode.hpp"
#include "spec/rulebook.hpp"

#include <boost/describe/enum.hpp>

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace voxspec::subject {

enum class Mode : std::uint8_t {
  server,         // dial and serve
  client,         // dial, run a scenario and exit
  server_listen,  // wait for links and serve each
};

// What this program does wrong when it is asked to, so that a judge can be tried on it. What shows
// on the wire is done by a relay; these show in the process and on the control channel.
enum class Misbehaviour : std::uint8_t {
  none,
  aborts_at_violation,  // where the peer broke a rule
  client_succeeds,      // whatever came of its scenario
  client_fails,
  wrong_outcomes,           // the control channel tells of others than the application saw
  forgets_operations,       // of the sessions of an earlier process
  buffers_items,            // takes all items of its application at once, whatever the credit
  hides_lost_channels,      // the application is not told that a channel was lost
  blurs_failures,           // a failure of the transport is told as Indeterminate
  tries_again,              // a client dials again after any failure
  forgets_outcomes,         // of persistent operations: they are never written
  succumbs_to_connections,  // aborts when too many virtual connections are open
  never_waits,              // for its first session, though it is asked to
  waits_without_end,        // for its first session
  even_initiator,           // nothing wrong: an initiator may take the even ids
};
BOOST_DESCRIBE_ENUM(Misbehaviour, none, aborts_at_violation, client_succeeds, client_fails,
                    wrong_outcomes, forgets_operations, buffers_items, hides_lost_channels,
                    blurs_failures, tries_again, forgets_outcomes, succumbs_to_connections,
                    never_waits, waits_without_end, even_initiator)

// What the environment asks of the subject, read once and checked before anything starts.
struct Settings {
  Mode mode = Mode::server;
  vox::link::Address address;  // of the peer, or to listen on
  std::string scenario;        // of a client
  // Decides for the modes that dial; a listener takes what the initiator asks for.
  vox::ConduitMode conduit = vox::ConduitMode::bare;
  vox::Rulebook rulebook = vox::Rulebook::spec;
  bool accepts_connections = true;
  bool takes_orders = false;  // on standard input
  std::optional<vox::session::KeepaliveSettings> keepalive;
  // For the first session, where the peer is not there yet.
  std::optional<vox::Duration> connect_wait;
  std::uint32_t open_connections = 0;
  Misbehaviour misbehaviour = Misbehaviour::none;
  std::string store_path;  // of the file with persistent operations; empty: they are in memory
};

// The value of an environment variable; one that is empty counts as one that is not set.
using Environment = std::function<std::optional<std::string>(std::string const& name)>;

// The settings, or one line that names the variable, its value and what would have been right.
[[nodiscard]] std::expected<Settings, std::string> read_settings(Environment const& environment);

// What `--rulebook` names.
[[nodiscard]] std::optional<vox::Rulebook> find_rulebook(std::string_view name);

}  // namespace voxspec::subject
