#include "conformance/peer/match.hpp"

#include "conformance/peer/numbers.hpp"
#include "conformance/peer/schema_check.hpp"
#include "conformance/peer/schema_ledger.hpp"
#include "conformance/peer/term_json.hpp"
#include "conformance/peer/typed_value.hpp"
#include "conformance/peer/value_json.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

namespace voxspec {
namespace {

constexpr std::size_t shown_chars_max = 200;

std::string shown(Json const& value) {
  auto text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > shown_chars_max) text = text.substr(0, shown_chars_max) + " …";
  return text;
}

bool is_of_kind(Value const& value, AnyKind kind) {
  switch (kind) {
    case AnyKind::text:
      return value.is<std::string>();
    case AnyKind::uint:
      return value.number().has_value();
    case AnyKind::boolean:
      return value.is<bool>();
    case AnyKind::list:
      return value.is<ValueList>();
    case AnyKind::object:
      return value.is<Record>() || value.is<Pairs>();
    case AnyKind::bytes: {
      // Schemas are bytes too, only shown by what they mean.
      auto const* const record = value.get<Record>();
      return value.is<vox::Bytes>() || (record != nullptr && record->find("root") != nullptr);
    }
    case AnyKind::value:
      return true;
    case AnyKind::schemas:
    case AnyKind::whole_schemas:
    case AnyKind::whole_list:
      break;  // judged where the flaw can be named
  }
  return false;
}

// Whether two values that are no collections are the same. Numbers of Testbed's values may be
// written in more than one way.
bool is_same(Value const& wanted, Value const& actual, FieldType type) {
  if (wanted == actual) return true;
  if (type != FieldType::typed) return false;
  if (auto const* const real = actual.get<double>()) {
    if (auto const number = wanted.number()) return static_cast<double>(*number) == *real;
    auto const* const negative = wanted.get<std::int64_t>();
    return negative != nullptr && static_cast<double>(*negative) == *real;
  }
  auto const text = wanted.text();
  if (!text) return false;
  Json const spelt(*text);
  if (auto const number = actual.number()) return number_from(spelt) == number;
  auto const* const negative = actual.get<std::int64_t>();
  return negative != nullptr && signed_number_from(spelt) == *negative;
}

// One frame or value being judged. The first difference is kept; what was bound on the way is
// undone by the caller, who holds the bindings as they were.
class Matching {
 public:
  Matching(Bindings& bindings, vox::Parity ours, SharedReading reading = nullptr)
      : bindings_{&bindings}, ours_{ours}, reading_{std::move(reading)} {}

  // `actual` is null for what is not there.
  bool check(Term const& pattern, Value const* actual, std::string const& path, FieldType type) {
    Here const here{pattern, actual, path, type};
    return std::visit([&](auto const& term) { return check(term, here); }, pattern.of);
  }

  bool differs(Json expected, Json got, std::string const& path, std::string const& why,
               bool missing = false) {
    if (mismatch_) return false;
    auto text = "expected " + shown(expected) + ", " + (why.empty() ? "got " + shown(got) : why);
    mismatch_ = Mismatch{.path = path,
                         .expected = std::move(expected),
                         .got = std::move(got),
                         .missing = missing,
                         .why = std::move(text)};
    return false;
  }

  [[nodiscard]] std::optional<Mismatch> take() { return std::exchange(mismatch_, std::nullopt); }

 private:
  struct Here {
    Term const& pattern;
    Value const* actual;
    std::string const& path;
    FieldType type;
  };

  bool differs(Here const& here, std::string const& why = {}) {
    if (mismatch_) return false;
    auto const missing = here.actual == nullptr;
    return differs(term_json(here.pattern, here.type),
                   missing ? Json{} : value_json(*here.actual, here.type), here.path,
                   missing && why.empty() ? "it is missing" : why, missing);
  }

  [[nodiscard]] vox::Parity side(bool ours) const { return ours ? ours_ : opposite(ours_); }

