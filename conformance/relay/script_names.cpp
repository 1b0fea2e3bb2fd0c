#include "conformance/relay/script_names.hpp"

#include "conformance/peer/method_name.hpp"
#include "conformance/peer/schema_ledger.hpp"
#include "conformance/peer/typed_value.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace voxspec::relay {
namespace {

using Form = vox::schema::TypeNode::Form;

bool is_about_request(Frame const& message) {
  return message.is("request_call") || message.is("request_response") ||
         message.is("request_cancel");
}

// The fields of the other side's frames that a right peer has to fill in the same way.
constexpr std::array<std::string_view, 5> judged_fields{"id", "method_id", "args", "ret", "item"};

std::string element_type(vox::schema::TypeNode const& channel) {
  auto const& element = *channel.parts.at(0).type;
  if (element.form == Form::primitive) return std::string{vox::schema::name_of(element.primitive)};
  return element.name;
}

}  // namespace

std::string ScriptNames::method_name(Frame const& call) {
  auto const id = call.number("method_id");
  return id ? std::string{method_of(*id)} : std::string{};
}

Term ScriptNames::id_term(Names const& names, vox::Parity ours, Key key) const {
  if (auto const found = names.find(key); found != names.end()) return {Variable{found->second}};
  auto const id = key.second;
  auto const is_odd = id % 2 == 1;
  if (id == 0 || is_odd != (ours == vox::Parity::odd)) return {Value{id}};
  return {IdOf{.ours = true, .n = is_odd ? (id + 1) / 2 : id / 2}};
}

std::string ScriptNames::name(Names& names, Key key, char const* letter) {
  auto& given = names[key];
  if (given.empty()) given = letter + std::to_string(names.size());
  return given;
}

Term ScriptNames::connection(std::uint64_t id) const {
  return id == 0 ? Term{Value{std::uint64_t{0}}} : id_term(connections_, ids_.ours(), {0, id});
}

Term ScriptNames::channel(std::uint64_t on, std::uint64_t id) const {
  return id_term(channels_, ids_.ours_on(on), {on, id});
}

Term ScriptNames::id_field(Frame const& message, std::uint64_t id) const {
  auto const& names = is_about_request(message) ? requests_ : channels_;
  return id_term(names, ids_.ours_on(message.on), {message.on, id});
}

// Which half of the ids is ours shows only when the hellos were said.
Term ScriptNames::settings(Frame const& message, Value const& value) const {
  auto const* const record = value.get<Record>();
  if (record == nullptr || message.is("connection_open") || message.is("hello")) return {value};
  auto const* const ours = ids_.ours_on(message.on) == vox::Parity::odd ? "odd" : "even";
  TermRecord out;
  for (auto const& [key, inner] : record->entries) {
    auto const is_parity = key == "parity" && inner.text();
    out.entries.emplace_back(
        key, is_parity ? Term{ParityOf{.ours = *inner.text() == ours}} : Term{inner});
  }
  return {std::move(out)};
}

Term ScriptNames::typed(TypeName type, vox::Bytes const& bytes,
                        SharedReading const& reading) const {
  auto const own = in_own_layout(reading, bytes);
  auto value = own ? decode_typed(type, *own) : std::unexpected(own.error());
  if (!value) return {Value{bytes}};
  auto const again = encode_typed(type, *value);
  if (!again || *again != *own) return {Value{bytes}};
  return {TypedBytes{.type = std::move(type), .value = {Term{*std::move(value)}}}};
}

// The arguments, in which the channels are named.
Term ScriptNames::args(Frame const& call, vox::Bytes const& bytes) {
  auto const method = method_name(call);
  auto term = typed({.by = "args_of", .name = method}, bytes, call.reading);
  auto* const known = std::get_if<TypedBytes>(&term.of);
  auto const* const value = known == nullptr ? nullptr : known->value.front().get<Value>();
  auto const* const list = value == nullptr ? nullptr : value->get<ValueList>();
  auto const node = find_type({.by = "args_of", .name = method});
  if (list == nullptr || !node || (*node)->parts.size() != list->size()) return term;
  auto const is_theirs = requests_.contains({call.on, call.number("id").value_or(0)});
  TermList out;
  for (std::size_t i = 0; i < list->size(); ++i) {
    auto const& part = *(*node)->parts[i].type;
    auto const id = (*list)[i].number();
    if (part.form != Form::channel || !id) {
      out.terms.push_back({(*list)[i]});
      continue;
    }
    element_types_[{call.on, *id}] = element_type(part);
    if (is_theirs) (void)name(channels_, {call.on, *id}, "channel");
    out.terms.push_back(channel(call.on, *id));
  }
  known->value = {Term{std::move(out)}};
  return term;
}

Term ScriptNames::field(Frame const& message, std::string const& name, Value const& value) {
  Key const key{message.on, message.number("id").value_or(0)};
  auto const number = value.number();
  if (name == "id" && number) return id_field(message, *number);
  if (name == "connection_settings") return settings(message, value);
  auto const type = message.kind->fields[message.kind->field(name)].type;
  if (is_message_schema(type) && value == own_message_schemas(dialect_of(type))) {
    return {OwnSchemas{}};
  }
  auto const* const bytes = value.get<vox::Bytes>();
  if (bytes == nullptr) return {value};
  if (name == "args") return args(message, *bytes);
  if (name == "ret" && methods_.contains(key)) {
    return typed({.by = "returned_by", .name = methods_[key]}, *bytes, message.reading);
  }
  if (name == "item" && element_types_.contains(key)) {
    return typed({.by = "as", .name = element_types_[key]}, *bytes, message.reading);
  }
  return {value};
}

void ScriptNames::note_call(Frame const& call) {
  if (!call.is("request_call")) return;
  if (auto method = method_name(call); !method.empty()) {
    methods_[{call.on, call.number("id").value_or(0)}] = std::move(method);
  }
}

Template ScriptNames::sent(Frame const& frame) {
  auto const& message = frame.message();
  note_call(message);
  Template out;
  out.kind = message.kind;
  if (message.kind->layer == Layer::message) out.on = connection(message.on);
  for (auto const& [name, value] : message.body.entries)
    out.fields.emplace_back(name, field(message, name, value));
  return out;
}

Pattern ScriptNames::awaited(Frame const& frame) {
  auto const& message = frame.message();
  note_call(message);
  Pattern out;
  out.kind = message.kind;
  auto const id = message.number("id").value_or(0);
  if (message.is("connection_open")) {
    out.on =
        Term{AnyIdOf{.ours = false, .name = name(connections_, {0, message.on}, "connection")}};
    return out;
  }
  if (message.kind->layer == Layer::message) out.on = connection(message.on);
  if (message.is("request_call")) {
    auto own = AnyIdOf{.ours = false, .name = name(requests_, {message.on, id}, "request")};
    out.fields.emplace_back("id", Term{std::move(own)});
  }
  for (auto const& [name, value] : message.body.entries) {
    auto const is_judged = std::ranges::find(judged_fields, name) != judged_fields.end();
    if (is_judged && out.field(name) == nullptr) {
      out.fields.emplace_back(name, field(message, name, value));
    }
  }
  return out;
}

}  // namespace voxspec::relay
