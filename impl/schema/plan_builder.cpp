#include "impl/schema/plan_builder.hpp"

#include <algorithm>
#include <type_traits>

namespace vox::schema {

namespace {

std::string_view word_for(VariantPayload const& payload) {
  return std::visit([](auto const& form) { return std::remove_cvref_t<decltype(form)>::tag; },
                    payload);
}

// The newtype's type, or null.
TypeRef const* newtype_of(Variant const& variant) {
  auto const* const payload = std::get_if<NewtypePayload>(&variant.payload);
  return payload == nullptr ? nullptr : &payload->type;
}

bool ascends_without_gaps(FieldsStep const& step) {
  std::uint32_t next = 0;
  for (auto const& part : step.arriving) {
    if (part.place && *part.place != next++) return false;
  }
  return step.missing.empty();
}

}  // namespace

void PlanBuilder::know_defaults(std::span<FieldDefault const> defaults) {
  for (auto const& field : defaults) {
    auto const owner = local_.resolve(field.owner);
    if (owner) defaults_.emplace(std::pair{*owner, field.field}, field.value);
  }
}

std::expected<Plan, PlanError> PlanBuilder::run(TypeRef const& remote, TypeRef const& local) {
  auto const from = resolve(Side::remote, remote);
  auto const to = resolve(Side::local, local);
  if (from && to) step_for(Pair{*from, *to}, "");
  while (!waiting_.empty() && !error_) {
    current_ = waiting_.front();
    waiting_.pop_front();
    auto step = make_step();
    steps_[current_.step] = std::move(step);
  }
  if (error_) return std::unexpected(*std::move(error_));
  settle_empty_steps();
  return Plan{std::move(steps_)};
}

// Steps that take no byte and write none become the step for the unit. A walk is done with them at
// once, where types can have 2^60 of such parts; steps in cycles are none of them, since a type
// that holds itself for certain has no values.
void PlanBuilder::settle_empty_steps() {
  std::vector<std::vector<StepIndex>> users(steps_.size());
  std::vector<std::size_t> parts_left(steps_.size());  // that are not known to be empty
  std::vector<StepIndex> empty;
  auto const count = [&](StepIndex user, std::span<StepIndex const> parts) {
    parts_left[user] = parts.size();
    for (auto const part : parts)
      users[part].push_back(user);
    if (parts.empty()) empty.push_back(user);
  };
  std::vector<StepIndex> parts;
  for (StepIndex index = 0; index < steps_.size(); ++index) {
    auto const& step = steps_[index];
    parts.clear();
    if (auto const* const fields = std::get_if<FieldsStep>(&step)) {
      for (auto const& part : fields->arriving)
        parts.push_back(part.step);
      if (std::ranges::all_of(fields->missing, &Bytes::empty, &FieldsStep::Missing::value)) {
        count(index, parts);
      }
    } else if (auto const* const array = std::get_if<ArrayStep>(&step)) {
      if (array->length > 0) parts.push_back(array->element);
      // An array that is too long for us to make is refused when it comes.
      if (array->length <= limits_.unit_elements_max) count(index, parts);
    } else if (auto const* const copied = std::get_if<CopyStep>(&step)) {
      if (copied->primitive == Primitive::unit) empty.push_back(index);
    }
  }
  while (!empty.empty()) {
    auto const index = empty.back();
    empty.pop_back();
    steps_[index] = CopyStep{Primitive::unit};
    for (auto const user : users[index]) {
      if (--parts_left[user] == 0) empty.push_back(user);
    }
  }
}

std::expected<Plan, PlanError> PlanBuilder::run_walk(TypeRef const& remote) {
  only_walks_ = true;
  return run(remote, remote);
}

std::expected<std::vector<PlanBuilder::FoundChannel>, PlanError> PlanBuilder::channels() const {
  std::vector<FoundChannel> found;
  // Together, since a peer may have many channels of one large type.
  auto parts_left = limits_.plan_steps_max;
  for (auto const& [direction, element] : channels_) {
    auto reference = remote_.reference(element, parts_left);
    if (!reference) {
      return std::unexpected(
          PlanError{.rule = "schema.format",
                    .path = {},
                    .detail = "the elements of the channels are too large types"});
    }
    found.push_back({.direction = direction, .element = *std::move(reference)});
  }
  return found;
}

std::optional<PlanBuilder::Type> PlanBuilder::resolve(Side side, TypeRef const& reference,
                                                      std::optional<Instances::Index> body) {
  auto const index = types(side).resolve(reference, body);
  if (index) return Type{.side = side, .index = *index};
  // r[impl schema.format.self-contained]
  static constexpr Rule rules[] = {"schema.format.self-contained", "schema.format.type-ref",
                                   "schema.format"};
  fail(rules[index.error().index()],
       std::string{side == Side::remote ? "remote " : "local "} + text_of(index.error()));
  return std::nullopt;
}

StepIndex PlanBuilder::step_for(Pair const& pair, std::string_view label) {
  if (auto const known = step_of_.find(pair); known != step_of_.end()) return known->second;
  auto const step = new_step(label);
  step_of_.emplace(pair, step);
  waiting_.push_back({.step = step, .pair = pair});
  return step;
}

StepIndex PlanBuilder::step_for(TypeRef const& from, TypeRef const& to, std::string_view label) {
  label_ = label;
  auto const& body = current_.pair;
  auto const from_type = resolve(body.from.side, from, body.from.index);
  auto const to_type = resolve(body.to.side, to, body.to.index);
  label_ = {};
  return from_type && to_type ? step_for(Pair{*from_type, *to_type}, label) : 0;
}

// What arrives and is not wanted is still walked over, as what it is.
StepIndex PlanBuilder::step_over(TypeRef const& from, std::string_view label) {
  label_ = label;
  auto const type = resolve(current_.pair.from.side, from, current_.pair.from.index);
  label_ = {};
  return type ? step_for(Pair{*type, *type}, label) : 0;
}

StepIndex PlanBuilder::new_step(std::string_view label) {
  spend(1);
  auto const step = static_cast<StepIndex>(steps_.size());
  steps_.emplace_back();
  origins_.push_back({.parent = current_.step, .label = std::string{label}});
  return step;
}

void PlanBuilder::spend(std::size_t weight) {
  if (weight > weight_left_) {
    weight_left_ = 0;
    return fail("schema.format", "the types lead to more steps than the limit");
  }
  weight_left_ -= weight;
}

PlanStep PlanBuilder::make_step() {
  auto& [from, to] = current_.pair;
  if (stand_ins_ && is(from, Primitive::never)) from = to;
  auto const& from_kind = kind(from);
  auto const& to_kind = kind(to);
  if (types(from.side).is_bytes(from.index) && types(to.side).is_bytes(to.index)) {
    return CopyStep{Primitive::bytes};
  }
  spend_on(nominal_name(from_kind));
  bool const is_nominal =
      as_shipped_ && !nominal_name(from_kind).empty() && !nominal_name(to_kind).empty();
  if (is_nominal && nominal_name(from_kind) != nominal_name(to_kind)) {
    return fail_mismatch("type name mismatch");
  }
  return std::visit(
      [&]<class From, class To>(From const& one, To const& other) -> PlanStep {
        if constexpr (std::is_same_v<From, To>) {
          return make(one, other);
        } else {
          return fail_mismatch("structural mismatch");
        }
      },
      from_kind, to_kind);
}

PlanStep PlanBuilder::make(Primitive from, Primitive to) {
  if (from != to) return fail_mismatch("structural mismatch");
  return CopyStep{from};
}

PlanStep PlanBuilder::make(Struct const& from, Struct const& to) {
  return match_fields(from.fields, to.fields);
}

PlanStep PlanBuilder::make(Tuple const& from, Tuple const& to) {
  if (from.elements.size() != to.elements.size()) {
    fail("schema.translation.tuple",
         "tuple length mismatch: remote " + describe(current_.pair.from) + " has " +
             std::to_string(from.elements.size()) + " elements, local " +
             describe(current_.pair.to) + " has " + std::to_string(to.elements.size()));
    return {};
  }
  return match_elements(from.elements, to.elements);
}

PlanStep PlanBuilder::make(List const& from, List const& to) {
  return ListStep{step_for(from.element, to.element, "")};
}

PlanStep PlanBuilder::make(Map const& from, Map const& to) {
  auto const entry = new_step("");
  TypeRef const from_parts[] = {from.key, from.value};
  TypeRef const to_parts[] = {to.key, to.value};
  steps_[entry] = match_elements(from_parts, to_parts);
  return ListStep{entry};
}

PlanStep PlanBuilder::make(Array const& from, Array const& to) {
  if (from.length != to.length) return fail_mismatch("array length mismatch");
  return ArrayStep{.element = step_for(from.element, to.element, ""), .length = from.length};
}

PlanStep PlanBuilder::make(Option const& from, Option const& to) {
  return OptionStep{step_for(from.element, to.element, "")};
}

// The items travel on their own, but whether they can be translated shows here.
PlanStep PlanBuilder::make(Channel const& from, Channel const& to) {
  if (from.direction != to.direction) return fail_mismatch("structural mismatch");
  if (!only_walks_) {
    step_for(from.element, to.element, "");
    return ChannelStep{};
  }
  auto const element = resolve(Side::remote, from.element, current_.pair.from.index);
  if (!element) return {};
  channels_.emplace_back(from.direction, element->index);
  return ChannelStep{static_cast<std::uint32_t>(channels_.size() - 1)};
}

FieldsStep PlanBuilder::match_fields(std::span<Field const> from, std::span<Field const> to) {
  std::map<std::string_view, std::uint32_t> place_of;
  for (std::size_t i = 0; i < to.size(); ++i) {
    place_of.emplace(to[i].name, static_cast<std::uint32_t>(i));
  }
  FieldsStep step;
  std::vector<bool> arrives(to.size());
  for (auto const& field : from) {
    spend_on(field.name);
    if (error_) return step;
    auto const label = "." + std::string{excerpt(field.name)};
    auto const place = place_of.find(field.name);
    if (place == place_of.end() || arrives[place->second]) {
      step.arriving.push_back({.step = step_over(field.type, label), .place = std::nullopt});
      continue;
    }
    arrives[place->second] = true;
    step.arriving.push_back(
        {.step = step_for(field.type, to[place->second].type, label), .place = place->second});
  }
  take_defaults(step, from, to, arrives);
  step.in_order = ascends_without_gaps(step);
  return step;
}

void PlanBuilder::take_defaults(FieldsStep& step, std::span<Field const> from,
                                std::span<Field const> to, std::vector<bool> const& arrives) {
  for (std::size_t i = 0; i < to.size() && !error_; ++i) {
    if (arrives[i]) continue;
    auto const value = defaults_.find({current_.pair.to.index, to[i].name});
    if (to[i].required) return fail_missing(to[i], from);
    if (value == defaults_.end() && assumes_defaults_) continue;
    if (value == defaults_.end()) {
      return fail("schema.translation.fill-defaults",
                  "the default of field '" + std::string{excerpt(to[i].name)} + "' is not known");
    }
    step.missing.push_back({.place = static_cast<std::uint32_t>(i), .value = value->second});
  }
}

FieldsStep PlanBuilder::match_elements(std::span<TypeRef const> from, std::span<TypeRef const> to) {
  FieldsStep step;
  for (std::size_t i = 0; i < from.size() && !error_; ++i) {
    spend(1);
    step.arriving.push_back({.step = step_for(from[i], to[i], "." + std::to_string(i)),
                             .place = static_cast<std::uint32_t>(i)});
  }
  return step;
}

PlanStep PlanBuilder::make(Enum const& from, Enum const& to) {
  std::map<std::string_view, std::uint32_t> place_of;
  for (std::size_t i = 0; i < to.variants.size(); ++i) {
    place_of.emplace(to.variants[i].name, static_cast<std::uint32_t>(i));
  }
  EnumStep step{.name = std::string{excerpt(from.name)}, .alternatives = {}};
  for (auto const& variant : from.variants) {
    spend_on(variant.name);
    if (error_) return step;
    EnumStep::Alternative alternative{.name = std::string{excerpt(variant.name)},
                                      .place = std::nullopt};
    if (auto const place = place_of.find(variant.name); place != place_of.end()) {
      alternative.place = place->second;
      alternative.payload = match_variants(variant, to.variants[place->second]);
    }
    step.alternatives.push_back(std::move(alternative));
  }
  if (!as_shipped_) number_variants(step, from);
  return step;
}

// r[impl schema.format.enum]
void PlanBuilder::number_variants(EnumStep& step, Enum const& from) {
  bool in_order = true;
  for (std::size_t i = 0; i < from.variants.size(); ++i) {
    step.numbers.push_back(
        {.number = from.variants[i].index, .alternative = static_cast<std::uint32_t>(i)});
    in_order = in_order && from.variants[i].index == i;
  }
  if (in_order) return step.numbers.clear();
  std::ranges::sort(step.numbers, {}, &EnumStep::Number::number);
  if (std::ranges::adjacent_find(step.numbers, {}, &EnumStep::Number::number) !=
      step.numbers.end()) {
    fail("schema.format.enum",
         "two variants of " + describe(current_.pair.from) + " have the same index");
  }
}

// r[impl schema.translation.enum.payload-compat]
StepIndex PlanBuilder::match_variants(Variant const& from, Variant const& to) {
  auto const enumeration = current_;
  current_.step = new_step("::" + std::string{excerpt(from.name)});
  auto payload = [&] {
    if (!is_stand_in(from, to)) return match_payloads(from, to);
    current_.pair.from = current_.pair.to;
    return match_payloads(to, to);
  }();
  steps_[current_.step] = std::move(payload);
  return std::exchange(current_, enumeration).step;
}

FieldsStep PlanBuilder::match_payloads(Variant const& from, Variant const& to) {
  if (from.payload.index() != to.payload.index()) {
    fail("schema.translation.enum.payload-compat",
         "variant payload mismatch: remote is " + std::string{word_for(from.payload)} + " in " +
             describe(current_.pair.from) + ", local is " + std::string{word_for(to.payload)} +
             " in " + describe(current_.pair.to));
    return {};
  }
  if (auto const* const fields = std::get_if<StructPayload>(&from.payload)) {
    return match_fields(fields->fields, std::get<StructPayload>(to.payload).fields);
  }
  if (auto const* const types = std::get_if<TuplePayload>(&from.payload)) {
    auto const& ours = std::get<TuplePayload>(to.payload).types;
    if (types->types.size() == ours.size()) return match_elements(types->types, ours);
    fail("schema.translation.enum.payload-compat",
         "tuple length mismatch: the remote variant has " + std::to_string(types->types.size()) +
             " elements, the local one " + std::to_string(ours.size()));
    return {};
  }
  FieldsStep step;
  if (auto const* const type = newtype_of(from)) {
    step.arriving.push_back({.step = step_for(*type, *newtype_of(to), ""), .place = 0});
  }
  return step;
}

// The Ok of a whole response that is the unit there, but not here.
bool PlanBuilder::is_stand_in(Variant const& from, Variant const& to) {
  bool const in_response = stand_ins_ && origins_[current_.step].parent == 0 && from.name == "Ok" &&
                           nominal_name(kind(current_.pair.from)) == "Result";
  if (!in_response || newtype_of(from) == nullptr || newtype_of(to) == nullptr) return false;
  auto const announced =
      resolve(current_.pair.from.side, *newtype_of(from), current_.pair.from.index);
  auto const ours = resolve(current_.pair.to.side, *newtype_of(to), current_.pair.to.index);
  return announced && ours && is(*announced, Primitive::unit) && !is(*ours, Primitive::unit);
}

}  // namespace vox::schema
