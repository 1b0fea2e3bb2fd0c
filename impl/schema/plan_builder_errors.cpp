#include "impl/schema/plan_builder.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

// What a plan's errors say.
namespace vox::schema {

void PlanBuilder::fail(Rule rule, std::string detail) {
  if (!error_) error_ = PlanError{.rule = rule, .path = path(), .detail = std::move(detail)};
}

// r[impl schema.errors.type-mismatch]
PlanStep PlanBuilder::fail_mismatch(std::string_view what) {
  fail("schema.errors.type-mismatch", std::string{what} + ": remote is " +
                                          describe(current_.pair.from) + ", local is " +
                                          describe(current_.pair.to));
  return {};
}

// r[impl schema.errors.missing-required]
void PlanBuilder::fail_missing(Field const& field, std::span<Field const> announced) {
  constexpr std::size_t listed_max = 16;
  std::string list;
  for (std::size_t i = 0; i < std::min(announced.size(), listed_max); ++i) {
    if (i > 0) list += ", ";
    list += excerpt(announced[i].name);
  }
  if (announced.size() > listed_max) list += ", …";
  auto const type = types(current_.pair.to.side).resolve(field.type, current_.pair.to.index);
  auto const type_name = type ? describe({current_.pair.to.side, *type}) : std::string{"unknown"};
  fail("schema.errors.missing-required", "required field '" + std::string{excerpt(field.name)} +
                                             "' of type " + type_name + " missing from remote " +
                                             describe(current_.pair.from) +
                                             " (remote has fields: " + list + ")");
}

// A type by its name; a remote one with its id, since its name may mean something else there.
std::string PlanBuilder::describe(Type type) {
  auto text = "`" + types(type.side).rust_name(type.index) + "`";
  if (type.side == Side::remote) text += " (type " + hex_of(types(type.side).id(type.index)) + ")";
  return text;
}

std::string PlanBuilder::path() const {
  constexpr std::size_t length_max = 512;
  std::vector<std::string_view> labels{label_};
  std::size_t length = 0;
  for (auto step = current_.step; step != 0 && length < length_max; step = origins_[step].parent) {
    labels.emplace_back(origins_[step].label);
    length += labels.back().size();
  }
  std::string path;
  for (auto const& label : std::views::reverse(labels))
    path += label;
  return path;
}

}  // namespace vox::schema
