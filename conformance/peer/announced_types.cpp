#include "conformance/peer/announced_types.hpp"

#include "conformance/peer/schema_payload.hpp"
#include "conformance/subjects/testbed/catalog.hpp"
#include "impl/schema/translate.hpp"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace voxspec {
namespace {

using vox::schema::ChannelWalk;
using vox::schema::Plan;
using vox::wire::BindingDirection;

// Null where both types have the same bytes, and where they do not fit: an answer to an unknown
// method, for one, is announced as the peer likes. Whether the type is the right one is judged by
// the cases about it.
SharedReading shared(std::expected<Plan, vox::schema::PlanError> plan) {
  if (!plan || plan->is_identity()) return nullptr;
  return std::make_shared<Plan const>(*std::move(plan));
}

// A session that begins anew may give an id to another type, if its ids are none of the content.
void keep(vox::schema::Registry& schemas, vox::schema::Schema schema) {
  auto const* const known = schemas.find(schema.id);
  if (known == nullptr) {
    (void)schemas.add(std::move(schema));
  } else if (*known != schema) {
    std::vector<vox::schema::Schema> all(schemas.begin(), schemas.end());
    *std::ranges::find(all, schema.id, &vox::schema::Schema::id) = std::move(schema);
    schemas = vox::schema::Registry{all};
  }
}

}  // namespace

void AnnouncedTypes::announce(std::uint64_t connection, Binding binding, Value const& schemas) {
  auto payload = schema_payload(schemas);
  if (!payload) return;  // for the case to judge
  auto& known = connections_[connection];
  for (auto& schema : payload->schemas)
    keep(known.schemas, std::move(schema));
  // Other bindings may refer to what was just described.
  for (auto& [other, bound] : known.bound)
    bound.readings.reset();
  known.bound.insert_or_assign(binding, Bound{.root = std::move(payload->root)});
}

Readings const* AnnouncedTypes::readings_of(std::uint64_t connection, Binding binding) {
  auto const* const method = testbed::find_method(binding.method_id);
  auto const known = connections_.find(connection);
  if (method == nullptr || known == connections_.end()) return nullptr;
  auto& [schemas, all] = known->second;
  auto const found = all.find(binding);
  if (found == all.end()) return nullptr;
  auto& bound = found->second;
  if (bound.readings != nullptr) return bound.readings.get();
  auto const is_args = binding.direction == BindingDirection::args;
  // A peer may have bound a method to a failure alone, since its first answer was one. Whether it
  // may say more under that binding later is judged by the cases about it.
  Readings made{.value = shared(vox::schema::build_plan(schemas, bound.root,
                                                        is_args ? *method->args : *method->response,
                                                        {.stand_ins = !is_args}))};
  auto ours = is_args ? std::optional{ChannelWalk::of(*method->args)} : std::nullopt;
  if (ours && !ours->empty()) {
    if (auto theirs = ChannelWalk::of(schemas, bound.root)) {
      made.our_channels = std::move(ours);
      made.their_channels = *std::move(theirs);
    }
  }
  bound.readings = std::make_shared<Readings const>(std::move(made));
  return bound.readings.get();
}

void AnnouncedTypes::note_received(Frame& frame) {
  auto& message = frame.message();
  auto const number = message.number(message.is("schema") ? "method_id" : "id");
  if (!number) return;
  if (message.is("schema")) {
    auto const is_args = *message.field("direction") == Value{"args"};
    announce(message.on,
             {.method_id = *number,
              .direction = is_args ? BindingDirection::args : BindingDirection::response},
             *message.field("schemas"));
    return;
  }
  if (message.is("channel_item")) {
    auto const known = items_.find({message.on, *number});
    if (known != items_.end()) message.reading = known->second;
    return;
  }
  auto const method = method_of(message);
  if (!method) return;
  auto const is_args = message.is("request_call");
  Binding const binding{.method_id = *method,
                        .direction = is_args ? BindingDirection::args : BindingDirection::response};
  announce(message.on, binding, *message.field("schemas"));
  auto const* const readings = readings_of(message.on, binding);
  if (readings == nullptr) return;
  message.reading = readings->value;
  if (readings->their_channels) note_channels(message, *readings);
}

void AnnouncedTypes::note_sent(Frame const& frame) {
  auto const& message = frame.message();
  auto const id = message.is("request_call") ? message.number("id") : std::nullopt;
  auto const method = id ? message.number("method_id") : std::nullopt;
  if (method) methods_.insert_or_assign({message.on, *id}, *method);
}

std::optional<std::uint64_t> AnnouncedTypes::method_of(Frame const& frame) const {
  auto const& message = frame.message();
  if (message.is("request_call")) return message.number("method_id");
  auto const id = message.is("request_response") ? message.number("id") : std::nullopt;
  auto const method = id ? methods_.find({message.on, *id}) : methods_.end();
  return method == methods_.end() ? std::nullopt : std::optional{method->second};
}

// Both sides' types name the same channels in the same value: what its items are to the sender
// stands with its own type.
void AnnouncedTypes::note_channels(Frame const& call, Readings const& readings) {
  auto const* const args = call.field("args")->get<vox::Bytes>();
  if (args == nullptr) return;
  auto const translated = in_own_layout(readings.value, *args);
  if (!translated) return;
  auto const own_channels = readings.our_channels->list(*translated);
  auto const their_channels = readings.their_channels->list(*args);
  if (!own_channels || !their_channels) return;
  for (auto const& channel : *their_channels) {
    auto const own = std::ranges::find(*own_channels, channel.id, &vox::schema::ValueChannel::id);
    if (own == own_channels->end()) continue;
    auto const& theirs = readings.their_channels->types()[channel.type];
    auto const& ours = readings.our_channels->types()[own->type];
    items_.insert_or_assign({call.on, channel.id},
                            shared(vox::schema::build_item_plan(theirs, ours)));
  }
}

std::expected<vox::Bytes, std::string> in_own_layout(SharedReading const& reading,
                                                     vox::ByteView bytes) {
  if (reading == nullptr) return vox::to_bytes(bytes);
  vox::wire::Buffer out;
  auto const done = vox::schema::translate(*reading, bytes, out);
  if (!done) return std::unexpected(done.error().detail);
  return std::move(out).take();
}

}  // namespace voxspec
