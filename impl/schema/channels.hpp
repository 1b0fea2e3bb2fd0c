#pragma once
#include "impl/schema/extract.hpp"
#include "impl/schema/plan.hpp"
#include "impl/schema/registry.hpp"
#include "impl/schema/translate.hpp"
#include "impl/wire/bytes.hpp"
#include "impl/wire/shape.hpp"
#include "impl/wire/violation.hpp"
#include "impl/wire/writer.hpp"
#include "spec/limits.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

// The channels in values of a type: a channel stands in a value as its id, at the place of the
// handle, and nothing beside the value lists them.
namespace vox::schema {

// A type of channel that values can hold. `element` is what its items are, as it was announced
// together with the type that holds the channel: the schemas and defaults are those of that type,
// one set for all its channels, since a peer may announce many that need the same ones.
struct ChannelType {
  shape::ChannelDirection direction = shape::ChannelDirection::tx;
  TypeRef element;
  std::shared_ptr<Registry const> schemas;
  std::shared_ptr<std::vector<FieldDefault> const> defaults;
};

// From the items that a peer sends or takes to ours.
[[nodiscard]] std::expected<Plan, PlanError> build_item_plan(ChannelType const& remote,
                                                             ChannelType const& local,
                                                             PlanOptions const& options = {});

// One channel of a value. Values of two types can be compared: the id tells which channel it is,
// `type` where its items are described. It is a number in ChannelWalk::types().
struct ValueChannel {
  std::uint64_t id = 0;
  std::uint32_t type = 0;
};

// Finds the channels in values of one type, in the order in which they stand there: in structs,
// enums, tuples, options, lists, maps and arrays. It is made once for a type, of ours or of a
// peer's, and owns all that it needs.
//
// Every function below walks over one encoded value. Bytes that are no value of the type are a
// violation, and so are values that exceed the limits on depth and steps.
// r[impl rpc.channel.discovery]
class ChannelWalk {
 public:
  // A type of ours that is too large for a plan is an error of the caller and ends the program.
  [[nodiscard]] static ChannelWalk of(LocalType const& type, TranslateOptions const& options = {});
  // A type that a peer announced.
  [[nodiscard]] static std::expected<ChannelWalk, PlanError> of(
      Registry const& registry, TypeRef const& type, TranslateOptions const& options = {});

  // The types of channel that values can hold. Without any, the functions below do not look at the
  // value at all.
  [[nodiscard]] std::span<ChannelType const> types() const { return types_; }
  [[nodiscard]] bool empty() const { return types_.empty(); }

  // Calls visit(channel) for each channel of the value. After a violation some may have been seen.
  template <std::invocable<ValueChannel> Visit>
  [[nodiscard]] Result<void> for_each(ByteView value, Visit&& visit) const {
    return run(value, nullptr, Action::visit, [&](ValueChannel channel) {
      visit(channel);
      return channel.id;
    });
  }
  [[nodiscard]] Result<std::vector<ValueChannel>> list(ByteView value) const;

  // Appends the value with every id replaced by what new_id(channel) gives. After a violation `out`
  // holds a part.
  template <std::invocable<ValueChannel> NewId>
  [[nodiscard]] Result<void> rewrite(ByteView value, wire::Buffer& out, NewId&& new_id) const {
    return run(value, &out, Action::rewrite,
               [&](ValueChannel channel) -> std::uint64_t { return new_id(channel); });
  }

  // Appends the value without any id: what two attempts at one operation have in common.
  [[nodiscard]] Result<void> strip(ByteView value, wire::Buffer& out) const;

 private:
  enum class Action : std::uint8_t { visit, rewrite, strip };

  ChannelWalk(Plan plan, std::vector<ChannelType> types, TranslateOptions const& options)
      : plan_{std::move(plan)}, types_{std::move(types)}, options_{options} {}

  template <class Function>
  [[nodiscard]] Result<void> run(ByteView value, wire::Buffer* out, Action action,
                                 Function const& function) const {
    return run(value, out, action, &function, [](void const* called, ValueChannel channel) {
      return (*static_cast<Function const*>(called))(channel);
    });
  }
  [[nodiscard]] Result<void> run(ByteView value, wire::Buffer* out, Action action,
                                 void const* function,
                                 std::uint64_t (*call)(void const*, ValueChannel)) const;

  Plan plan_;
  std::vector<ChannelType> types_;
  TranslateOptions options_;
};

}  // namespace vox::schema
