#pragma once
#include "conformance/subjects/cpp/testbed.hpp"

#include <boost/asio/awaitable.hpp>
#include <nlohmann/json.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

// What the control channel can have this subject call, and the channels of such calls.
namespace voxspec::subject {

using Json = nlohmann::json;

// Our end of one channel.
using Half = std::variant<vox::net::Tx<std::int32_t>, vox::net::Rx<std::int32_t>,
                          vox::net::Tx<std::string>, vox::net::Rx<std::string>>;

// Our ends, by the names that the control channel gave them. An end may be in use while another one
// gets its name.
class Halves {
 public:
  void keep(std::string const& name, Half half) {
    by_name_[name] = std::make_shared<Half>(std::move(half));
  }
  // Null if there is none.
  [[nodiscard]] std::shared_ptr<Half> find(std::string const& name) const {
    auto const found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : found->second;
  }

 private:
  std::map<std::string, std::shared_ptr<Half>> by_name_;
};

// Calls the method and waits: {"returned": value}, or {"failed": word}, with the method's own error
// as "error". The arguments have been looked at before.
[[nodiscard]] boost::asio::awaitable<Json> call_method(TestbedClient client,
                                                       std::string const& method, Json args,
                                                       Halves& halves);
// Why a call like this cannot be made; nothing if it can.
[[nodiscard]] std::optional<std::string> cannot_call(std::string const& method, Json const& args);

// Sends the items so many times over: {"sent": n}, with the word of what kept it from sending the
// rest as "failed".
[[nodiscard]] boost::asio::awaitable<Json> send_items(std::shared_ptr<Half> half, Json items,
                                                      std::uint64_t times);
// {"items": […]}, with the word of what ended the channel as "ended".
[[nodiscard]] boost::asio::awaitable<Json> take_items(std::shared_ptr<Half> half,
                                                      std::uint64_t count);
void end_half(Half& half);

}  // namespace voxspec::subject
