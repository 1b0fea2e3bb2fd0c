#pragma once
#include "conformance/subjects/cpp/scenario.hpp"
#include "impl/net/session_builder.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <string_view>
#include <vector>

// The scenarios that call Probe, on a connection that they open for it.
namespace voxspec::subject {

[[nodiscard]] std::vector<std::string_view> probe_scenario_names();
[[nodiscard]] bool has_probe_scenario(std::string_view name);
// Plays the scenario of that name, which has to exist. The root's client keeps the session alive.
[[nodiscard]] boost::asio::awaitable<Played> play_with_probe(std::string name,
                                                             vox::net::SessionHandle session,
                                                             TestbedClient root);

}  // namespace voxspec::subject
