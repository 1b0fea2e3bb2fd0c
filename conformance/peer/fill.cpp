#include "conformance/peer/fill.hpp"

#include "conformance/peer/numbers.hpp"
#include "conformance/peer/schema_ledger.hpp"
#include "conformance/peer/term_json.hpp"
#include "conformance/peer/typed_value.hpp"
#include "conformance/peer/value_json.hpp"
#include "spec/assert.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace voxspec {
namespace {

// Caught in fill(): why there is no frame.
struct Unfillable {
  std::string what;
};

constexpr std::array number_types{FieldType::u8,       FieldType::u32,       FieldType::u64,
                                  FieldType::id,       FieldType::method_id, FieldType::type_id,
                                  FieldType::maybe_u32};

bool is_number_type(FieldType type) {
  return std::ranges::find(number_types, type) != number_types.end();
}

// Puts values into terms: whole, so that a value comes of it, or as far as they are known.
class Filling {
 public:
  Filling(Bindings const& bindings, vox::Parity ours, bool whole)
      : bindings_{&bindings}, ours_{ours}, whole_{whole} {}

  [[nodiscard]] Term term(Term const& of, FieldType type) const {
    return std::visit([&](auto const& inner) { return Term{part(inner, type)}; }, of.of);
  }
  // For a whole filling.
  [[nodiscard]] Value value(Term const& of, FieldType type) const {
    auto filled = term(of, type);
    auto* const value = std::get_if<Value>(&filled.of);
    if (value == nullptr) throw Unfillable{"a matcher cannot be sent"};
    return std::move(*value);
  }

 private:
  using Part = decltype(Term::of);

  [[nodiscard]] Part part(Variable const& variable, FieldType type) const {
    auto const found = bindings_->find(variable.name);
    if (found == bindings_->end()) {
      if (!whole_) return variable;
      throw Unfillable{"nothing has given the name $" + variable.name + " a value yet"};
    }
    // A name may have been given to a number that is written as a text.
    auto const text = found->second.text();
    if (!text || !is_number_type(type)) return found->second;
    auto const number = number_from(Json(*text));
    return number ? Value{*number} : found->second;
  }
  [[nodiscard]] Part part(IdOf const& id, FieldType) const {
    return Value{IdSpace::nth(id.ours ? ours_ : opposite(ours_), id.n)};
  }
  [[nodiscard]] Part part(ParityOf const& parity, FieldType) const {
    auto const side = parity.ours ? ours_ : opposite(ours_);
    return Value{side == vox::Parity::odd ? "odd" : "even"};
  }
  [[nodiscard]] Part part(OwnSchemas const& own, FieldType type) const {
    if (!whole_) return own;
    return own_message_schemas(dialect_of(type));
  }
  [[nodiscard]] Part part(Repeated const& repeated, FieldType) const {
    if (!whole_) return repeated;
    auto all = repeated.whole();
    if (!all) throw Unfillable{"the item is too long"};
    return Value{*std::move(all)};
  }
  [[nodiscard]] Part part(TypedBytes const& typed, FieldType) const {
    auto inner = term(typed.value.at(0), FieldType::typed);
    auto const* const known = inner.get<Value>();
    if (known == nullptr) {
      if (whole_) throw Unfillable{"a matcher cannot be sent"};
      return TypedBytes{typed.type, {std::move(inner)}};
    }
    auto bytes = encode_typed(typed.type, *known);
    if (bytes) return Value{*std::move(bytes)};
    auto const& [where, what, advice] = bytes.error();
    throw Unfillable{(where.empty() ? "" : readable(where) + ": ") + what};
  }
  [[nodiscard]] Part part(ForeignTerm const& foreign, FieldType) const {
    if (!whole_) return ForeignTerm{terms(foreign.item, FieldType::cbor)};
    return Value{Foreign{.item = {value(foreign.item.at(0), FieldType::cbor)}}};
  }
  // Of values alone comes a value.
  [[nodiscard]] Part part(TermList const& list, FieldType type) const {
    auto known = terms(list.terms, inner_type(type));
    ValueList values;
    for (auto const& each : known) {
      auto const* const value = each.get<Value>();
      if (value == nullptr) return TermList{std::move(known)};
      values.push_back(*value);
    }
    return Value{std::move(values)};
  }
  [[nodiscard]] Part part(TermRecord const& record, FieldType type) const {
    TermRecord known;
    for (auto const& [name, inner] : record.entries)
      known.entries.emplace_back(name, term(inner, inner_type(type, name)));
    Record values;
    for (auto const& [name, each] : known.entries) {
      auto const* const value = each.get<Value>();
      if (value == nullptr) return known;
      values.entries.push_back({.name = name, .value = *value});
    }
    return Value{std::move(values)};
  }
  [[nodiscard]] Part part(HexOf const& hex, FieldType) const {
    return HexOf{terms(hex.text, FieldType::text)};
  }
  [[nodiscard]] Part part(Choice const& choice, FieldType type) const {
    return Choice{terms(choice.choices, type)};
  }
  [[nodiscard]] Part part(Has const& has, FieldType type) const {
    return Has{terms(has.entries, inner_type(type)), has.is_list, has.in_order};
  }
  [[nodiscard]] Part part(Not const& unwanted, FieldType type) const {
    return Not{terms(unwanted.term, type)};
  }
  // A value, and the operators that hold no terms.
  [[nodiscard]] Part part(auto const& other, FieldType) const { return other; }

