#include "conformance/trace/field_list.hpp"

#include "conformance/peer/numbers.hpp"
#include "conformance/peer/schema_ledger.hpp"
#include "conformance/peer/term_json.hpp"
#include "conformance/peer/value_json.hpp"
#include "conformance/peer/written_type.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace voxspec {
namespace {

Json any_value() {
  return {{"any", "value"}};
}
Json equals(Json value) {
  return {{"equals", std::move(value)}};
}
Json within(std::string_view key, Json inner) {
  return {{"record", {{std::string{key}, std::move(inner)}}}};
}

// How the wire has a value that traces write shorter.
enum class Form : std::uint8_t { plain, cbor };

// Writes what a term of a field asks for.
class Conditions {
 public:
  Conditions(Form form, vox::Parity ours) : form_{form}, ours_{ours} {}

  [[nodiscard]] Json of(Term const& term, FieldType type) const {
    return std::visit([&](auto const& inner) { return one(inner, type); }, term.of);
  }

 private:
  [[nodiscard]] Json one(Value const& value, FieldType type) const {
    if (value.is<Null>() && type != FieldType::typed) return {{"absent", true}};
    if (value.is<None>()) return equals(nullptr);
    if (auto const* const record = value.get<Record>()) return entries(record->entries, type);
    if (auto const* const list = value.get<ValueList>()) {
      Json out = Json::array();
      for (auto const& each : *list)
        out.push_back(one(each, inner_type(type)));
      return {{"list", std::move(out)}};
    }
    auto const plain = value_json(value, type);
    if (type == FieldType::metadata_value) {
      if (value.is<std::string>()) return within("String", equals(plain));
      return within(value.number() ? "U64" : "Bytes", equals(plain));
    }
    if (form_ == Form::plain) return equals(plain);
    if (type == FieldType::parity && value.text()) {
      return equals({{*value.text() == "odd" ? "Odd" : "Even", nullptr}});
    }
    if (type == FieldType::key && value.is<vox::Bytes>()) return within("bytes", equals(plain));
    return equals(plain);
  }
  [[nodiscard]] Json one(Variable const& variable, FieldType type) const {
    Json name{{"name", variable.name}};
    return type == FieldType::key && form_ == Form::cbor ? within("bytes", std::move(name)) : name;
  }
  // Settled before; what is left is of no frame that can come.
  [[nodiscard]] Json one(IdOf const&, FieldType) const { return any_value(); }
  [[nodiscard]] Json one(ParityOf const&, FieldType) const { return any_value(); }
  [[nodiscard]] Json one(OwnSchemas const&, FieldType type) const {
    return equals(value_json(own_message_schemas(dialect_of(type)), type));
  }
  [[nodiscard]] Json one(Repeated const& repeated, FieldType) const {
    return equals({{"hex", vox::to_hex(repeated.once)}, {"times", repeated.times}});
  }
  [[nodiscard]] Json one(TypedBytes const& typed, FieldType) const {
    auto type = typed.type.by == "written" ? written_json(typed.type.name)
                                           : Json{{typed.type.by, typed.type.name}};
    Conditions const inside{Form::plain, ours_};
    return {{"typed", std::move(type)}, {"value", inside.of(typed.value.at(0), FieldType::typed)}};
  }
  [[nodiscard]] Json one(HexOf const& hex, FieldType) const {
    return {{"hex", of(hex.text.at(0), FieldType::text)}};
  }
  [[nodiscard]] Json one(ForeignTerm const& foreign, FieldType) const {
    return of(foreign.item.at(0), FieldType::cbor);
  }
  [[nodiscard]] Json one(TermList const& list, FieldType type) const {
    return {{"list", all(list.terms, inner_type(type))}};
  }
  [[nodiscard]] Json one(TermRecord const& record, FieldType type) const {
    return entries(record.entries, type);
  }
  [[nodiscard]] Json one(Any const& any, FieldType type) const {
    Json out{{"any", any_words()[static_cast<std::size_t>(any.kind)]}};
    if (type == FieldType::metadata_value && any.kind != AnyKind::value) {
      auto const is_text = any.kind == AnyKind::text;
      return within(is_text                     ? "String"
                    : any.kind == AnyKind::uint ? "U64"
                                                : "Bytes",
                    std::move(out));
    }
    auto const is_key = type == FieldType::key && form_ == Form::cbor;
    return is_key && any.kind == AnyKind::bytes ? within("bytes", std::move(out)) : out;
  }
  [[nodiscard]] Json one(Choice const& choice, FieldType type) const {
    return {{"one_of", all(choice.choices, type)}};
  }
  [[nodiscard]] Json one(Range const& range, FieldType type) const {
    Json out{{"range", Json::array({number_json(range.first), number_json(range.last)})}};
    return type == FieldType::metadata_value ? within("U64", std::move(out)) : out;
  }
  [[nodiscard]] Json one(AnyIdOf const& any, FieldType) const {
    auto const side = any.ours ? ours_ : opposite(ours_);
    Json out{{"parity", side == vox::Parity::odd ? "odd" : "even"}};
    if (!any.name.empty()) out["name"] = any.name;
    return out;
  }
  [[nodiscard]] Json one(Absent const&, FieldType) const { return {{"absent", true}}; }
  [[nodiscard]] Json one(Has const& has, FieldType type) const {
    return {{has.in_order ? "in_order" : "has", all(has.entries, inner_type(type))}};
  }
  [[nodiscard]] Json one(Contains const& contains, FieldType type) const {
    Json out{{"contains", contains.parts}};
    return type == FieldType::metadata_value ? within("String", std::move(out)) : out;
  }
  [[nodiscard]] Json one(Not const& unwanted, FieldType type) const {
    return {{"not", of(unwanted.term.at(0), type)}};
  }

