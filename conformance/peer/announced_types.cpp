#include "conformance/peer/announced_types.hpp"

#include "conformance/peer/cbor_value.hpp"
#include "conformance/subjects/testbed/catalog.hpp"
#include "impl/schema/cbor_form.hpp"
#include "impl/schema/channels.hpp"
#include "impl/schema/translate.hpp"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace voxspec {
namespace {

using vox::schema::ChannelWalk;
using vox::schema::LocalType;
using vox::schema::Plan;

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

vox::Bytes const* bytes_in(Frame const& frame, std::string_view field) {
  auto const* const value = frame.field(field);
  return value == nullptr ? nullptr : value->get<vox::Bytes>();
}

}  // namespace

void AnnouncedTypes::announce(std::uint64_t connection, Binding binding, Value const& schemas) {
  // CBOR in another form than ours is kept as bytes. What cannot be read is for the case to judge.
  auto const* const bytes = schemas.get<vox::Bytes>();
  if (schemas.is_absent() || (bytes != nullptr && bytes->empty())) return;
  auto payload = vox::schema::decode_payload(bytes == nullptr ? cbor_bytes(schemas) : *bytes);
  if (!payload) return;
  auto& known = connections_[connection];
  for (auto& schema : payload->schemas)
    keep(known.schemas, std::move(schema));
  known.roots.insert_or_assign(binding, std::move(payload->root));
}

SharedReading AnnouncedTypes::reading_of(std::uint64_t connection, Binding binding) const {
  auto const* const method = testbed::find_method(binding.first);
  auto const known = connections_.find(connection);
  if (method == nullptr || known == connections_.end()) return nullptr;
  auto const root = known->second.roots.find(binding);
  if (root == known->second.roots.end()) return nullptr;
  auto const is_args = binding.second == Half::args;
  // A peer may have bound a method to a failure alone, since its first answer was one. Whether it
  // may say more under that binding later is judged by the cases about it.
  return shared(vox::schema::build_plan(known->second.schemas, root->second,
                                        is_args ? *method->args : *method->response,
                                        {.stand_ins = !is_args}));
}

void AnnouncedTypes::note_received(Frame& frame) {
  auto& message = frame.message();
  auto const number = message.number(message.is("schema") ? "method_id" : "id");
  if (!number) return;
  Id const id{message.on, *number};
  if (message.is("schema")) {
    auto const is_args = *message.field("direction") == Value{"args"};
    announce(message.on, {*number, is_args ? Half::args : Half::response},
             *message.field("schemas"));
  } else if (message.is("request_call")) {
    auto const method = message.number("method_id").value_or(0);
    announce(message.on, {method, Half::args}, *message.field("schemas"));
    message.reading = reading_of(message.on, {method, Half::args});
    note_channels(message, method);
  } else if (message.is("request_response")) {
    auto const method = method_of(message);
    if (!method) return;
    announce(message.on, {*method, Half::response}, *message.field("schemas"));
    message.reading = reading_of(message.on, {*method, Half::response});
  } else if (message.is("channel_item")) {
    auto const known = items_.find(id);
    if (known != items_.end()) message.reading = known->second;
  }
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
void AnnouncedTypes::note_channels(Frame const& call, std::uint64_t method_id) {
  auto const* const method = testbed::find_method(method_id);
  auto const* const args = bytes_in(call, "args");
  auto const known = connections_.find(call.on);
  if (method == nullptr || args == nullptr || known == connections_.end()) return;
  auto const root = known->second.roots.find({method_id, Half::args});
  auto const ours = ChannelWalk::of(*method->args);
  if (ours.empty() || root == known->second.roots.end()) return;
  auto const theirs = ChannelWalk::of(known->second.schemas, root->second);
  auto const translated = in_own_layout(call.reading, *args);
  if (!theirs || !translated) return;
  auto const own_channels = ours.list(*translated);
  auto const their_channels = theirs->list(*args);
  if (!own_channels || !their_channels) return;
  for (auto const& channel : *their_channels) {
    auto const own = std::ranges::find(*own_channels, channel.id, &vox::schema::ValueChannel::id);
    if (own == own_channels->end()) continue;
    auto const& element = *ours.types()[own->type].element;
    items_.insert_or_assign(
        {call.on, channel.id},
        shared(vox::schema::build_plan(theirs->types()[channel.type].element->payload, element)));
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
