#include "impl/schema/compatibility.hpp"

#include <utility>
#include <variant>

namespace vox::schema {

namespace {

Reading read_as(SchemaPayload const& from, SchemaPayload const& to, Limits const& limits) {
  Reading reading;
  auto plan = build_plan(from, LocalType{.payload = to, .defaults = {}},
                         {.assumes_defaults = true, .limits = limits});
  if (!plan) {
    reading.error = std::move(plan.error());
    return reading;
  }
  for (auto const& step : plan->steps()) {
    auto const* const enumeration = std::get_if<EnumStep>(&step);
    if (enumeration == nullptr) continue;
    for (auto const& alternative : enumeration->alternatives) {
      if (alternative.place) continue;
      reading.unreadable.push_back(enumeration->name + "::" + alternative.name);
    }
  }
  return reading;
}

}  // namespace

Verdict Compatibility::verdict() const {
  if (a_as_b.is_possible()) {
    return b_as_a.is_possible() ? Verdict::compatible : Verdict::only_a_as_b;
  }
  return b_as_a.is_possible() ? Verdict::only_b_as_a : Verdict::breaking;
}

Compatibility compare(SchemaPayload const& a, SchemaPayload const& b, Limits const& limits) {
  return {.a_as_b = read_as(a, b, limits), .b_as_a = read_as(b, a, limits)};
}

}  // namespace vox::schema
