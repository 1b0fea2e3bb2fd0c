#pragma once
#include "impl/rpc/operation.hpp"
#include "impl/schema/channels.hpp"
#include "impl/schema/extract.hpp"
#include "impl/session/command.hpp"

#include <boost/describe/enum.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace vox::rpc {

// What a method promises about being run more than once.
// r[impl retry.policy.idem] r[impl retry.policy.non-idem.default]
enum class Repeat : std::uint8_t { non_idempotent, idempotent };
BOOST_DESCRIBE_ENUM(Repeat, non_idempotent, idempotent)

// Whether an operation has to outlive what runs it.
// r[impl retry.policy.volatile.default] r[impl retry.policy.persist]
enum class Persistence : std::uint8_t { none, persistent };
BOOST_DESCRIBE_ENUM(Persistence, none, persistent)

// What both sides have to know of a method to call or to serve it. `args` is a tuple or the unit,
// `response` the Result of the method with VoxError around its error. The local types belong to the
// program and outlive it; each is made when it is first needed, since a program uses few of the
// methods that it declares. method_types() (method_types.hpp) gives them.
// r[impl rpc.method-id] r[impl rpc.fallible]
class Method {
 public:
  struct Types {
    schema::LocalType const& (*args)() = nullptr;
    schema::LocalType const& (*response)() = nullptr;
    // The response without the method's own error, which 0.4.0 announces before a refusal.
    schema::LocalType const& (*infallible)() = nullptr;
    // Where the arguments have channels, and whether they have any.
    schema::ChannelWalk const& (*channels)() = nullptr;
    bool has_channels = false;
  };

  Method(std::string_view service, std::string_view name, Types types,
         Repeat repeat = Repeat::non_idempotent, Persistence persistence = Persistence::none);

  [[nodiscard]] std::string const& name() const { return name_; }
  [[nodiscard]] MethodId id() const { return id_; }
  [[nodiscard]] schema::LocalType const& args() const { return types_.args(); }
  [[nodiscard]] schema::LocalType const& response() const { return types_.response(); }
  // The types as they are announced.
  [[nodiscard]] session::SharedSchemas args_schemas() const;
  [[nodiscard]] session::SharedSchemas response_schemas() const;
  [[nodiscard]] session::SharedSchemas infallible_schemas() const;
  // Where the arguments have channels.
  [[nodiscard]] schema::ChannelWalk const& channels() const { return types_.channels(); }
  [[nodiscard]] bool has_channels() const { return types_.has_channels; }
  [[nodiscard]] OperationMethod const& operation() const { return operation_; }

 private:
  std::string name_;
  MethodId id_;
  Types types_;
  OperationMethod operation_;
};

// How an answer is announced that names no method we know: Result<(), VoxError<never>>.
[[nodiscard]] session::SharedSchemas unknown_method_schemas();

}  // namespace vox::rpc
