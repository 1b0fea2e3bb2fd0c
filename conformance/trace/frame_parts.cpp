#include "conformance/trace/frame_parts.hpp"

#include "conformance/peer/fill.hpp"
#include "conformance/peer/message_plan.hpp"
#include "conformance/peer/term_json.hpp"
#include "conformance/peer/written_type.hpp"
#include "impl/schema/translate.hpp"

#include <array>
#include <utility>

namespace voxspec {
namespace {

// The fields whose bytes stand behind their own length.
constexpr std::array<std::string_view, 3> sized_fields{"args", "ret", "item"};
// Stands for a typed value that cannot be marked, until its place is found.
constexpr std::string_view typed_mark = "<a value of a type>";

bool is_message(Frame const& frame) {
  return frame.kind != nullptr && frame.kind->layer == Layer::message;
}

// The term of a field that has names in it, of those that are sized.
TypedBytes const* open_value(FrameTerm const& item, std::string& name) {
  for (auto const field : sized_fields) {
    auto const* const term = item.message().field(field);
    if (term == nullptr || term->get<TypedBytes>() == nullptr) continue;
    name = field;
    return term->get<TypedBytes>();
  }
  return nullptr;
}

vox::Bytes inner_bytes(Frame const& frame) {
  for (auto const field : sized_fields) {
    auto const* const value = frame.field(field);
    auto const* const bytes = value == nullptr ? nullptr : value->get<vox::Bytes>();
    if (bytes != nullptr) return *bytes;
  }
  return {};
}

std::string_view optional_as(FrameTerm const& item) {
  auto const is_hello = item.kind != nullptr && item.kind->layer == Layer::stable_hello;
  return is_hello ? "u32le" : "optional_varint";
}

// The item with marks in place of its names; nothing if one stands where none can.
std::optional<FrameTerm> marked(FrameTerm item, Blanks& blanks, Blanks::Typed typed) {
  auto const optional = optional_as(item);
  if (item.on && !blanks.mark(*item.on, FieldType::id, optional, typed)) return std::nullopt;
  for (auto& [name, term] : item.fields) {
    auto const type = item.kind->fields[item.kind->field(name)].type;
    if (!blanks.mark(term, type, optional, typed)) return std::nullopt;
  }
  for (auto& inside : item.inside) {
    auto message = marked(std::move(inside), blanks, typed);
    if (!message) return std::nullopt;
    inside = *std::move(message);
  }
  return item;
}

Json typed_part(TypedBytes const& typed) {
  auto type = typed.type.by == "written" ? written_json(typed.type.name)
                                         : Json{{typed.type.by, typed.type.name}};
  return {{"typed", std::move(type)}, {"value", term_json(typed.value.at(0), FieldType::typed)}};
}

// Replaces the one part that is the mark.
void put_typed(Json& parts, Json const& part) {
  for (auto& each : parts) {
    if (each.contains("fill") && each["fill"] == typed_mark) each = part;
    if (each.contains("of")) put_typed(each["of"], part);
  }
}

std::string kind_of(FrameTerm const& item) {
  using enum FrameTerm::Form;
  if (item.form == raw) return "bytes";
  return item.form == frame && item.kind != nullptr ? std::string{item.kind->name} : "payload";
}

// For a reader: what the bytes mean. Bytes that are no frame mean nothing.
Json says(FrameTerm const& item) {
  using enum FrameTerm::Form;
  return item.form == payload || item.form == raw ? Json{} : term_json(item);
}

}  // namespace

void LinkStage::note(std::string_view kind, Case const& of) {
  auto const is_stable = of.conduit == Conduit::stable;
  if (kind == "transport_accept") layer = Layer::handshake;
  if (kind == "lets_go") layer = is_stable ? Layer::stable_hello : Layer::message;
  if (kind == "server_hello") layer = Layer::stable;
}

void LinkStage::note(FrameTerm const& frame, Case const& of) {
  if (frame.form == FrameTerm::Form::frame && frame.kind != nullptr) {
    note(frame.kind->name, of);
  }
}

void LinkStage::note(Frame const& frame, Case const& of) {
  if (frame.raw) return;
  if (frame.kind == nullptr) {
    // A payload that is given as bytes goes on as what it is.
    if (auto const bytes = encode(frame)) {
      auto const decoded = decode(layer, *bytes, {.dialect = of.dialect});
      if (decoded) note(decoded->kind->name, of);
    }
    return;
  }
  note(frame.kind->name, of);
  if (frame.is("hello") || frame.is("hello_yourself")) {
    our_messages = plan_of_hello(frame, of.dialect);
  }
}

FrameParts::Written FrameParts::write(FrameTerm item, Bindings const& known, IdSpace const& ids,
                                      LinkStage& stage, Case const& of) {
  item = fill_known(item, known, ids);
  Written out{.json = {{"kind", kind_of(item)},
                       {"framing", item.form == FrameTerm::Form::raw ? "none" : "payload"},
                       {"parts", Json::array()},
                       {"says", says(item)},
                       {"once", nullptr}}};
  Json typed;
  std::string open;
  auto const* const value = open_value(item, open);
  for (auto const attempt : {Blanks::Typed::number, Blanks::Typed::text}) {
    blanks_.forget_marks();
    auto const with_marks = marked(item, blanks_, attempt);
    if (!with_marks) continue;
    auto frame = fill(*with_marks, known, ids);
    auto const bytes = frame ? encode(*frame) : std::unexpected(std::string{});
    if (!bytes || !blanks_.all_in(*bytes)) continue;
    out.frame = *std::move(frame);
    break;
  }
  if (!out.frame && value != nullptr) {
    typed = typed_part(*value);
    auto around = item;
    for (auto& [name, term] : around.fields) {
      if (name == open) term = Term{Value{vox::to_bytes(vox::as_bytes(typed_mark))}};
    }
    blanks_.forget_marks();
    if (auto const with_marks = marked(around, blanks_, Blanks::Typed::number)) {
      if (auto frame = fill(*with_marks, known, ids)) out.frame = *std::move(frame);
    }
    blanks_.expect_bytes(typed_mark);
  }
  if (!out.frame) return out;
  auto const* const repeated = item.content ? item.content->get<Repeated>() : nullptr;
  if (repeated != nullptr) {
    auto part = hex_part(repeated->once);
    part["times"] = repeated->times;
    out.json["parts"].push_back(std::move(part));
  } else {
    out.json["parts"] = parts_of(*out.frame, inner_bytes(*out.frame), stage);
    if (!typed.is_null()) put_typed(out.json["parts"], typed);
  }
  stage.note(*out.frame, of);
  return out;
}

Json FrameParts::parts_of(Frame const& frame, vox::ByteView inner, LinkStage const& stage) {
  auto bytes = encode(frame);
  if (!bytes) return Json::array();
  if (is_message(frame) && !stage.our_messages.is_identity()) {
    vox::wire::Buffer translated;
    if (vox::schema::translate(stage.our_messages, *bytes, translated)) *bytes = translated.take();
  }
  auto parts = blanks_.parts(*bytes, inner);
  if (!is_message(frame) || stage.layer != Layer::stable) return parts;
  return Json::array({{{"fill", "our_next"}, {"as", "varint"}},
                      {{"fill", "their_last"}, {"as", "optional_varint"}},
                      {{"length", "u32le"}, {"of", std::move(parts)}}});
}

}  // namespace voxspec
