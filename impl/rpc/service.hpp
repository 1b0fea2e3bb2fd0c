#pragma once
#include "impl/rpc/method.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <deque>
#include <string>
#include <string_view>

namespace vox::rpc {

// The methods that one side serves on a connection, by their ids. It outlives every endpoint that
// refers to it.
// r[impl rpc.service] r[impl rpc.one-service-per-connection]
class Service {
 public:
  explicit Service(std::string_view name) : name_{name} {}
  Service(Service const&) = delete;
  Service& operator=(Service const&) = delete;
  Service(Service&&) = delete;
  Service& operator=(Service&&) = delete;
  ~Service() = default;

  // The method stays where it is.
  Method const& add(std::string_view name, Method::Types types,
                    Repeat repeat = Repeat::non_idempotent,
                    Persistence persistence = Persistence::none) {
    auto const& method = methods_.emplace_back(name_, name, types, repeat, persistence);
    by_id_.emplace(method.id(), &method);
    return method;
  }

  [[nodiscard]] std::string const& name() const { return name_; }
  // Null for an id that no method has.
  [[nodiscard]] Method const* find(MethodId id) const {
    auto const found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : found->second;
  }
  [[nodiscard]] std::deque<Method> const& methods() const { return methods_; }

 private:
  std::string name_;
  std::deque<Method> methods_;
  boost::unordered_flat_map<MethodId, Method const*> by_id_;
};

}  // namespace vox::rpc
