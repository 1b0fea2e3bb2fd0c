#pragma once
#include "conformance/subjects/testbed/methods.hpp"
#include "impl/schema/channel_id.hpp"
#include "impl/schema/extract.hpp"
#include "impl/session/command.hpp"
#include "impl/wire/shape.hpp"

#include <boost/mp11/algorithm.hpp>

#include <cstddef>
#include <memory>
#include <string_view>

namespace voxspec::subject {

namespace detail {

using AllMethods = testbed::Methods<vox::schema::Tx, vox::schema::Rx>;

// The place of the method in the list; past its end if no method has the name.
template <testbed::MethodName Name, class... Method>
consteval std::size_t state_of(vox::shape::Types<Method...>) {
  constexpr std::string_view name{Name.letters.data(), Name.letters.size() - 1};
  std::size_t place = 0;
  static_cast<void>(((Method::name == name || (++place, false)) || ...));
  return place;
}

}  // namespace detail

// The method of Testbed that has the name; a name that no method has does not compile.
template <testbed::MethodName Name>
using NamedMethod =
    boost::mp11::mp_at_c<detail::AllMethods, detail::state_of<Name>(detail::AllMethods{})>;

// The schemas of a type that lives as long as the program, to be shared like any others.
[[nodiscard]] inline vox::session::SharedSchemas share(vox::schema::LocalType const& type) {
  return {std::shared_ptr<void>{}, &type.payload};
}

}  // namespace voxspec::subject
