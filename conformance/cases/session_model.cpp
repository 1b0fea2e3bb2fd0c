#include "conformance/cases/session_model.hpp"

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

}  // namespace

Lines Model::after(Act act, ConnectionId id) {
  Lines lines;
  if (act == Act::lose_conduit) {
    if (is_connected && !has_ended) lines.push_back("disconnected");
    is_connected = false;
  } else if (act <= Act::peer_closes) {
    if (is_connected && !has_ended) peer_says(lines, act, id);
  } else if (has_ended) {
    lines.push_back(refused(text::session_closed));
  } else {
    we_want(lines, act, id);
  }
  return lines;
}

void Model::end(Lines& lines, std::string_view cause) {
  has_ended = true;
  for (auto const& [id, what] : connections) {
    lines.push_back(what == Is::asked
                        ? "open_failed " + std::to_string(id) + " protocol error: session closed"
                        : "closed " + std::to_string(id) + " by session_end {}");
  }
  connections.clear();
  lines.push_back("ended " + std::string{cause});
}

void Model::violate(Lines& lines, ConnectionId id, std::string_view rule) {
  lines.push_back("send protocol_error 0 " + std::string{rule} + ": message on connection " +
                  std::to_string(id) + " that is not allowed there");
  end(lines, "violation " + std::string{rule});
}

// The connection is no more; with the last virtual one a session ends whose root nobody holds.
void Model::gone(Lines& lines, ConnectionId id, std::string_view how, EndedBy by) {
  if (how.starts_with("closed") && is(id, Is::asked)) {
    lines.push_back("open_failed " + std::to_string(id) + " protocol error: session closed");
  } else if (!how.empty()) {
    lines.push_back(std::string{how});
  }
  connections.erase(id);
  past[id] = by;
  auto const rest = connections.size() - (is(root_connection, Is::root) ? 1U : 0U);
  if (root_is_released && rest == 0) end(lines, "root_released");
}

void Model::peer_says(Lines& lines, Act act, ConnectionId id) {
  auto const name = std::to_string(id);
  if (act == Act::peer_opens) return peer_opens(lines, id);
  if (act == Act::peer_closes) return peer_closes(lines, id);
  if (!is(id, Is::asked)) return;
  if (act == Act::peer_rejects) {
    return gone(lines, id, "open_failed " + name + " connection rejected", EndedBy::rejection);
  }
  connections[id] = Is::open;
  lines.push_back("opened " + name + " odd/64 even/64");
}

void Model::peer_opens(Lines& lines, ConnectionId id) {
  auto const name = std::to_string(id);
  if (id % 2 == 0 && !has(id)) {
    connections[id] = Is::offered;
    lines.push_back("requested " + name +
                    " odd/64 even/64 {vox-service=Echo, vox-connection-kind=virtual}");
  } else if (in_spec()) {
    violate(lines, id, "connection.open");
  } else {
    lines.push_back("send reject " + name + " {}");
  }
}

void Model::peer_closes(Lines& lines, ConnectionId id) {
  if (in_spec() && id == root_connection) return violate(lines, id, "connection.root");
  if (!has(id)) return peer_closes_nothing(lines, id);
  if (id == root_connection)
    lines.push_back("warning 0 received ConnectionClose for root connection");
  gone(lines, id, "closed " + std::to_string(id) + " by peer {}", EndedBy::peer);
}

// Closes may cross, and an opener may not know whether its open was lost with an earlier conduit;
// any other close of what is not there is a violation by the specification.
void Model::peer_closes_nothing(Lines& lines, ConnectionId id) {
  if (!in_spec()) return;
  auto const known = past.find(id);
  if (known == past.end() || known->second == EndedBy::rejection) {
    if (generation == 0) violate(lines, id, "connection.open");
  } else if (known->second == EndedBy::peer) {
    violate(lines, id, "connection.close");
  }
}

void Model::we_want(Lines& lines, Act act, ConnectionId id) {
  if (act == Act::open) return open(lines);
  if (act == Act::close) return close(lines, id);
  if (act == Act::consent || act == Act::refuse) return decide(lines, act, id);
  if (act == Act::drop_caller) return drop_caller(lines, id);
  if (act == Act::shut_down) return end(lines, "shutdown");
  resume(lines, act);
}

void Model::open(Lines& lines) {
  if (!is_connected) return lines.push_back(refused(text::open_while_disconnected));
  auto const id = std::exchange(next, next + 2);
  connections[id] = Is::asked;
  lines.push_back("send open " + std::to_string(id) + " odd/64 {vox-service=Echo}");
}

void Model::close(Lines& lines, ConnectionId id) {
  auto const name = std::to_string(id);
  if (!is_connected) return lines.push_back(refused(text::close_while_disconnected));
  if (id == root_connection) return lines.push_back(refused(text::close_of_root));
  if (!has(id)) return lines.push_back(refused(text::connection_not_found));
  lines.push_back("send close " + name + " {}");
  gone(lines, id, "closed " + name + " by us {}", EndedBy::us);
}

void Model::decide(Lines& lines, Act act, ConnectionId id) {
  auto const name = std::to_string(id);
  if (!is(id, Is::offered)) return lines.push_back(refused(Misuse::connection_not_offered));
  if (!is_connected) return lines.push_back(refused(Misuse::disconnected));
  if (act == Act::refuse) {
    lines.push_back("send reject " + name + " {}");
    return gone(lines, id, "", EndedBy::us);
  }
  connections[id] = Is::open;
  lines.push_back("send accept " + name + " odd/64 {}");
  lines.push_back("opened " + name + " odd/64 even/64");
}

void Model::drop_caller(Lines& lines, ConnectionId id) {
  auto const name = std::to_string(id);
  if (id == root_connection) {
    root_is_released = true;
    auto const rest = connections.size() - (is(root_connection, Is::root) ? 1U : 0U);
    if (rest == 0) end(lines, "root_released");
    return;
  }
  if (!has(id)) return;
  if (is_connected) lines.push_back("send close " + name + " {}");
  gone(lines, id, "closed " + name + " by caller_drop {}", EndedBy::us);
}

void Model::resume(Lines& lines, Act act) {
  if (is_connected) return lines.push_back(refused(text::resume_while_connected));
  if (act == Act::resume_with_our_settings_changed) {
    return lines.push_back(refused(text::local_settings_changed));
  }
  if (act == Act::resume_with_their_settings_changed) {
    return lines.push_back(refused(text::peer_settings_changed));
  }
  is_connected = true;
  lines.push_back("resumed " + std::to_string(++generation) + " with retry");
  if (!in_spec()) return;
  // The answer may have been lost with the old conduit.
  for (auto const& [id, what] : std::map{connections}) {
    if (what != Is::asked || has_ended) continue;
    lines.push_back("send close " + std::to_string(id) + " {}");
    gone(lines, id, "closed", EndedBy::us);
  }
}

}  // namespace voxspec::test
