#pragma once
#include "impl/schema/extract.hpp"
#include "impl/schema/kind.hpp"
#include "impl/schema/registry.hpp"
#include "impl/schema/schema.hpp"
#include "impl/wire/bytes.hpp"
#include "spec/dialect.hpp"
#include "spec/limits.hpp"
#include "spec/rule.hpp"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

// What has to be done to values of a peer's type so that they become values of ours.
namespace vox::schema {

// The steps of a plan refer to each other by number; types that contain themselves make cycles.
using StepIndex = std::uint32_t;

// The same bytes on both sides.
struct CopyStep {
  Primitive primitive = Primitive::unit;
};
// A channel is its id. Channels of one type share a step, and `channel` is that type's number.
struct ChannelStep {
  std::uint32_t channel = 0;
};
// A count and so many elements; an entry of a map is a FieldsStep of key and value.
struct ListStep {
  StepIndex element = 0;
};
struct ArrayStep {
  StepIndex element = 0;
  std::uint64_t length = 0;
};
struct OptionStep {
  StepIndex element = 0;
};
// Fields or elements one after the other, in the order in which they arrive. Each has its place
// among ours, or none: then it is passed over. What does not arrive takes its default.
// r[impl schema.translation.reorder] r[impl schema.translation.skip-unknown]
// r[impl schema.translation.fill-defaults]
struct FieldsStep {
  struct Arriving {
    StepIndex step = 0;
    std::optional<std::uint32_t> place;
  };
  struct Missing {
    std::uint32_t place = 0;
    Bytes value;
  };
  std::vector<Arriving> arriving;
  std::vector<Missing> missing;
  bool in_order = true;  // the places ascend and nothing is missing
};
// One of several variants. One that is not known here may be announced, but not received.
// r[impl schema.translation.enum.unknown-variant]
struct EnumStep {
  struct Alternative {
    std::string name;
    std::optional<std::uint32_t> place;
    StepIndex payload = 0;
  };
  // Which alternative a number stands for on the wire. Empty if that is its position.
  struct Number {
    std::uint32_t number = 0;
    std::uint32_t alternative = 0;
  };
  std::string name;
  std::vector<Alternative> alternatives;
  std::vector<Number> numbers{};  // ascending
};
using PlanStep =
    std::variant<CopyStep, ChannelStep, ListStep, ArrayStep, OptionStep, FieldsStep, EnumStep>;

// A whole translation. It owns all that it needs; the schemas it was made of may go. Without steps
// both types are the same, and their bytes are.
class Plan {
 public:
  Plan() = default;
  explicit Plan(std::vector<PlanStep> steps) : steps_{std::move(steps)} {}

  [[nodiscard]] bool is_identity() const { return steps_.empty(); }
  [[nodiscard]] PlanStep const& step(StepIndex index) const { return steps_[index]; }
  [[nodiscard]] std::span<PlanStep const> steps() const { return steps_; }

 private:
  std::vector<PlanStep> steps_;  // the first is the root's
};

// Why there is no plan: found when the types are known, before any value comes. The call fails, the
// connection does not.
// r[impl schema.errors.early-detection] r[impl schema.errors.content]
struct PlanError {
  Rule rule;
  std::string path;    // from the root to the place, as in ".0.entries.kind::File.mime"
  std::string detail;  // what the remote type is, by name and id, what ours is, and what is wrong

  [[nodiscard]] std::string text() const {
    return path.empty() ? detail : "at " + path + ": " + detail;
  }
};

struct PlanOptions {
  // 0.4.0 announces a method's response as Result<(), VoxError<never>>, or with one of the two, if
  // its first answer is no value, and sends values under that announcement later. With this, what
  // comes in the place of such a stand-in is taken for our own type.
  bool stand_ins = false;
  // As 0.4.0 does: structs and enums must have the same names, and a variant goes by its position
  // in the list, whatever index is announced for it.
  bool as_shipped = false;
  // For a plan that only has to be possible: every field that is not required has some default.
  bool assumes_defaults = false;
  Limits limits = {};
};

// Compares a peer's type with ours. Fields of structs and variants of enums are matched by name;
// the names of the types themselves are the peer's own. Everything else must be of the same kind
// all the way down: equal primitives, lists of what can be translated, tuples of one length, arrays
// too, channels of one direction; bytes and lists of u8 are the same. The remote type's schemas are
// in `remote`.
// r[impl schema.translation.field-matching] r[impl schema.translation.type-compat]
// r[impl schema.translation.enum] r[impl schema.translation.tuple]
[[nodiscard]] std::expected<Plan, PlanError> build_plan(Registry const& remote,
                                                        TypeRef const& remote_type,
                                                        LocalType const& local,
                                                        PlanOptions const& options = {});
[[nodiscard]] std::expected<Plan, PlanError> build_plan(SchemaPayload const& remote,
                                                        LocalType const& local,
                                                        PlanOptions const& options = {});

// The plan for messages, from the schemas that a peer announced in the handshake, root last. An
// empty list means that they are like ours.
[[nodiscard]] std::expected<Plan, PlanError> build_message_plan(std::span<Schema const> announced,
                                                                PlanOptions const& options = {},
                                                                Dialect dialect = Dialect::vox_0_4);

// The plan from a type to itself, for walking over values of types that we do not have.
[[nodiscard]] std::expected<Plan, PlanError> build_walk(Registry const& registry,
                                                        TypeRef const& type,
                                                        Limits const& limits = {});

}  // namespace vox::schema
