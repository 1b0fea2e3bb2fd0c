#include "conformance/peer/term_read.hpp"
#include "conformance/peer/typed_value.hpp"
#include "conformance/peer/written_type.hpp"

#include <array>
#include <string>

namespace voxspec {

Term read_typed(Place const& place, Use use) {
  static constexpr std::array<std::string_view, 5> keys{"as", "args_of", "returned_by", "types",
                                                        "value"};
  place.check_keys(keys);
  if (!place.has("value")) place.fail("the value is missing", "give it as 'value'");
  auto const is_written =
      place.has("as") && (place.has("types") || !(place / "as").value().is_string());
  if (place.value().size() != (place.has("types") ? 3U : 2U) ||
      (place.has("types") && !is_written)) {
    place.fail("one of 'as', 'args_of' and 'returned_by' says the type");
  }
  auto const value = place / "value";
  // Bytes stay what they are, so that a method's arguments can be given either way.
  if (value.has("hex") || value.has("text")) return read_term(value, FieldType::bytes, use);
  TypeName type;
  for (auto const key : keys) {
    if (key != "value" && key != "types" && !is_written && place.has(key)) {
      type = {.by = std::string{key}, .name = (place / key).text()};
    }
  }
  if (is_written) type = {.by = "written", .name = written_type(place)};
  if (is_name(value.value()) && type.by != "as") return {read_variable(value)};
  auto const node = find_type(type);
  if (!node) (place / type.by).fail(node.error().what, node.error().advice);
  auto term = read_free(value, FieldType::typed, use);
  auto const* const closed = term.get<Value>();
  if (closed == nullptr) return {TypedBytes{.type = std::move(type), .value = {std::move(term)}}};
  auto bytes = encode_typed(type, *closed);
  // What comes is read by the type that its sender announced, so that its bytes may be others.
  if (bytes && !bytes->empty() && is_pattern(use)) {
    return {TypedBytes{.type = std::move(type), .value = {std::move(term)}}};
  }
  if (bytes) return {Value{*std::move(bytes)}};
  auto const& [where, what, advice] = bytes.error();
  throw Fault{.where = value.pointer() + where, .what = what, .advice = advice};
}

Value schemas_of_method(Place const& place) {
  static constexpr std::array<std::string_view, 2> keys{"args_of", "returned_by"};
  place.check_keys(keys);
  if (place.value().size() != 1) place.fail("the method's name stands alone");
  auto const is_args = place.has("args_of");
  std::string const by{keys[is_args ? 0 : 1]};
  auto const name = (place / by).text();
  auto const node = find_type({.by = by, .name = name});
  if (!node) (place / by).fail(node.error().what, node.error().advice);
  return *method_schemas(name, is_args ? "args" : "response");
}

}  // namespace voxspec