  [[nodiscard]] Json all(Terms const& terms, FieldType type) const {
    Json out = Json::array();
    for (auto const& term : terms)
      out.push_back(of(term, type));
    return out;
  }
  [[nodiscard]] Json part(Value const& value, FieldType type) const { return one(value, type); }
  [[nodiscard]] Json part(Term const& term, FieldType type) const { return of(term, type); }
  template <class Entries>
  [[nodiscard]] Json entries(Entries const& of_record, FieldType type) const {
    Json out = Json::object();
    for (auto const& [name, inner] : of_record)
      out[name] = part(inner, inner_type(type, name));
    return {{"record", std::move(out)}};
  }

  Form form_;
  vox::Parity ours_;
};

Json field(std::string_view name, std::string_view encoding, Json is) {
  return {{"name", name}, {"encoding", encoding}, {"is", std::move(is)}};
}

struct Encoding {
  FieldType type;
  std::string_view name;
};
// What is not among them is a varint.
constexpr std::array encodings{
    Encoding{FieldType::u8, "u8"},
    Encoding{FieldType::reserved, "bytes2"},
    Encoding{FieldType::text, "string"},
    Encoding{FieldType::boolean, "flag_1"},
    Encoding{FieldType::key, "bytes16"},
    Encoding{FieldType::maybe_u32, "optional_varint"},
    Encoding{FieldType::bytes, "payload"},
    Encoding{FieldType::message, "payload"},
    Encoding{FieldType::direction, "direction"},
    Encoding{FieldType::settings, "settings"},
    Encoding{FieldType::settings_0_5, "settings"},
    Encoding{FieldType::metadata, "metadata"},
    Encoding{FieldType::schema_payload, "schemas"},
};

std::string_view encoding_of(FieldType type, Layer layer) {
  if (type == FieldType::extra) return "cbor_rest";
  if (layer == Layer::handshake) return "cbor";
  if (layer == Layer::stable_hello && type == FieldType::maybe_u32) return "u32le";
  auto const* const found = std::ranges::find(encodings, type, &Encoding::type);
  return found == encodings.end() ? "varint" : found->name;
}

// The fields of a kind, with what stands before and between them.
class KindFields {
 public:
  KindFields(FrameKind const& kind, FrameTerm const* pattern, vox::Parity ours)
      : kind_{kind},
        pattern_{pattern},
        ours_{ours},
        conditions_{kind.layer == Layer::handshake ? Form::cbor : Form::plain, ours} {}

