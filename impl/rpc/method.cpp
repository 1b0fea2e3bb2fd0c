#include "impl/rpc/method.hpp"

#include "impl/schema/describe.hpp"
#include "impl/schema/vox_error.hpp"
#include "impl/wire/method_id.hpp"
#include "spec/assert.hpp"

#include <memory>
#include <variant>

namespace vox::rpc {

namespace {

// Local types live as long as the program, so that sharing one owns nothing.
session::SharedSchemas share(schema::LocalType const& type) {
  return {std::shared_ptr<void>{}, &type.payload};
}

}  // namespace

Method::Method(std::string_view service, std::string_view name, Types types, Repeat repeat,
               Persistence persistence)
    : name_{name},
      id_{wire::method_id(service, name)},
      types_{types},
      operation_{.method = id_,
                 .idempotent = repeat == Repeat::idempotent,
                 .persistent = persistence == Persistence::persistent,
                 .has_channels = types.has_channels} {
  VOX_ASSERT(operation_.possible());
}

session::SharedSchemas Method::args_schemas() const {
  return share(types_.args());
}

session::SharedSchemas Method::response_schemas() const {
  return share(types_.response());
}

session::SharedSchemas Method::infallible_schemas() const {
  return share(types_.infallible());
}

session::SharedSchemas unknown_method_schemas() {
  return share(schema::local_type<schema::Outcome<std::monostate>>());
}

}  // namespace vox::rpc
