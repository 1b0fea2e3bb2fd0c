#include "impl/schema/message_schema.hpp"

#include "impl/schema/cbor_form.hpp"
#include "impl/schema/type_graph.hpp"
#include "spec/settings.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace vox::schema {

namespace {

using Node = TypeGraph::Node;

// Describes Message as the Rust types declare it. The C++ ones cannot be asked: they are views, and
// the schemas of 0.4.0 depend on which declarations the Rust types use.
class MessageTypes {
 public:
  explicit MessageTypes(Dialect dialect) : announces_credit_{traits_of(dialect).announces_credit} {}

  Node message() {
    return graph_.structure("Message", {{"connection_id", u64_}, {"payload", payload()}});
  }

 private:
  Node payload() {
    return variants(
        "MessagePayload",
        {graph_.structure("ProtocolError", {{"description", str_}}),
         graph_.structure("ConnectionOpen", settings_and_metadata()),
         graph_.structure("ConnectionAccept", settings_and_metadata()),
         graph_.structure("ConnectionReject", {metadata()}),
         graph_.structure("ConnectionClose", {metadata()}),
         graph_.structure("RequestMessage", {{"id", u64_}, {"body", request_body()}}),
         schema_message(),
         graph_.structure("ChannelMessage", {{"id", u64_}, {"body", channel_body()}}),
         graph_.structure("Ping", {{"nonce", u64_}}), graph_.structure("Pong", {{"nonce", u64_}})});
  }

  Node request_body() {
    Node const call = graph_.structure(
        "RequestCall", {{"method_id", u64_}, metadata(), {"args", opaque_}, schemas()});
    Node const response =
        graph_.structure("RequestResponse", {metadata(), {"ret", opaque_}, schemas()});
    Node const cancel = graph_.structure("RequestCancel", {metadata()});
    return graph_.enumeration("RequestBody", {newtype("Call", call), newtype("Response", response),
                                              newtype("Cancel", cancel)});
  }

  Node channel_body() {
    return graph_.enumeration(
        "ChannelBody",
        {newtype("Item", graph_.structure("ChannelItem", {{"item", opaque_}})),
         newtype("Close", graph_.structure("ChannelClose", {metadata()})),
         newtype("Reset", graph_.structure("ChannelReset", {metadata()})),
         newtype("GrantCredit", graph_.structure("ChannelGrantCredit", {{"additional", u32_}}))});
  }

  Node schema_message() {
    Node const direction = graph_.enumeration("BindingDirection", {unit("Args"), unit("Response")});
    return graph_.structure("SchemaMessage",
                            {{"method_id", u64_}, {"direction", direction}, schemas()});
  }

  std::vector<NodePart> settings_and_metadata() {
    Node const parity = graph_.enumeration("Parity", {unit("Odd"), unit("Even")});
    std::vector<NodePart> settings_parts{{"parity", parity}, {"max_concurrent_requests", u32_}};
    // A sender who does not announce its credit gives 16, as one of vox_0_4 does.
    auto const usual = static_cast<std::byte>(ConnectionSettings{}.initial_channel_credit);
    if (announces_credit_) settings_parts.push_back({"initial_channel_credit", u32_, Bytes{usual}});
    Node const settings = graph_.structure("ConnectionSettings", std::move(settings_parts));
    return {{"connection_settings", settings}, metadata()};
  }

  NodePart metadata() {
    Node const value = graph_.enumeration(
        "MetadataValue",
        {newtype("String", cow_str_),
         newtype("Bytes", graph_.slice(graph_.primitive(Primitive::u8))), newtype("U64", u64_)});
    Node const entry =
        graph_.structure("MetadataEntry", {{"key", cow_str_}, {"value", value}, {"flags", u64_}});
    return {"metadata", graph_.vec(entry)};
  }

  NodePart schemas() { return {"schemas", graph_.vec(graph_.primitive(Primitive::u8))}; }

  // An enum whose variants are named like the types they hold.
  Node variants(std::string_view name, std::vector<Node> const& types) {
    std::vector<NodeVariant> named;
    for (Node const type : types)
      named.push_back(newtype(type->name, type));
    return graph_.enumeration(name, std::move(named));
  }
  static NodeVariant newtype(std::string_view name, Node type) {
    return {std::string{name}, shape::VariantKind::newtype, {{{}, type}}};
  }
  static NodeVariant unit(std::string_view name) {
    return {std::string{name}, shape::VariantKind::unit, {}};
  }

  bool announces_credit_;
  TypeGraph graph_;
  Node u32_ = graph_.primitive(Primitive::u32);
  Node u64_ = graph_.primitive(Primitive::u64);
  Node str_ = graph_.primitive(Primitive::string, "str");
  Node cow_str_ = graph_.primitive(Primitive::string, "Cow<str>");
  Node opaque_ = graph_.primitive(Primitive::payload);
};

}  // namespace

LocalType const& message_type(Dialect dialect) {
  if (dialect == Dialect::vox_0_4) {
    static LocalType const type = extract(*MessageTypes{dialect}.message());
    return type;
  }
  static LocalType const type = extract(*MessageTypes{dialect}.message());
  return type;
}

ByteView message_schemas_cbor(Dialect dialect) {
  if (dialect == Dialect::vox_0_4) {
    static Bytes const cbor = encode(message_type(dialect).payload.schemas);
    return cbor;
  }
  static Bytes const cbor = encode(message_type(dialect).payload.schemas);
  return cbor;
}

}  // namespace vox::schema
