#pragma once
#include "conformance/subjects/testbed/methods.hpp"
#include "impl/schema/channel_id.hpp"
#include "impl/schema/extract.hpp"
#include "impl/session/command.hpp"

#include <boost/mp11/algorithm.hpp>
#include <boost/mp11/bind.hpp>

#include <memory>
#include <string_view>

namespace voxspec::subject {

namespace detail {

template <testbed::MethodName Name>
struct HasName {
  template <class Method>
  using fn = boost::mp11::mp_bool<Method::name ==
                                  std::string_view{Name.letters.data(), Name.letters.size() - 1}>;
};

using AllMethods = testbed::Methods<vox::schema::Tx, vox::schema::Rx>;

}  // namespace detail

// The method of Testbed that has the name; a name that no method has does not compile.
template <testbed::MethodName Name>
using NamedMethod =
    boost::mp11::mp_at<detail::AllMethods,
                       boost::mp11::mp_find_if_q<detail::AllMethods, detail::HasName<Name>>>;

// The schemas of a type that lives as long as the program, to be shared like any others.
[[nodiscard]] inline vox::session::SharedSchemas share(vox::schema::LocalType const& type) {
  return {std::shared_ptr<void>{}, &type.payload};
}

}  // namespace voxspec::subject
