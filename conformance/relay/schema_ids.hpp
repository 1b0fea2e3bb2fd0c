#pragma once
#include "conformance/peer/value.hpp"
#include "conformance/relay/action.hpp"
#include "impl/schema/plan.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>

namespace voxspec::relay {

// From values by the method's own schemas to values by what Retype makes of them; nothing if the
// latter lack something.
[[nodiscard]] std::optional<vox::schema::Plan> plan_to_retyped(Value const& own, Retype const& how);

// What became of the types that one side announces, by connection. Schemas that cannot be read are
// left alone: they are for the other side to judge.
class SchemaIds {
 public:
  // Names types by the ids that they got in earlier announcements, and leaves out schemas that the
  // relay told of before. True if anything is another.
  [[nodiscard]] bool put_into(std::uint64_t connection, Value& schemas);
  // Makes other types of them. The schema that an extra field needs is put in unless it is known.
  [[nodiscard]] bool retype(std::uint64_t connection, Value& schemas, Retype const& how);
  // Gives the schemas the ids of their content.
  [[nodiscard]] bool rehash(std::uint64_t connection, Value& schemas);

 private:
  struct Known {
    std::map<std::uint64_t, std::uint64_t> renamed;  // ids of this side, to those of the relay
    std::set<std::uint64_t> told;                    // as they came from this side
    std::set<std::uint64_t> added;                   // schemas of the relay's own
  };
  std::map<std::uint64_t, Known> known_;
};

}  // namespace voxspec::relay