  [[nodiscard]] Terms terms(Terms const& of, FieldType type) const {
    Terms out;
    for (auto const& each : of)
      out.push_back(term(each, type));
    return out;
  }

  Bindings const* bindings_;
  vox::Parity ours_;
  bool whole_;
};

vox::Bytes bytes_in(Value const& value) {
  if (auto const* const bytes = value.get<vox::Bytes>()) return *bytes;
  if (auto const text = value.text()) {
    if (auto bytes = vox::from_hex(*text)) return *std::move(bytes);
  }
  throw Unfillable{"a value does not fit its field: bytes are wanted in place of " +
                   value_json(value).dump()};
}

// How bytes were given, for the record: the same bytes over and over need not be written out.
Value given(Term const& content, vox::Bytes const& bytes) {
  if (auto const* const repeated = content.get<Repeated>()) {
    return Record{{{"hex", vox::to_hex(repeated->once)}, {"times", repeated->times}}};
  }
  return vox::to_hex(bytes);
}

Frame filled(FrameTerm const& item, Bindings const& bindings, IdSpace const& ids) {
  using Form = FrameTerm::Form;
  Frame frame;
  if (item.form != Form::frame) {
    VOX_ASSERT(item.content.has_value());
    auto value = Filling{bindings, ids.ours(), true}.value(
        *item.content, item.form == Form::cbor ? FieldType::cbor : FieldType::bytes);
    if (item.form == Form::cbor) {
      frame.body["cbor"] = std::move(value);
      return frame;
    }
    frame.raw = item.form == Form::raw;
    frame.bytes = bytes_in(value);
    frame.body[frame.raw ? "bytes" : "frame"] = given(*item.content, frame.bytes);
    return frame;
  }
  frame.kind = item.kind;
  auto ours = ids.ours();
  if (item.on) {
    auto const on = Filling{bindings, ours, true}.value(*item.on, FieldType::id);
    auto const number = on.number();
    if (!number) throw Unfillable{value_json(on).dump() + " is no connection id"};
    frame.on = *number;
    ours = ids.ours_on(frame.on);
  }
  Filling const filling{bindings, ours, true};
  for (auto const& [name, term] : item.fields) {
    auto const type = item.kind->fields[item.kind->field(name)].type;
    frame.body.entries.push_back({.name = name, .value = filling.value(term, type)});
  }
  for (auto const& message : item.inside)
    frame.inside.push_back(filled(message, bindings, ids));
  return frame;
}

}  // namespace

std::expected<Frame, std::string> fill(FrameTerm const& item, Bindings const& bindings,
                                       IdSpace const& ids) {
  try {
    return filled(item, bindings, ids);
  } catch (Unfillable const& error) {
    return std::unexpected(error.what);
  }
}

std::expected<void, std::string> change(Frame& frame, FrameTerm const& changes,
                                        Bindings const& bindings, IdSpace const& ids) {
  auto const is_stable = changes.kind != nullptr && changes.kind->layer == Layer::stable;
  auto& own = is_stable || frame.inside.empty() ? frame : frame.inside.front();
  if (changes.kind != own.kind) return std::unexpected("the frame is of another kind");
  if (changes.on) {
    auto const on = fill(*changes.on, FieldType::id, bindings, ids.ours());
    if (!on) return std::unexpected(on.error());
    own.on = on->number().value_or(own.on);
  }
  for (auto const& [name, term] : changes.fields) {
    auto const type = own.kind->fields[own.kind->field(name)].type;
    auto value = fill(term, type, bindings, ids.ours_on(own.on));
    if (!value) return std::unexpected(value.error());
    own.body[name] = *std::move(value);
  }
  if (changes.inside.empty() || own.inside.empty()) return {};
  return change(own.inside.front(), changes.inside.front(), bindings, ids);
}

std::expected<Value, std::string> fill(Term const& term, FieldType type, Bindings const& bindings,
                                       vox::Parity ours) {
  try {
    return Filling{bindings, ours, true}.value(term, type);
  } catch (Unfillable const& error) {
    return std::unexpected(error.what);
  }
}

Term fill_known(Term const& term, FieldType type, Bindings const& bindings, IdSpace const& ids) {
  return Filling{bindings, ids.ours(), false}.term(term, type);
}

FrameTerm fill_known(FrameTerm const& frame, Bindings const& bindings, IdSpace const& ids) {
  auto out = frame;
  auto ours = ids.ours();
  if (frame.on) {
    out.on = Filling{bindings, ours, false}.term(*frame.on, FieldType::id);
    auto const* const on = out.on->get<Value>();
    ours = ids.ours_on(on == nullptr ? 0 : on->number().value_or(0));
  }
  Filling const filling{bindings, ours, false};
  for (auto& [name, term] : out.fields)
    term = filling.term(term, frame.kind->fields[frame.kind->field(name)].type);
  if (out.content) out.content = filling.term(*out.content, FieldType::cbor);
  for (auto& inner : out.inside)
    inner = fill_known(inner, bindings, ids);
  return out;
}

}  // namespace voxspec
