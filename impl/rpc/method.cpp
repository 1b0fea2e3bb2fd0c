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
session::SharedSchemas share(schema::LocalType const* type) {
  if (type == nullptr) return nullptr;
  return {std::shared_ptr<void>{}, &type->payload};
}

}  // namespace

Method::Method(std::string_view service, std::string_view name, Types types, Repeat repeat,
               Persistence persistence)
    : name_{name},
      id_{wire::method_id(service, name)},
      types_{types},
      args_schemas_{share(types.args)},
      response_schemas_{share(types.response)},
      infallible_schemas_{share(types.infallible != nullptr ? types.infallible : types.response)},
      channels_{schema::ChannelWalk::of(*types.args)},
      operation_{.method = id_,
                 .idempotent = repeat == Repeat::idempotent,
                 .persistent = persistence == Persistence::persistent,
                 .has_channels = !channels_.empty()} {
  VOX_ASSERT(operation_.possible());
}

session::SharedSchemas const& unknown_method_schemas() {
  static session::SharedSchemas const schemas =
      share(&schema::local_type<schema::Outcome<std::monostate>>());
  return schemas;
}

}  // namespace vox::rpc
