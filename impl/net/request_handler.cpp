#include "impl/net/request_handler.hpp"

#include "impl/net/session_driver.hpp"
#include "impl/schema/describe.hpp"
#include "impl/schema/vox_error.hpp"
#include "impl/wire/postcard.hpp"

#include <utility>
#include <variant>

namespace vox::net {

namespace {

// An answer that says nothing about its method, whose type nobody here knows.
using NoValue = schema::Outcome<std::monostate>;

Bytes cancelled() {
  return wire::encode_value(NoValue{std::unexpect, schema::VoxError<>{schema::Cancelled{}}});
}

session::SharedSchemas no_value_schemas() {
  return {std::shared_ptr<void>{}, &schema::local_type<NoValue>().payload};
}

}  // namespace

Responder::Responder(std::weak_ptr<SessionDriver> driver, session::ConnectionId connection_id,
                     session::RequestId request_id)
    : driver_{std::move(driver)}, connection_id_{connection_id}, request_id_{request_id} {}

Responder::~Responder() {
  if (auto const driver = driver_.lock()) {
    driver->respond(connection_id_, request_id_, cancelled(), no_value_schemas());
  }
}

void Responder::reply(Bytes ret, session::SharedSchemas schemas) && {
  auto const driver = std::exchange(driver_, {}).lock();
  if (driver) driver->respond(connection_id_, request_id_, std::move(ret), std::move(schemas));
}

void RequestHandler::on_cancel(session::ConnectionId /*connection_id*/,
                               session::RequestId /*request_id*/) {}
void RequestHandler::on_channel(session::event::ChannelReceived const& /*message*/) {}
void RequestHandler::on_closed(session::ConnectionId /*connection_id*/) {}

}  // namespace vox::net
