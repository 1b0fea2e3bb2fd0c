#pragma once
#include "impl/schema/extract.hpp"
#include "impl/schema/plan.hpp"
#include "impl/session/command.hpp"
#include "impl/session/event.hpp"
#include "impl/session/ids.hpp"
#include "impl/session/session.hpp"

#include <map>
#include <memory>
#include <utility>

namespace voxspec::differential {

// What the application of a session answers to a call.
struct Answer {
  vox::Bytes ret;
  vox::session::SharedSchemas schemas;
};

// The Testbed service as far as scripts call it, with the ways of 0.4.0: no schemas, no translation
// or no decoding make InvalidPayload, and the first translation of a method's arguments that could
// be made on a connection stays in use, whatever is announced later.
class Service {
 public:
  [[nodiscard]] Answer answer(vox::session::Session const& session,
                              vox::session::event::CallReceived const& call);
  // What was received on the connection is forgotten, and translations with it.
  void forget(vox::session::ConnectionId id);

 private:
  using Key = std::pair<vox::session::ConnectionId, vox::session::MethodId>;

  [[nodiscard]] vox::schema::Plan const* plan_for(vox::session::Session const& session, Key key,
                                                  vox::schema::LocalType const& local);

  std::map<Key, vox::schema::Plan> plans_;
};

// Whether scripts may call the method: the service knows its answer.
[[nodiscard]] bool is_served(vox::session::MethodId method);

}  // namespace voxspec::differential
