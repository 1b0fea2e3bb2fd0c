#pragma once
#include "conformance/subjects/cpp/scenario.hpp"

#include <boost/asio/awaitable.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Scenarios as a table: an array of these, by name.
namespace voxspec::subject {

template <class... Args>
struct NamedScenario {
  std::string_view name;
  boost::asio::awaitable<Played> (*run)(Args... args);
};

template <class Table>
std::vector<std::string_view> names_in(Table const& table) {
  std::vector<std::string_view> names;
  for (auto const& scenario : table)
    names.push_back(scenario.name);
  return names;
}

template <class Table>
auto find_in(Table const& table, std::string_view name) {
  return std::ranges::find(table, name, &Table::value_type::name);
}

template <class Table>
bool has_name(Table const& table, std::string_view name) {
  return find_in(table, name) != table.end();
}

// Plays the scenario of that name, which has to be in the table. It outlives the coroutine.
template <class Table, class... Args>
boost::asio::awaitable<Played> play_from(Table const& table, std::string name, Args... args) {
  auto played = co_await find_in(table, name)->run(std::move(args)...);
  if (!played) co_return std::unexpected(name + ": " + played.error());
  co_return played;
}

}  // namespace voxspec::subject
