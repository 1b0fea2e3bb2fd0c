#include "conformance/peer/fill.hpp"
#include "conformance/peer/schema_ledger.hpp"
#include "conformance/peer/typed_value.hpp"
#include "conformance/relay/relay_work.hpp"
#include "conformance/relay/translation.hpp"
#include "impl/schema/translate.hpp"

#include <algorithm>
#include <utility>

// What the relay does to a frame by a rule.
namespace voxspec::relay {
namespace {

// The frame, or the message inside a stable frame unless the pattern is for the frame around it.
bool is_about_stable_frames(FaultRule const& rule) {
  return rule.match.kind != nullptr && rule.match.kind->layer == Layer::stable;
}
Frame& meant(Frame& frame, FaultRule const& rule) {
  return is_about_stable_frames(rule) ? frame : frame.message();
}

// Entries of a record replace those of the same name; everything else is replaced as a whole.
void merge(Value& into, Value value) {
  auto* const record = into.get<Record>();
  auto* const changes = value.get<Record>();
  if (record == nullptr || changes == nullptr) {
    into = std::move(value);
    return;
  }
  for (auto& [name, inner] : changes->entries)
    (*record)[name] = std::move(inner);
}

vox::Bytes bytes_of(Frame const& frame) {
  auto bytes = encode(frame);
  return bytes ? *std::move(bytes) : frame.bytes;
}

void add_to(Frame& frame, Add const& add) {
  for (auto const& [name, by] : add.fields) {
    auto const more = static_cast<std::uint64_t>(by);
    if (name == "on") {
      frame.on += more;
      continue;
    }
    auto* const value = frame.body.find(name);
    if (value == nullptr) continue;
    if (auto const number = value->number()) *value = Value{*number + more};
  }
}

void flip(Frame& frame, Flip const& what) {
  auto* const value = frame.body.find(what.field);
  if (value == nullptr) return;
  if (auto* const bytes = value->get<vox::Bytes>(); bytes != nullptr && !bytes->empty()) {
    bytes->back() ^= std::byte{1};
  } else if (auto* const text = value->get<std::string>()) {
    *text += '!';
  } else if (auto* const is_so = value->get<bool>()) {
    *is_so = !*is_so;
  }
}

}  // namespace

std::optional<Frame> Relay::filled(Template const& item) {
  auto frame = fill(item, conversation_.fault_in_use->bindings(), conversation_.ids);
  if (frame) return *std::move(frame);
  give_up("a frame cannot be made: " + frame.error());
  return std::nullopt;
}

void Relay::put_changes(Work& work, Change const& change) {
  auto const& bindings = conversation_.fault_in_use->bindings();
  for (auto const& [name, term] : change.fields) {
    auto& around = work.frame;
    auto& own = around.kind != nullptr && around.kind->field(name) < around.kind->fields.size()
                    ? around
                    : around.message();
    if (own.kind == nullptr) continue;
    auto const type = name == "on" ? FieldType::id : own.kind->fields[own.kind->field(name)].type;
    auto value = fill(term, type, bindings, conversation_.ids.ours_on(own.on));
    if (!value) {
      give_up("'" + name + "' cannot be changed: " + value.error());
    } else if (name == "on") {
      own.on = value->number().value_or(own.on);
    } else {
      merge(own.body[name], *std::move(value));
    }
  }
  work.changed = true;
}

void Relay::put_metadata(Work& work, Attach const& attach) {
  auto& own = work.frame.message();
  auto* const metadata = own.body.find("metadata");
  auto more = fill(attach.entries, FieldType::metadata, conversation_.fault_in_use->bindings(),
                   conversation_.ids.ours());
  auto* const entries = more ? more->get<ValueList>() : nullptr;
  if (metadata == nullptr || metadata->get<ValueList>() == nullptr || entries == nullptr) {
    give_up("there is no metadata to attach to");
    return;
  }
  for (auto& entry : *entries)
    metadata->get<ValueList>()->push_back(std::move(entry));
  work.changed = true;
}

// The message, or the payload where there is none, is these bytes.
void Relay::put_bytes(Work& work, vox::Bytes bytes) {
  if (is_stable_frame(work.frame)) {
    work.frame.inside.clear();
    work.frame.body["item"] = std::move(bytes);
  } else {
    work.frame = bytes_frame(std::move(bytes), false);
  }
  work.changed = true;
}

void Relay::perform(Work& work, FaultRule const& rule) {
  for (auto const& action : rule.actions) {
    if (std::holds_alternative<Drop>(action.of)) {
      work.is_out = false;
      work.leaves_a_gap |= is_about_stable_frames(rule);
    } else if (auto const* const change = std::get_if<Change>(&action.of)) {
      put_changes(work, *change);
    } else if (auto const* const add = std::get_if<Add>(&action.of)) {
      add_to(meant(work.frame, rule), *add);
      work.changed = true;
    } else if (auto const* const what = std::get_if<Flip>(&action.of)) {
      flip(meant(work.frame, rule), *what);
      work.changed = true;
    } else if (auto const* const append = std::get_if<Append>(&action.of)) {
      auto bytes = bytes_of(work.frame.message());
      bytes.insert(bytes.end(), append->bytes.begin(), append->bytes.end());
      put_bytes(work, std::move(bytes));
    } else if (auto const* const shorten = std::get_if<Shorten>(&action.of)) {
      auto bytes = bytes_of(work.frame.message());
      bytes.resize(bytes.size() - std::min(bytes.size(), shorten->bytes));
      put_bytes(work, std::move(bytes));
    } else if (auto const* const repeat = std::get_if<Repeat>(&action.of)) {
      work.repeats += repeat->times;
      work.repeats_frame |= is_about_stable_frames(rule);
    } else if (auto const* const own = std::get_if<Insert>(&action.of)) {
      auto& list = own->to == work.from ? work.back : own->before ? work.before : work.after;
      for (auto const& item : own->frames) {
        if (auto frame = filled(item)) list.push_back(*std::move(frame));
      }
    } else if (auto const* const hold = std::get_if<Hold>(&action.of)) {
      work.is_out = false;
      work.leaves_a_gap |= is_about_stable_frames(rule);
      work.holds.push_back(*hold);
    } else if (auto const* const map = std::get_if<Map>(&action.of)) {
      auto& message = work.frame.message();
      auto as_it_came = work.as_it_came.message();
      conversation_.maps.add(*map, as_it_came, work.from);
      work.changed |= conversation_.maps.apply(as_it_came, work.from);
      message.on = as_it_came.on;
      if (auto* const id = as_it_came.body.find("id")) message.body["id"] = *id;
    } else if (auto const* const attach = std::get_if<Attach>(&action.of)) {
      put_metadata(work, *attach);
    } else if (auto const* const writing = std::get_if<Encode>(&action.of)) {
      work.frame.writing = writing->writing;
      if (!work.frame.inside.empty()) work.frame.inside.front().writing = writing->writing;
      work.changed = true;
    } else if (auto const* const layout = std::get_if<Translate>(&action.of)) {
      translate(work, *layout);
    } else if (auto const* const cut = std::get_if<Cut>(&action.of)) {
      work.form.cuts = cut->offsets;
      work.form.is_bytewise = cut->is_bytewise;
    } else if (std::holds_alternative<Join>(action.of)) {
      work.form.joins_next = true;
    } else if (auto const* const how = std::get_if<Retype>(&action.of)) {
      retype(work, *how);
    } else if (auto const* const type = std::get_if<Rewrite>(&action.of)) {
      rewrite(work, *type);
    } else if (std::holds_alternative<Rehash>(action.of)) {
      rehash(work);
    } else {
      work.ends.push_back(std::get<End>(action.of));
    }
  }
}

void Relay::keep_schema_ids(Work& work) {
  if (!conversation_.fault_in_use) return;
  auto& message = work.frame.message();
  auto* const schemas = is_message(message) ? message.body.find("schemas") : nullptr;
  if (schemas == nullptr) return;
  auto& ids = conversation_.schema_ids[std::to_underlying(work.from)];
  work.changed |= ids.put_into(message.on, *schemas);
}

void Relay::retype(Work& work, Retype const& how) {
  auto& message = work.frame.message();
  auto& ids = conversation_.schema_ids[std::to_underlying(work.from)];
  work.changed |= ids.retype(message.on, message.body["schemas"], how);
}

// What is no value of the method's type stays as it is: the other side is to judge it.
void Relay::rewrite(Work& work, Rewrite const& how) {
  auto& message = work.frame.message();
  auto const method = codec(work.from).their_types().method_of(work.as_it_came);
  auto const is_args = message.is("request_call");
  auto& value = message.body[is_args ? "args" : "ret"];
  auto const* const bytes = value.get<vox::Bytes>();
  auto const schemas = method_schemas(method_of(method.value_or(0)), is_args ? "args" : "response");
  if (bytes == nullptr || !schemas) return;
  auto const plan = plan_to_retyped(Value{*schemas}, {.type = how.type, .reversed = true});
  vox::wire::Buffer out;
  if (!plan || !vox::schema::translate(*plan, *bytes, out)) return;
  auto written = std::move(out).take();
  work.changed |= written != *bytes;
  value = std::move(written);
}

void Relay::rehash(Work& work) {
  auto& message = work.frame.message();
  auto& ids = conversation_.schema_ids[std::to_underlying(work.from)];
  work.changed |= ids.rehash(message.on, message.body["schemas"]);
}

void Relay::translate(Work& work, Translate const& how) {
  auto& own = work.frame.body["message_payload_schema"];
  if (own != own_message_schemas(conversation_.dialect)) {
    give_up("a layout that is not ours already cannot be translated");
    return;
  }
  own = other_layout(how.layout, conversation_.dialect);
  writer(work.from).is_translated = true;
  work.changed = true;
}

}  // namespace voxspec::relay
