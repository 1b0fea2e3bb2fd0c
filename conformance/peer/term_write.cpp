#include "conformance/peer/numbers.hpp"
#include "conformance/peer/term_json.hpp"
#include "conformance/peer/value_json.hpp"
#include "conformance/peer/written_type.hpp"

#include <string>

namespace voxspec {
namespace {

// A text that begins with "$" is no name.
void escape(Json& json) {
  if (json.is_string() && json.get_ref<std::string const&>().starts_with('$')) {
    json = "$" + json.get<std::string>();
  } else if (json.is_structured()) {
    for (auto& inner : json)
      escape(inner);
  }
}

struct Written {
  FieldType type;

  Json operator()(Value const& value) const {
    auto json = value_json(value, type);
    escape(json);
    return json;
  }
  Json operator()(Variable const& variable) const { return "$" + variable.name; }
  Json operator()(IdOf const& id) const { return Json{{id.ours ? "ours" : "theirs", id.n}}; }
  Json operator()(ParityOf const& parity) const { return parity.ours ? "ours" : "theirs"; }
  Json operator()(OwnSchemas const&) const { return "own"; }
  Json operator()(Repeated const& repeated) const {
    return {{"hex", vox::to_hex(repeated.once)}, {"times", repeated.times}};
  }
  Json operator()(TypedBytes const& typed) const {
    if (typed.type.by == "written") {
      auto out = written_json(typed.type.name);
      out["value"] = term_json(typed.value.at(0), FieldType::typed);
      return out;
    }
    return {{typed.type.by, typed.type.name},
            {"value", term_json(typed.value.at(0), FieldType::typed)}};
  }
  Json operator()(HexOf const& hex) const {
    return Json{{"hex", term_json(hex.text.at(0), FieldType::text)}};
  }
  Json operator()(ForeignTerm const& foreign) const {
    return Json{{"cbor", term_json(foreign.item.at(0), FieldType::cbor)}};
  }
  Json operator()(TermList const& list) const { return all(list.terms, inner_type(type)); }
  Json operator()(TermRecord const& record) const {
    Json out = Json::object();
    for (auto const& [name, term] : record.entries)
      out[name] = term_json(term, inner_type(type, name));
    return out;
  }
  Json operator()(Any const& any) const {
    return Json{{"any", any_words()[static_cast<std::size_t>(any.kind)]}};
  }
  Json operator()(Choice const& choice) const {
    return Json{{"one_of", all(choice.choices, type)}};
  }
  Json operator()(Range const& range) const {
    return Json{{"range", Json::array({number_json(range.first), number_json(range.last)})}};
  }
  Json operator()(AnyIdOf const& any) const {
    Json out{{"id_of", any.ours ? "ours" : "theirs"}};
    if (!any.name.empty()) out["as"] = "$" + any.name;
    return out;
  }
  Json operator()(Absent const&) const { return Json{{"absent", true}}; }
  Json operator()(Contains const& contains) const {
    if (contains.parts.size() == 1) return Json{{"contains", contains.parts.front()}};
    return Json{{"contains", contains.parts}};
  }
  Json operator()(Has const& has) const {
    if (has.in_order) return Json{{"in_order", all(has.entries, inner_type(type))}};
    if (has.is_list) return Json{{"has", all(has.entries, inner_type(type))}};
    return Json{{"has", term_json(has.entries.at(0), inner_type(type))}};
  }
  Json operator()(Not const& unwanted) const {
    return Json{{"not", term_json(unwanted.term.at(0), type)}};
  }

 private:
  static Json all(Terms const& terms, FieldType of) {
    Json out = Json::array();
    for (auto const& term : terms)
      out.push_back(term_json(term, of));
    return out;
  }
};

Json content_json(FrameTerm const& frame) {
  if (frame.form == FrameTerm::Form::cbor) return term_json(*frame.content, FieldType::cbor);
  auto const* const value = frame.content->get<Value>();
  auto const* const bytes = value == nullptr ? nullptr : value->get<vox::Bytes>();
  return bytes != nullptr ? Json(vox::to_hex(*bytes)) : term_json(*frame.content, FieldType::bytes);
}

}  // namespace

Json term_json(Term const& term, FieldType type) {
  return std::visit(Written{type}, term.of);
}

Json term_json(FrameTerm const& frame) {
  using Form = FrameTerm::Form;
  switch (frame.form) {
    case Form::payload:
      return Json{{"frame", content_json(frame)}};
    case Form::cbor:
      return Json{{"cbor", content_json(frame)}};
    case Form::raw:
      return Json{{"bytes", content_json(frame)}};
    case Form::none_of:
      return Json{{"not", term_json(frame.inside.front())}};
    case Form::one_of: {
      Json choices = Json::array();
      for (auto const& choice : frame.inside)
        choices.push_back(term_json(choice));
      return Json{{"one_of", std::move(choices)}};
    }
    case Form::frame:
      break;
  }
  Json out = Json::object();
  if (frame.on) out["on"] = term_json(*frame.on, FieldType::id);
  if (frame.kind == nullptr) return out;
  Json body = Json::object();
  for (auto const& [name, term] : frame.fields)
    body[name] = term_json(term, frame.kind->fields[frame.kind->field(name)].type);
  if (!frame.inside.empty()) body["message"] = term_json(frame.inside.front());
  out[std::string{frame.kind->name}] = std::move(body);
  return out;
}

}  // namespace voxspec
