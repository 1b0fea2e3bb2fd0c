#pragma once
#include "conformance/peer/fault.hpp"

#include <map>
#include <set>
#include <string>

namespace voxspec {

// The parameters that {"$": "name"} can name at one place: those of the row, of the repeats around
// it and, inside a macro, those of the macro alone. A scope refers to the one around it, which
// outlives it, and remembers which of its parameters were used.
class Scope {
 public:
  explicit Scope(Scope const* around = nullptr) : around_{around} {}

  void set(std::string const& name, Json value) { values_[name] = std::move(value); }
  // The value, or null if nothing has that name.
  [[nodiscard]] Json const* find(std::string const& name) const;
  [[nodiscard]] std::vector<std::string> names() const;
  // Its own parameters that nothing has asked for.
  [[nodiscard]] std::vector<std::string> unused() const;

 private:
  Scope const* around_;
  std::map<std::string, Json> values_;
  mutable std::set<std::string> used_;
};

// The value with every parameter put in. {"$": "name"} alone becomes the value; beside other keys,
// an object's entries take its place. {"$": "$name"} becomes "$" and the value, a name to be bound.
// Throws Fault.
[[nodiscard]] Json substituted(Place const& place, Scope const& scope);
// The same without a copy of what has no parameter: that is the value as it stands there; what had
// one is kept in `made`.
[[nodiscard]] Json const& substituted(Place const& place, Scope const& scope, Json& made);
// The same for the place itself, not for what it holds.
[[nodiscard]] Json const& substituted_shallow(Place const& place, Scope const& scope, Json& made);

}  // namespace voxspec
