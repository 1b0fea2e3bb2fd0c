#pragma once
#include "impl/schema/extract.hpp"
#include "impl/schema/instances.hpp"
#include "impl/schema/plan.hpp"
#include "impl/wire/shape.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <expected>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vox::schema {

// Makes one plan. Pairs of types wait in a queue instead of on the stack, and each pair gets one
// step however often it is met, so that types which contain themselves and types nested without end
// cost no more than the limit.
class PlanBuilder {
 public:
  PlanBuilder(Registry const& remote, Registry const& local, PlanOptions const& options)
      : limits_{options.limits},
        remote_{remote, limits_.plan_steps_max, limits_.walk_steps_max},
        local_{local, limits_.plan_steps_max, limits_.walk_steps_max},
        stand_ins_{options.stand_ins},
        as_shipped_{options.as_shipped},
        assumes_defaults_{options.assumes_defaults},
        weight_left_{limits_.plan_steps_max} {}

  // Says what our fields are that the peer may leave out.
  void know_defaults(std::span<FieldDefault const> defaults);
  [[nodiscard]] std::expected<Plan, PlanError> run(TypeRef const& remote, TypeRef const& local);

  // The plan from a remote type to itself. The elements of channels are no part of a value and are
  // not looked at.
  [[nodiscard]] std::expected<Plan, PlanError> run_walk(TypeRef const& remote);

  // The channels of a walk, by the number that their ChannelStep has.
  struct FoundChannel {
    shape::ChannelDirection direction = shape::ChannelDirection::tx;
    TypeRef element;  // outside of any declaration
  };
  [[nodiscard]] std::expected<std::vector<FoundChannel>, PlanError> channels() const;

 private:
  enum class Side : std::uint8_t { remote, local };
  // A type of one side.
  struct Type {
    Side side = Side::remote;
    Instances::Index index = 0;
    auto operator<=>(Type const&) const = default;
  };
  // What arrives and what it becomes.
  struct Pair {
    Type from;
    Type to;
    auto operator<=>(Pair const&) const = default;
  };
  // How a step was reached, for paths in errors.
  struct Origin {
    StepIndex parent = 0;
    std::string label;
  };
  struct Waiting {
    StepIndex step = 0;
    Pair pair;
  };

  [[nodiscard]] Instances& types(Side side) { return side == Side::remote ? remote_ : local_; }
  [[nodiscard]] Kind const& kind(Type type) { return types(type.side).kind(type.index); }
  [[nodiscard]] bool is(Type type, Primitive primitive) { return kind(type) == Kind{primitive}; }
  // The type of a reference, in the body of a type or outside of any; an error if it has none.
  [[nodiscard]] std::optional<Type> resolve(Side side, TypeRef const& reference,
                                            std::optional<Instances::Index> body = std::nullopt);

  // The step for a pair, or for parts of the current one. After an error it is of no use.
  StepIndex step_for(Pair const& pair, std::string_view label);
  StepIndex step_for(TypeRef const& from, TypeRef const& to, std::string_view label);
  StepIndex step_over(TypeRef const& from, std::string_view label);
  StepIndex new_step(std::string_view label);
  void spend(std::size_t weight);
  // The same for a name that is compared with others.
  void spend_on(std::string_view name) { spend(1 + name.size() / 64); }
  void settle_empty_steps();

  PlanStep make_step();
  PlanStep make(Primitive from, Primitive to);
  PlanStep make(Struct const& from, Struct const& to);
  PlanStep make(Enum const& from, Enum const& to);
  PlanStep make(Tuple const& from, Tuple const& to);
  PlanStep make(List const& from, List const& to);
  PlanStep make(Map const& from, Map const& to);
  PlanStep make(Array const& from, Array const& to);
  PlanStep make(Option const& from, Option const& to);
  PlanStep make(Channel const& from, Channel const& to);
  FieldsStep match_fields(std::span<Field const> from, std::span<Field const> to);
  void take_defaults(FieldsStep& step, std::span<Field const> from, std::span<Field const> to,
                     std::vector<bool> const& arrives);
  FieldsStep match_elements(std::span<TypeRef const> from, std::span<TypeRef const> to);
  void number_variants(EnumStep& step, Enum const& from);
  StepIndex match_variants(Variant const& from, Variant const& to);
  FieldsStep match_payloads(Variant const& from, Variant const& to);
  bool is_stand_in(Variant const& from, Variant const& to);

  void fail(Rule rule, std::string detail);
  PlanStep fail_mismatch(std::string_view what);
  void fail_missing(Field const& field, std::span<Field const> announced);
  [[nodiscard]] std::string describe(Type type);
  [[nodiscard]] std::string path() const;

  Limits limits_;
  Instances remote_;
  Instances local_;
  bool stand_ins_;
  bool as_shipped_;
  bool assumes_defaults_;
  std::size_t weight_left_;
  bool only_walks_ = false;
  std::vector<std::pair<shape::ChannelDirection, Instances::Index>> channels_;  // of a walk
  std::map<std::pair<Instances::Index, std::string>, Bytes> defaults_;

  std::vector<PlanStep> steps_;
  std::vector<Origin> origins_;
  std::map<Pair, StepIndex> step_of_;
  std::deque<Waiting> waiting_;
  Waiting current_;
  std::string_view label_;  // of the part that is being looked at
  std::optional<PlanError> error_;
};

}  // namespace vox::schema
