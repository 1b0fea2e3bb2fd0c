#include "conformance/peer/schema_ledger.hpp"

#include "conformance/peer/cbor_value.hpp"
#include "conformance/peer/method_name.hpp"
#include "conformance/peer/typed_value.hpp"
#include "impl/schema/message_schema.hpp"

#include <utility>

namespace voxspec {
namespace {

std::optional<std::uint64_t> id_of(Value const& schema) {
  auto const* const record = schema.get<Record>();
  auto const* const id = record == nullptr ? nullptr : record->find("id");
  return id == nullptr ? std::nullopt : id->number();
}

}  // namespace

Value const& own_message_schemas(Dialect dialect) {
  auto const made = [](Dialect of) {
    return canonical_cbor(vox::schema::message_schemas_cbor(of)).value();
  };
  static Value const schemas = made(Dialect::vox_0_4);
  static Value const schemas_0_5 = made(Dialect::vox_0_5);
  return dialect == Dialect::vox_0_4 ? schemas : schemas_0_5;
}

std::expected<std::optional<Frame>, std::string> SchemaLedger::announce(
    std::uint64_t connection, std::string_view method, std::string_view direction) {
  auto payload = method_schemas(method, direction);
  if (!payload) {
    return std::unexpected("the schemas of " + full_method_name(method) +
                           " are not known here; send them as a schema message");
  }
  auto const id = method_id(method);
  if (bound_.contains({connection, id, std::string{direction}})) return std::optional<Frame>{};
  auto const& sent = schema_ids_[connection];
  std::erase_if(*(*payload)["schemas"].get<ValueList>(),
                [&](Value const& schema) { return sent.contains(id_of(schema).value_or(0)); });
  auto frame = message_frame(
      "schema", connection,
      {{{"method_id", id}, {"direction", direction}, {"schemas", *std::move(payload)}}}, dialect_);
  note_sent(frame);
  return std::optional{std::move(frame)};
}

void SchemaLedger::note_sent(Frame const& frame) {
  auto const* const payload = frame.is("schema") ? frame.field("schemas") : nullptr;
  auto const* const record = payload == nullptr ? nullptr : payload->get<Record>();
  auto const* const schemas = record == nullptr ? nullptr : record->find("schemas");
  auto const method = frame.number("method_id");
  auto const* const direction = frame.field("direction");
  if (schemas == nullptr || !method || direction == nullptr || !direction->text()) return;
  auto const connection = frame.message().on;
  bound_.emplace(connection, *method, std::string{*direction->text()});
  auto const* const list = schemas->get<ValueList>();
  if (list == nullptr) return;
  for (auto const& schema : *list) {
    if (auto const id = id_of(schema)) schema_ids_[connection].insert(*id);
  }
}

}  // namespace voxspec