  bool check(Value const& wanted, Here const& here) {
    // A field may be missing that is null; but of a typed value each part is there, or another
    // variant.
    auto const may_be_missing = wanted.is<Null>() && here.type != FieldType::typed;
    if (here.actual == nullptr) return may_be_missing || differs(here);
    if (auto const* const record = wanted.get<Record>()) return check_record(*record, here);
    if (auto const* const list = wanted.get<ValueList>()) return check_list(*list, here);
    return is_same(wanted, *here.actual, here.type) || differs(here);
  }
  bool check(Variable const& variable, Here const& here) {
    if (here.actual == nullptr) return differs(here);
    auto const [bound, is_new] = bindings_->try_emplace(variable.name, *here.actual);
    if (is_new || bound->second == *here.actual) return true;
    return differs(here, "which is " + shown(value_json(bound->second, here.type)) + ", got " +
                             shown(value_json(*here.actual, here.type)));
  }
  bool check(IdOf const& id, Here const& here) {
    return check_is(IdSpace::nth(side(id.ours), id.n), here);
  }
  bool check(ParityOf const& parity, Here const& here) {
    return check_is(side(parity.ours) == vox::Parity::odd ? "odd" : "even", here);
  }
  bool check(OwnSchemas const&, Here const& here) {
    return check_is(own_message_schemas(dialect_of(here.type)), here);
  }
  bool check(Repeated const& repeated, Here const& here) {
    auto const* const bytes = here.actual == nullptr ? nullptr : here.actual->get<vox::Bytes>();
    auto const size = repeated.once.size();
    auto const fits = bytes != nullptr && bytes->size() == size * repeated.times;
    for (std::size_t at = 0; fits && at < bytes->size(); at += size) {
      if (!std::ranges::equal(repeated.once, vox::ByteView{*bytes}.subspan(at, size))) {
        return differs(here);
      }
    }
    return fits || differs(here);
  }
  bool check(TypedBytes const& typed, Here const& here) {
    auto const* const bytes = here.actual == nullptr ? nullptr : here.actual->get<vox::Bytes>();
    if (bytes == nullptr) return differs(here);
    // A type that the case writes down is the one of which the bytes are.
    auto const own = typed.type.by == "written" ? *bytes : in_own_layout(reading_, *bytes);
    if (!own) return differs(here, own.error());
    auto const value = decode_typed(typed.type, *own);
    if (!value) return differs(here, value.error());
    return check(typed.value.at(0), &*value, here.path, FieldType::typed);
  }
  bool check(HexOf const& hex, Here const& here) {
    auto const* const bytes = here.actual == nullptr ? nullptr : here.actual->get<vox::Bytes>();
    if (bytes == nullptr) return differs(here);
    Value const text{vox::to_hex(*bytes)};
    return check(hex.text.at(0), &text, here.path + "/hex", FieldType::text);
  }
  bool check(ForeignTerm const& foreign, Here const& here) {
    auto const* const actual = here.actual == nullptr ? nullptr : here.actual->get<Foreign>();
    if (actual == nullptr) return differs(here);
    return check(foreign.item.at(0), &actual->item.at(0), here.path + "/cbor", FieldType::cbor);
  }
  bool check(TermList const& list, Here const& here) { return check_list(list.terms, here); }
  bool check(TermRecord const& record, Here const& here) { return check_record(record, here); }

