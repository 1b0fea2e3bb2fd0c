#include "conformance/subjects/cpp/settings.hpp"

#include "conformance/subjects/cpp/probe_scenarios.hpp"
#include "conformance/subjects/cpp/scenario.hpp"

#include <boost/describe/enum_from_string.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <concepts>
#include <utility>

namespace voxspec::subject {

namespace {

template <class T>
using Read = std::expected<T, std::string>;

std::unexpected<std::string> refusal(std::string const& name, std::string const& value,
                                     std::string_view expected) {
  return std::unexpected(name + "=" + value + ": " + std::string{expected});
}

template <std::unsigned_integral T>
std::optional<T> parse_number(std::string_view text) {
  T value{};
  auto const* const begin = text.data();
  auto const* const end = begin + text.size();
  auto const [stopped, error] = std::from_chars(begin, end, value);
  if (error != std::errc{} || stopped != end) return std::nullopt;
  return value;
}

template <std::unsigned_integral T>
Read<T> number(Environment const& environment, std::string const& name) {
  auto const text = environment(name);
  if (!text) return T{0};
  auto const value = parse_number<T>(*text);
  if (!value) return refusal(name, *text, "expected a number that fits");
  return *value;
}

Read<vox::ConduitMode> conduit(Environment const& environment) {
  auto const text = environment("SPEC_CONDUIT").value_or("bare");
  if (text == "bare") return vox::ConduitMode::bare;
  if (text == "stable") return vox::ConduitMode::stable;
  return refusal("SPEC_CONDUIT", text, "expected bare or stable");
}

Read<bool> flag(Environment const& environment, std::string const& name, bool otherwise) {
  auto const text = environment(name).value_or(otherwise ? "1" : "0");
  if (text == "1" || text == "0") return text == "1";
  return refusal(name, text, "expected 0 or 1");
}

// `interval,timeout` in milliseconds. Zero would run without keepalive and is refused.
Read<std::optional<vox::session::KeepaliveSettings>> keepalive(Environment const& environment) {
  auto const text = environment("KEEPALIVE_MS");
  if (!text) return std::nullopt;
  auto const comma = std::min(text->find(','), text->size() - 1);
  auto const interval = parse_number<std::uint32_t>(text->substr(0, comma)).value_or(0);
  auto const timeout = parse_number<std::uint32_t>(text->substr(comma + 1)).value_or(0);
  if (interval == 0 || timeout == 0) {
    return refusal("KEEPALIVE_MS", *text,
                   "expected interval,timeout in milliseconds, both above zero");
  }
  return vox::session::KeepaliveSettings{.interval = std::chrono::milliseconds{interval},
                                         .timeout = std::chrono::milliseconds{timeout}};
}

Read<vox::link::Address> peer(Environment const& environment) {
  auto const text = environment("PEER_ADDR");
  if (!text) {
    return std::unexpected(std::string{"PEER_ADDR is not set: it says where the peer listens"});
  }
  auto address = vox::link::Address::parse(*text);
  if (!address) return refusal("PEER_ADDR", *text, address.error());
  return *std::move(address);
}

Read<vox::link::Address> listen_address(Environment const& environment) {
  auto const port = number<std::uint16_t>(environment, "LISTEN_PORT");
  if (!port) return std::unexpected(port.error());
  vox::link::Address address{
      .transport = vox::link::Transport::tcp, .host = "127.0.0.1", .port = *port, .path = {}};
  auto const text = environment("LISTEN_TRANSPORT").value_or("tcp");
  if (text == "tcp") return address;
  if (text == "ws") {
    address.transport = vox::link::Transport::websocket;
    address.path = "/";
    return address;
  }
  if (text != "local") return refusal("LISTEN_TRANSPORT", text, "expected tcp, ws or local");
  auto const path = environment("LISTEN_PATH");
  if (!path) {
    return std::unexpected(
        std::string{"LISTEN_PATH is not set: LISTEN_TRANSPORT=local needs a socket path"});
  }
  return vox::link::Address{
      .transport = vox::link::Transport::local, .host = {}, .port = 0, .path = *path};
}

// Mode, address and scenario.
Read<Settings> part(Environment const& environment) {
  Settings settings;
  auto const mode = environment("SUBJECT_MODE").value_or("server");
  if (mode == "server-listen") {
    settings.mode = Mode::server_listen;
  } else if (mode == "client") {
    settings.mode = Mode::client;
    settings.scenario = environment("CLIENT_SCENARIO").value_or("echo");
    if (!has_scenario(settings.scenario) && !has_probe_scenario(settings.scenario)) {
      return refusal("CLIENT_SCENARIO", settings.scenario, "no such scenario");
    }
  } else if (mode != "server") {
    return refusal("SUBJECT_MODE", mode, "expected server, client or server-listen");
  }
  auto address =
      settings.mode == Mode::server_listen ? listen_address(environment) : peer(environment);
  if (!address) return std::unexpected(std::move(address.error()));
  settings.address = std::move(*address);
  return settings;
}

}  // namespace

Read<Settings> read_settings(Environment const& environment) {
  auto settings = part(environment);
  if (!settings) return settings;
  auto const mode = conduit(environment);
  if (!mode) return std::unexpected(mode.error());
  auto const accepts = flag(environment, "ACCEPT_CONNECTIONS", true);
  if (!accepts) return std::unexpected(accepts.error());
  auto const takes_orders = flag(environment, "VOXSPEC_CONTROL", false);
  if (!takes_orders) return std::unexpected(takes_orders.error());
  auto const pings = keepalive(environment);
  if (!pings) return std::unexpected(pings.error());
  auto const wait = number<std::uint32_t>(environment, "CONNECT_WAIT_MS");
  if (!wait) return std::unexpected(wait.error());
  auto const opens = number<std::uint32_t>(environment, "OPEN_CONNECTIONS");
  if (!opens) return std::unexpected(opens.error());
  settings->conduit = *mode;
  settings->accepts_connections = *accepts;
  settings->takes_orders = *takes_orders;
  settings->keepalive = *pings;
  if (*wait > 0) settings->connect_wait = std::chrono::milliseconds{*wait};
  settings->open_connections = *opens;
  if (auto const name = environment("VOXSPEC_FAULT")) {
    if (!boost::describe::enum_from_string(name->c_str(), settings->misbehaviour)) {
      return std::unexpected("VOXSPEC_FAULT=" + *name + ": there is no such fault");
    }
  }
  settings->store_path = environment("STORE_PATH").value_or("");
  return settings;
}

std::optional<vox::Rulebook> find_rulebook(std::string_view name) {
  vox::Rulebook rulebook{};
  if (!boost::describe::enum_from_string(std::string{name}.c_str(), rulebook)) return std::nullopt;
  return rulebook;
}

}  // namespace voxspec::subject
