#pragma once
#include "impl/schema/registry.hpp"
#include "impl/schema/type_ref.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace vox::schema {

// Why a reference leads to no type.
struct UnknownId {
  TypeId id = 0;
};
struct UnboundVariable {
  std::string name;
};
struct TooManyTypes {};
using Unresolved = std::variant<UnknownId, UnboundVariable, TooManyTypes>;
[[nodiscard]] std::string text_of(Unresolved const& unresolved);

// The types that references lead to, once variables stand for what they stand for: a schema and the
// types of its parameters. Each type is held once, under a number, however it is referred to; so
// types that contain themselves, and types that grow with each use of a parameter, cost no more
// than the limit. It refers to the registry, which must outlive it and not change.
class Instances {
 public:
  using Index = std::uint32_t;

  // `weight_max` bounds the types together with their arguments, `work_max` what all calls of
  // resolve look at: a reference costs its parts each time, however few types they lead to.
  Instances(Registry const& registry, std::size_t weight_max, std::size_t work_max)
      : registry_{&registry}, weight_left_{weight_max}, work_left_{work_max} {}

  // The type of a reference that stands outside of any schema, or in the body of a type.
  [[nodiscard]] std::expected<Index, Unresolved> resolve(TypeRef const& reference,
                                                         std::optional<Index> body = std::nullopt);

  [[nodiscard]] TypeId id(Index index) const { return instances_[index].schema->id; }
  // The type as a reference that stands outside of any schema. Nothing if it has more parts than
  // are left, which it takes: a type whose arguments repeat is held once here, but not in a
  // reference.
  [[nodiscard]] std::optional<TypeRef> reference(Index index, std::size_t& parts_left) const {
    return reference(index, 0, parts_left);
  }
  // What the type is; `bytes` with an argument is a list of that.
  [[nodiscard]] Kind const& kind(Index index) const;
  // Whether it is encoded as bytes are: a list of u8 is, too.
  [[nodiscard]] bool is_bytes(Index index);
  // The type as a person would write it in Rust, cut short where it is long.
  [[nodiscard]] std::string rust_name(Index index);

 private:
  class RustName;
  struct Instance {
    Schema const* schema = nullptr;
    std::vector<Index> args;
    auto operator<=>(Instance const&) const = default;
  };
  [[nodiscard]] std::expected<Index, Unresolved> resolve_variable(Variable const& variable,
                                                                  Index body);
  [[nodiscard]] std::expected<Index, Unresolved> intern(Instance instance);
  [[nodiscard]] bool spend(std::size_t work);
  [[nodiscard]] bool is_list_in_disguise(Index index) const;
  [[nodiscard]] std::optional<TypeRef> reference(Index index, std::size_t depth,
                                                 std::size_t& parts_left) const;

  Registry const* registry_;
  std::size_t weight_left_;
  std::size_t work_left_;
  std::vector<Instance> instances_;
  std::map<Instance, Index> index_of_;
};

// A type id as it is written in texts.
[[nodiscard]] std::string hex_of(TypeId id);
// The front of a name that a peer chose, short enough to be put into a text and whole UTF-8.
[[nodiscard]] std::string_view excerpt(std::string_view name);

}  // namespace vox::schema
