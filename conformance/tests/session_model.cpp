#include "conformance/tests/session_model.hpp"

#include "impl/session/error.hpp"

#include <utility>

namespace voxspec::test {

using namespace vox;
using namespace vox::session;

namespace {

std::string refused(std::string_view text) {
  return "refused: protocol error: " + std::string{text};
}
std::string refused(Misuse misuse) {
  return "refused: " + std::string{describe(misuse)};
}

Lines operator+(Lines first, Lines const& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

}  // namespace

Lines Model::after(Act act, ConnectionId id) {
  if (act == Act::lose_conduit) {
    auto const is_lost = std::exchange(is_connected, false) && !has_ended;
    return is_lost ? Lines{"disconnected"} : Lines{};
  }
  if (act <= Act::peer_closes) {
    return is_connected && !has_ended ? peer_says(act, id) : Lines{};
  }
  return has_ended ? Lines{refused(text::session_closed)} : we_want(act, id);
}

Lines Model::end(std::string_view cause) {
  has_ended = true;
  Lines lines;
  for (auto const& [id, what] : connections) {
    lines.push_back(what == Is::asked
                        ? "open_failed " + std::to_string(id) + " protocol error: session closed"
                        : "closed " + std::to_string(id) + " by session_end {}");
  }
  connections.clear();
  lines.push_back("ended " + std::string{cause});
  return lines;
}

Lines Model::violate(ConnectionId id, std::string_view rule) {
  return end("violation " + std::string{rule}) +
         Lines{"send protocol_error 0 " + std::string{rule} + ": message on connection " +
               std::to_string(id) + " that is not allowed there"};
}

// The connection is no more; with the last virtual one a session ends whose root nobody holds.
Lines Model::gone(ConnectionId id, std::string_view how, EndedBy by) {
  Lines lines;
  if (how.starts_with("closed") && is(id, Is::asked)) {
    lines.push_back("open_failed " + std::to_string(id) + " protocol error: session closed");
  } else if (!how.empty()) {
    lines.emplace_back(how);
  }
  connections.erase(id);
  past[id] = by;
  return by == EndedBy::rejection && !in_spec() ? lines : lines + end_if_unused();
}

Lines Model::end_if_unused() {
  auto const rest = connections.size() - (is(root_connection, Is::root) ? 1U : 0U);
  return root_is_released && rest == 0 ? end("root_released") : Lines{};
}

Lines Model::peer_says(Act act, ConnectionId id) {
  auto const name = std::to_string(id);
  if (act == Act::peer_opens) return peer_opens(id);
  if (act == Act::peer_closes) return peer_closes(id);
  if (!is(id, Is::asked)) return {};
  if (act == Act::peer_rejects) {
    return gone(id, "open_failed " + name + " connection rejected", EndedBy::rejection);
  }
  connections[id] = Is::open;
  return {"opened " + name + " odd/64 even/64"};
}

Lines Model::peer_opens(ConnectionId id) {
  auto const name = std::to_string(id);
  if (id % 2 == 0 && !has(id)) {
    connections[id] = Is::offered;
    return {"requested " + name +
            " odd/64 even/64 {vox-service=Echo, vox-connection-kind=virtual}"};
  }
  return in_spec() ? violate(id, "connection.open") : Lines{"send reject " + name + " {}"};
}

Lines Model::peer_closes(ConnectionId id) {
  if (in_spec() && id == root_connection) return violate(id, "connection.root");
  if (!has(id)) return peer_closes_nothing(id);
  Lines lines;
  if (id == root_connection) {
    lines.emplace_back("warning 0 received ConnectionClose for root connection");
  }
  return lines + gone(id, "closed " + std::to_string(id) + " by peer {}", EndedBy::peer);
}

// Closes may cross, and an opener may not know whether its open was lost with an earlier conduit;
// any other close of what is not there is a violation by the specification.
Lines Model::peer_closes_nothing(ConnectionId id) {
  if (!in_spec()) return {};
  auto const known = past.find(id);
  if (known == past.end() || known->second == EndedBy::rejection) {
    return generation == 0 ? violate(id, "connection.open") : Lines{};
  }
  return known->second == EndedBy::peer ? violate(id, "connection.close") : Lines{};
}

Lines Model::we_want(Act act, ConnectionId id) {
  if (act == Act::open) return open();
  if (act == Act::close) return close(id);
  if (act == Act::consent || act == Act::refuse) return decide(act, id);
  if (act == Act::drop_caller) return drop_caller(id);
  if (act == Act::shut_down) return end("shutdown");
  return resume(act);
}

Lines Model::open() {
  if (!is_connected) return {refused(text::open_while_disconnected)};
  auto const id = std::exchange(next, next + 2);
  connections[id] = Is::asked;
  return {"send open " + std::to_string(id) + " odd/64 {vox-service=Echo}"};
}

Lines Model::close(ConnectionId id) {
  auto const name = std::to_string(id);
  if (!is_connected) return {refused(text::close_while_disconnected)};
  if (id == root_connection) return {refused(text::close_of_root)};
  if (!has(id)) return {refused(text::connection_not_found)};
  return gone(id, "closed " + name + " by us {}", EndedBy::us) +
         Lines{"send close " + name + " {}"};
}

Lines Model::decide(Act act, ConnectionId id) {
  auto const name = std::to_string(id);
  if (!is(id, Is::offered)) return {refused(Misuse::connection_not_offered)};
  if (!is_connected) return {refused(Misuse::disconnected)};
  if (act == Act::refuse) {
    return gone(id, "", in_spec() ? EndedBy::us : EndedBy::rejection) +
           Lines{"send reject " + name + " {}"};
  }
  connections[id] = Is::open;
  return {"opened " + name + " odd/64 even/64", "send accept " + name + " odd/64 {}"};
}

Lines Model::drop_caller(ConnectionId id) {
  auto const name = std::to_string(id);
  if (id == root_connection) {
    root_is_released = true;
    return end_if_unused();
  }
  if (!has(id)) return {};
  auto const told = is_connected ? Lines{"send close " + name + " {}"} : Lines{};
  return gone(id, "closed " + name + " by caller_drop {}", EndedBy::us) + told;
}

Lines Model::resume(Act act) {
  if (is_connected) return {refused(text::resume_while_connected)};
  if (act == Act::resume_with_our_settings_changed) return {refused(text::local_settings_changed)};
  if (act == Act::resume_with_their_settings_changed) {
    return {refused(text::peer_settings_changed)};
  }
  is_connected = true;
  Lines lines{"resumed " + std::to_string(++generation) + " with retry"};
  if (!in_spec()) return lines;
  // The answer may have been lost with the old conduit.
  Lines told;
  for (auto const& [id, what] : std::map{connections}) {
    if (what != Is::asked || has_ended) continue;
    lines = lines + gone(id, "closed", EndedBy::us);
    told.push_back("send close " + std::to_string(id) + " {}");
  }
  return lines + told;
}

}  // namespace voxspec::test
