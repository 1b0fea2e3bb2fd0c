#pragma once
#include "conformance/subjects/cpp/testbed.hpp"

#include <boost/asio/awaitable.hpp>

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace voxspec::subject {

// How a scenario went: the error is one line that begins with the scenario's name.
using Played = std::expected<void, std::string>;

[[nodiscard]] std::vector<std::string_view> scenario_names();
// Whether the scenario waits for somebody to break the link, and fails otherwise.
[[nodiscard]] bool wants_broken_link(std::string_view name);
[[nodiscard]] bool has_scenario(std::string_view name);
// Plays the scenario of that name, which has to exist, and checks what it gets.
[[nodiscard]] boost::asio::awaitable<Played> play(std::string name, TestbedClient client);

}  // namespace voxspec::subject