  Json take() {
    put_head();
    for (auto const& each : kind_.fields) {
      if (kind_.body >= 0 && &each == &kind_.fields[1]) put_number("body", kind_.body);
      put(each);
    }
    return {{"kind", kind_.name}, {"fields", std::move(out_)}};
  }

 private:
  void put_head() {
    switch (kind_.layer) {
      case Layer::prologue:
      case Layer::stable_hello:
        out_.push_back(
            field("magic", "bytes4", equals({{"hex", vox::to_hex(vox::as_bytes(kind_.tag))}})));
        if (kind_.layer == Layer::stable_hello) {
          out_.push_back(field("flags", "u8", {{"any", "uint"}}));
        }
        break;
      case Layer::handshake:
        out_.push_back(field("tag", "cbor_tag", equals(kind_.tag)));
        break;
      case Layer::message: {
        auto const* const on = pattern_ != nullptr && pattern_->on ? &*pattern_->on : nullptr;
        out_.push_back(
            field("on", "varint",
                  on == nullptr ? Json{{"any", "uint"}} : conditions_.of(*on, FieldType::id)));
        put_number("variant", kind_.variant);
        break;
      }
      case Layer::stable:
        break;
    }
  }
  void put_number(std::string_view name, int number) {
    out_.push_back(field(name, "varint", equals(number)));
  }
  void put(FrameField const& each) {
    if (kind_.layer == Layer::stable && each.name == "item") return;  // in place of a message
    if (each.type == FieldType::extra && wanted(each.name) == nullptr) return;
    auto const encoding = encoding_of(each.type, kind_.layer);
    if (each.type == FieldType::message) {
      auto const inside = pattern_ != nullptr && !pattern_->inside.empty();
      auto const* const item = wanted("item");
      auto is = inside            ? Json{{"frame", field_list(pattern_->inside.front(), ours_)}}
                : item != nullptr ? conditions_.of(*item, FieldType::bytes)
                                  : any_value();
      out_.push_back(field(each.name, encoding, std::move(is)));
      return;
    }
    auto const* const term = wanted(each.name);
    out_.push_back(field(each.name, encoding,
                         term == nullptr ? any_value() : conditions_.of(*term, each.type)));
  }
  [[nodiscard]] Term const* wanted(std::string_view name) const {
    return pattern_ == nullptr ? nullptr : pattern_->field(name);
  }

  FrameKind const& kind_;
  FrameTerm const* pattern_;
  vox::Parity ours_;
  Conditions conditions_;
  Json out_ = Json::array();
};

}  // namespace

Json condition(Term const& term, FieldType type, vox::Parity ours) {
  return Conditions{Form::plain, ours}.of(term, type);
}

Json field_list(FrameKind const& kind) {
  return KindFields{kind, nullptr, vox::Parity::odd}.take();
}

Json in_stable_frame(Json message) {
  auto out = field_list(*find_frame_kind("stable_frame"));
  out["fields"].back()["is"] = {{"frame", std::move(message)}};
  return out;
}

Json field_list(FrameTerm const& pattern, vox::Parity ours) {
  using enum FrameTerm::Form;
  Json inside = Json::array();
  if (pattern.form == one_of || pattern.form == none_of) {
    for (auto const& each : pattern.inside)
      inside.push_back(field_list(each, ours));
    return {{"kind", pattern.form == one_of ? "one_of" : "not"}, {"of", std::move(inside)}};
  }
  if (pattern.form != frame) {
    auto is = condition(*pattern.content, FieldType::bytes, ours);
    return {{"kind", "payload"},
            {"fields", Json::array({field("payload", "rest", std::move(is))})}};
  }
  if (pattern.kind != nullptr) return KindFields{*pattern.kind, &pattern, ours}.take();
  auto on = pattern.on ? condition(*pattern.on, FieldType::id, ours) : Json{{"any", "uint"}};
  return {{"kind", "any"}, {"fields", Json::array({field("on", "varint", std::move(on))})}};
}

}  // namespace voxspec
