#pragma once
#include "impl/schema/plan.hpp"
#include "impl/schema/schema.hpp"
#include "spec/limits.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// Whether two versions of a type understand each other.
namespace vox::schema {

// Whether values of one type can be read as another's. `unreadable` are the variants that a sender
// may use and the reader does not know: types go together as long as none of them is sent.
struct Reading {
  std::optional<PlanError> error;       // in whose words the sender's type is the remote one
  std::vector<std::string> unreadable;  // as "Shape::Circle"
  [[nodiscard]] bool is_possible() const { return !error; }
};

enum class Verdict : std::uint8_t { compatible, only_a_as_b, only_b_as_a, breaking };

struct Compatibility {
  Reading a_as_b;
  Reading b_as_a;
  [[nodiscard]] Verdict verdict() const;
};

// Plans the translation of values both ways. A field that is not required counts as one with a
// default, whatever that is.
[[nodiscard]] Compatibility compare(SchemaPayload const& a, SchemaPayload const& b,
                                    Limits const& limits = {});

}  // namespace vox::schema
