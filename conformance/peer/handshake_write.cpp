#include "conformance/peer/cbor_value.hpp"
#include "conformance/peer/handshake_fields.hpp"
#include "conformance/peer/unwritable.hpp"

#include <algorithm>

namespace voxspec {
namespace {

using vox::Bytes;
using vox::wire::Buffer;
using vox::wire::CborWriter;

// One message of the handshake: a map of fields, each in the CBOR form of its type.
class HandshakeWriter {
 public:
  explicit HandshakeWriter(Buffer& out) : writer_{out} {}

  void put(Frame const& frame, std::vector<std::string> const& first) {
    std::vector<Entry const*> fields;
    for (auto const& entry : frame.body.entries) {
      auto const* const extra = entry.name == "extra" ? entry.value.get<Record>() : nullptr;
      if (extra != nullptr) {
        for (auto const& inner : extra->entries)
          fields.push_back(&inner);
      } else if (!entry.value.is<Null>()) {
        fields.push_back(&entry);
      }
    }
    // What each of these names goes to the front, in the order of the list.
    auto unplaced = fields.begin();
    for (auto const& name : first) {
      auto const named = std::ranges::find(unplaced, fields.end(), name, &Entry::name);
      if (named == fields.end()) continue;
      std::rotate(unplaced, named, std::next(named));
      ++unplaced;
    }
    writer_.put_map(1);
    writer_.put_text(frame.kind->tag);
    writer_.put_map(fields.size());
    for (auto const* const field : fields) {
      writer_.put_text(field->name);
      auto const index = frame.kind->field(field->name);
      auto const is_known = index < frame.kind->fields.size() && is_own(frame.body, field);
      put_field(is_known ? frame.kind->fields[index].type : FieldType::cbor, field->value);
    }
  }

 private:
  // An entry of `extra` is plain CBOR, whatever its name.
  static bool is_own(Record const& body, Entry const* field) {
    return body.find(field->name) == &field->value;
  }

  void put_field(FieldType type, Value const& value) {
    auto const* const bytes = value.get<Bytes>();
    auto const* const text = value.get<std::string>();
    if (type == FieldType::parity && text != nullptr) {
      writer_.put_map(1);
      writer_.put_text(parity_index(value) == 0 ? "Odd" : "Even");
      writer_.put_null();
    } else if (is_settings(type) && value.is<Record>()) {
      put_settings(type, *value.get<Record>());
    } else if (type == FieldType::metadata && value.is<ValueList>()) {
      put_metadata(*value.get<ValueList>());
    } else if (type == FieldType::key && bytes != nullptr) {
      writer_.put_map(1);
      writer_.put_text("bytes");
      writer_.put_bytes(*bytes);
    } else if (is_message_schema(type) && bytes != nullptr) {
      writer_.put_encoded(*bytes);
    } else {
      put_cbor(writer_, value);
    }
  }

  void put_settings(FieldType type, Record const& settings) {
    auto const is_there = [](Entry const& entry) { return !entry.value.is<Null>(); };
    writer_.put_map(static_cast<std::size_t>(std::ranges::count_if(settings.entries, is_there)));
    for (auto const& entry : settings.entries) {
      if (!is_there(entry)) continue;
      writer_.put_text(entry.name);
      put_field(inner_type(type, entry.name), entry.value);
    }
  }

  void put_metadata(ValueList const& entries) {
    writer_.put_array(entries.size());
    for (auto const& each : entries) {
      auto const& entry = as<Record>(each, "metadata", "a list of entries");
      auto const& value = at(entry, "value");
      writer_.put_map(3);
      writer_.put_text("key");
      put_cbor(writer_, at(entry, "key"));
      writer_.put_text("value");
      writer_.put_map(1);
      auto const* const other = value.number() ? "U64" : "Bytes";
      writer_.put_text(value.text() ? "String" : other);
      put_cbor(writer_, value);
      writer_.put_text("flags");
      put_cbor(writer_, at(entry, "flags"));
    }
  }

  CborWriter writer_;
};

}  // namespace

void put_handshake(Buffer& out, Frame const& frame, std::vector<std::string> const& first) {
  HandshakeWriter{out}.put(frame, first);
}

}  // namespace voxspec
