#pragma once
#include "conformance/peer/fault.hpp"
#include "conformance/peer/term.hpp"
#include "conformance/peer/value.hpp"
#include "impl/schema/type_graph.hpp"
#include "impl/wire/bytes.hpp"

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Values of the types of Testbed and Probe: a struct is a record, a unit variant a text, any other
// variant a record of its name and payload, an option null or the value, a tuple a list, the unit
// null, a channel its id, a map a list of pairs. The types are those of the services' one
// catalogue.
namespace voxspec {

// The error is a sentence.
[[nodiscard]] std::expected<vox::schema::TypeGraph::Node, Fault> find_type(TypeName const& type);

// The error's `where` leads from the value to the part that the type does not have.
[[nodiscard]] std::expected<vox::Bytes, Fault> encode_typed(TypeName const& type,
                                                            Value const& value);
// The value of bytes that are wholly one of the type. The error is a sentence.
[[nodiscard]] std::expected<Value, std::string> decode_typed(TypeName const& type,
                                                             vox::ByteView bytes);

// All schemas of one half ("args" or "response") of a method, root last; nothing if the judge does
// not know the method.
[[nodiscard]] std::optional<Record> method_schemas(std::string_view method,
                                                   std::string_view direction);
// The names of the methods that it knows, as cases write them.
[[nodiscard]] std::vector<std::string_view> known_methods();
[[nodiscard]] bool is_known_method(std::string_view method);
// The one that calls name by this id; empty if there is none.
[[nodiscard]] std::string_view method_of(std::uint64_t id);

}  // namespace voxspec
