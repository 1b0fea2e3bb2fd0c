#pragma once
#include "impl/net/typed/declaration.hpp"
#include "impl/rpc/method.hpp"
#include "impl/schema/describe.hpp"

namespace vox::net {

// The types of a declared method, as they are announced.
template <class Method>
[[nodiscard]] rpc::Method::Types types_of() {
  return {.args = &schema::local_type<typename Method::Args>(),
          .response = &schema::local_type<typename Method::Outcome>(),
          .infallible = &schema::local_type<schema::Outcome<typename Method::Return>>()};
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
