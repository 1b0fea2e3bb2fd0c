#pragma once
#include "impl/net/typed/declaration.hpp"
#include "impl/rpc/method.hpp"
#include "impl/rpc/method_types.hpp"

namespace vox::net {

// The types of a declared method, as they are announced.
template <class Method>
[[nodiscard]] constexpr rpc::Method::Types types_of() {
  return rpc::method_types<typename Method::Args, typename Method::Return,
                           typename Method::Error>();
}

// A declared method as the runtime calls it; made when it is first asked for.
template <DeclaredService S, MethodName Name>
[[nodiscard]] rpc::Method const& method_of() {
  using Declared = MethodNamed<S, Name>;
  static rpc::Method const method{S::service_name, Declared::name, types_of<Declared>(),
                                  Declared::repeat, Declared::persistence};
  return method;
}

}  // namespace vox::net
