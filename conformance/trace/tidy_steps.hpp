#pragma once
#include "conformance/peer/json.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace voxspec {

// Puts macros in place of the steps that they stand for.
class StepTidier {
 public:
  // Of steps without defaults.
  [[nodiscard]] Json steps(Json const& steps);

 private:
  void add_send(Json const& step, Json const* next, Json& out, bool& takes_next);
  [[nodiscard]] std::optional<Json> announce(Json const& item);
  [[nodiscard]] std::optional<Json> request(Json const& item, Json const* next, Json& out,
                                            bool& takes_next);
  [[nodiscard]] std::optional<Json> opening(Json const& item, Json const* next, bool& takes_next);
  [[nodiscard]] static std::optional<Json> small_macro(Json const& item);
  // Whether the id is the one that a macro would take by itself; it counts as used then.
  [[nodiscard]] bool is_next(std::uint64_t& used, Json const& id);

  std::map<std::string, std::uint64_t> requests_;  // the highest id of ours, by connection
  std::uint64_t connections_ = 0;
  std::set<std::pair<std::string, std::string>> announced_;  // arguments, by connection and method
  std::set<std::pair<std::string, std::string>> schema_ids_;
};

}  // namespace voxspec