  bool check(Any const& any, Here const& here) {
    auto const is_list = any.kind == AnyKind::whole_list;
    auto const is_whole = any.kind == AnyKind::whole_schemas;
    if (here.actual != nullptr && (is_list || is_whole || any.kind == AnyKind::schemas)) {
      auto const flaw =
          is_list ? flaw_in_schema_list(*here.actual) : flaw_in_schemas(*here.actual, is_whole);
      return !flaw || differs(here, *flaw);
    }
    return (here.actual != nullptr && is_of_kind(*here.actual, any.kind)) || differs(here);
  }
  bool check(Range const& range, Here const& here) {
    auto const number = here.actual == nullptr ? std::nullopt : here.actual->number();
    return (number && *number >= range.first && *number <= range.last) || differs(here);
  }
  bool check(AnyIdOf const& any, Here const& here) {
    auto const number = here.actual == nullptr ? std::nullopt : here.actual->number();
    auto const is_odd = number && *number % 2 == 1;
    auto const wants_odd = side(any.ours) == vox::Parity::odd;
    if (number && is_odd == wants_odd) {
      return any.name.empty() || check(Variable{any.name}, here);
    }
    if (here.actual == nullptr) return differs(here);
    return differs(here, "an id that is " + std::string{wants_odd ? "odd" : "even"} + ", got " +
                             shown(value_json(*here.actual, here.type)));
  }
  bool check(Absent const&, Here const& here) {
    return here.actual == nullptr || here.actual->is_absent() || differs(here);
  }
  bool check(Choice const& choice, Here const& here) {
    return std::ranges::any_of(
               choice.choices,
               [&](Term const& each) { return would_match(each, here.actual, here.type); }) ||
           differs(here);
  }
  bool check(Not const& unwanted, Here const& here) {
    auto const before = *bindings_;
    auto const matched = would_match(unwanted.term.at(0), here.actual, here.type);
    *bindings_ = before;  // what must not match binds nothing
    return !matched || differs(here);
  }
  bool check(Contains const& contains, Here const& here) {
    auto const* const text = here.actual == nullptr ? nullptr : here.actual->get<std::string>();
    if (text == nullptr) return differs(here);
    auto const stands = [&](std::string const& part) {
      auto const same = [](char a, char b) {
        return std::tolower(static_cast<unsigned char>(a)) ==
               std::tolower(static_cast<unsigned char>(b));
      };
      return !std::ranges::search(*text, part, same).empty();
    };
    return std::ranges::all_of(contains.parts, stands) || differs(here);
  }
  bool check(Has const& has, Here const& here) {
    auto const* const list = here.actual == nullptr ? nullptr : here.actual->get<ValueList>();
    if (list == nullptr) return differs(here);
    auto from = list->begin();
    auto const holds = [&](Term const& entry) {
      auto const found = std::find_if(from, list->end(), [&](Value const& value) {
        return would_match(entry, &value, inner_type(here.type));
      });
      if (found == list->end()) return false;
      if (has.in_order) from = std::next(found);
      return true;
    };
    return std::ranges::all_of(has.entries, holds) || differs(here);
  }

  bool check_is(Value const& wanted, Here const& here) {
    return (here.actual != nullptr && wanted == *here.actual) || differs(here);
  }
  // Entries and elements are terms, or values.
  bool check_part(Term const& pattern, Value const* actual, std::string const& path,
                  FieldType type) {
    return check(pattern, actual, path, type);
  }
  bool check_part(Value const& pattern, Value const* actual, std::string const& path,
                  FieldType type) {
    return check(Term{pattern}, actual, path, type);
  }
  template <class Entries>
  bool check_record(Entries const& pattern, Here const& here) {
    auto const* const actual = here.actual == nullptr ? nullptr : here.actual->get<Record>();
    if (actual == nullptr) return differs(here);
    auto const had_mismatch = mismatch_.has_value();
    auto const matches = std::ranges::all_of(pattern.entries, [&](auto const& entry) {
      auto const& [name, inner] = entry;
      return check_part(inner, actual->find(name), here.path + "/" + name,
                        inner_type(here.type, name));
    });
    // Of a typed value each field is there, so that what is missing is a variant: the one that came
    // says more.
    auto const is_other_variant = !matches && !had_mismatch && mismatch_ && mismatch_->missing &&
                                  here.type == FieldType::typed && pattern.entries.size() == 1 &&
                                  actual->entries.size() == 1;
    if (!is_other_variant) return matches;
    mismatch_.reset();
    return differs(here);
  }
  template <class List>
  bool check_list(List const& pattern, Here const& here) {
    auto const* const actual = here.actual == nullptr ? nullptr : here.actual->get<ValueList>();
    if (actual == nullptr) return differs(here);
    if (actual->size() != pattern.size()) {
      return differs(here, "a list of " + std::to_string(pattern.size()) + ", got one of " +
                               std::to_string(actual->size()));
    }
    for (std::size_t i = 0; i < pattern.size(); ++i) {
      if (!check_part(pattern[i], &(*actual)[i], here.path + "/" + std::to_string(i),
                      inner_type(here.type))) {
        return false;
      }
    }
    return true;
  }

  // Tries a pattern without leaving a trace if it fails.
  bool would_match(Term const& pattern, Value const* actual, FieldType type) {
    auto before = *bindings_;
    auto const kept = take();
    auto const matched = check(pattern, actual, {}, type);
    mismatch_ = kept;
    if (!matched) *bindings_ = std::move(before);
    return matched;
  }

  Bindings* bindings_;
  vox::Parity ours_;
  SharedReading reading_;  // of the frame's value
  std::optional<Mismatch> mismatch_;
};

Mismatch whole_frame(FrameTerm const& pattern, Frame const& frame, std::string why) {
  return {
      .path = {}, .expected = term_json(pattern), .got = frame_json(frame), .why = std::move(why)};
}

std::optional<Mismatch> choose(FrameTerm const& pattern, Frame const& frame, Bindings& bindings,
                               IdSpace const& ids) {
  if (pattern.form == FrameTerm::Form::none_of) {
    auto trial = bindings;
    if (match(pattern.inside.front(), frame, trial, ids)) return std::nullopt;
    return whole_frame(pattern, frame, "this frame must not come: " + shown(frame_json(frame)));
  }
  for (auto const& choice : pattern.inside) {
    if (!match(choice, frame, bindings, ids)) return std::nullopt;
  }
  return whole_frame(pattern, frame, "none of the choices is " + shown(frame_json(frame)));
}

std::optional<Mismatch> check_frame(FrameTerm const& pattern, Frame const& frame,
                                    std::string const& path, Bindings& bindings,
                                    IdSpace const& ids) {
  Matching session{bindings, ids.ours()};
  if (pattern.kind != nullptr && pattern.kind != frame.kind) {
    Json const expected = term_json(pattern);
    auto const name = std::string{pattern.kind->name};
    session.differs(Json{{name, expected[name]}}, frame_json(frame), path,
                    "got " + std::string{frame.name().empty() ? "something else" : frame.name()});
    return session.take();
  }
  auto const is_message = frame.kind != nullptr && frame.kind->layer == Layer::message;
  if (pattern.on) {
    Value const on{frame.on};
    if (!session.check(*pattern.on, is_message ? &on : nullptr, path + "/on", FieldType::id)) {
      return session.take();
    }
  }
  if (pattern.kind == nullptr) return std::nullopt;
  Matching body{bindings, is_message ? ids.ours_on(frame.on) : ids.ours(), frame.reading};
  auto const own_path = path + "/" + std::string{pattern.kind->name};
  for (auto const& [name, term] : pattern.fields) {
    auto const type = pattern.kind->fields[pattern.kind->field(name)].type;
    if (!body.check(term, frame.body.find(name), own_path + "/" + name, type)) return body.take();
  }
  if (pattern.inside.empty()) return std::nullopt;
  if (frame.inside.empty()) {
    body.differs(term_json(pattern.inside.front()), {}, own_path + "/message", "it is missing",
                 true);
    return body.take();
  }
  return check_frame(pattern.inside.front(), frame.inside.front(), own_path + "/message", bindings,
                     ids);
}

std::optional<Mismatch> check_any(FrameTerm const& pattern, Frame const& frame, Bindings& bindings,
                                  IdSpace const& ids) {
  if (pattern.form != FrameTerm::Form::frame) {
    Matching payload{bindings, ids.ours()};
    Value const bytes{frame.bytes};
    payload.check(*pattern.content, &bytes, "/frame", FieldType::bytes);
    return payload.take();
  }
  auto const looks_inside = pattern.kind == nullptr || pattern.kind->layer != Layer::stable;
  return check_frame(pattern, looks_inside ? frame.message() : frame, {}, bindings, ids);
}

}  // namespace

std::optional<Mismatch> match(FrameTerm const& pattern, Frame const& frame, Bindings& bindings,
                              IdSpace const& ids) {
  if (pattern.form == FrameTerm::Form::one_of || pattern.form == FrameTerm::Form::none_of) {
    return choose(pattern, frame, bindings, ids);
  }
  auto trial = bindings;
  auto mismatch = check_any(pattern, frame, trial, ids);
  if (!mismatch) bindings = std::move(trial);
  return mismatch;
}

Pattern pattern_of(Frame const& frame) {
  Pattern out;
  out.kind = frame.kind;
  auto const is_message = frame.kind != nullptr && frame.kind->layer == Layer::message;
  if (is_message) out.on = Term{Value{frame.on}};
  for (auto const& [name, value] : frame.body.entries)
    out.fields.emplace_back(name, Term{value});
  return out;
}

std::optional<Mismatch> match(Term const& pattern, Value const& value, FieldType type,
                              Bindings& bindings, IdSpace const& ids) {
  auto trial = bindings;
  Matching matching{trial, ids.ours()};
  if (!matching.check(pattern, &value, {}, type)) return matching.take();
  bindings = std::move(trial);
  return std::nullopt;
}

}  // namespace voxspec
