#pragma once
#include "impl/schema/registry.hpp"
#include "impl/schema/schema.hpp"
#include "impl/wire/message.hpp"
#include "impl/wire/violation.hpp"
#include "spec/limits.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>

namespace vox::schema {

// One half of one method: what a schema message says the type of.
struct Binding {
  std::uint64_t method_id = 0;
  wire::BindingDirection direction = wire::BindingDirection::args;
  auto operator<=>(Binding const&) const = default;
};

// What we have announced on one connection, so that nothing is announced twice and nothing is used
// before it is announced. Each connection has its own; nothing carries over between connections.
// r[impl schema.tracking.sent] r[impl schema.tracking.bindings] r[impl
// schema.type-id.per-connection]
class SendTracker {
 public:
  // What has to go out before data of this binding, whose type is `type`; nothing if the binding is
  // announced. The list of schemas may be empty: then only the binding is new. Ask at the moment of
  // sending, since what is asked for is not yet sent.
  // r[impl schema.principles.once-per-type] r[impl schema.exchange.idempotent]
  [[nodiscard]] std::optional<SchemaPayload> missing(Binding binding,
                                                     SchemaPayload const& type) const;
  // The announcement went out. r[impl core.X2]
  void sent(Binding binding, SchemaPayload const& announced);
  // Everything has to be announced again: the link was replaced. r[impl core.M4]
  void reset();

  [[nodiscard]] bool has_sent(Binding binding) const { return bindings_.contains(binding); }

 private:
  std::set<TypeId> types_;
  std::set<Binding> bindings_;
};

// The type that a peer has announced for one message. It is shared with the tracker that it comes
// from, so that taking it along costs no copy.
struct AnnouncedType {
  // As it was then, whatever is announced later; null if nothing was.
  std::shared_ptr<TypeRef const> root{};
  // All of the connection. Later ones come to stand beside these, and none of them ever changes.
  std::shared_ptr<Registry const> schemas{};

  // The type with all that it needs, to be announced on another connection.
  // r[impl core.X4]
  [[nodiscard]] std::optional<SchemaPayload> payload() const;
};

// What the peer has announced on one connection. It never holds more than
// limits.schemas_received_max schemas and as many bindings. r[impl schema.tracking.received]
class ReceiveTracker {
 public:
  explicit ReceiveTracker(Limits const& limits = {}) : limits_{limits} {}
  // A copy would record into the same registry.
  ReceiveTracker(ReceiveTracker const&) = delete;
  ReceiveTracker(ReceiveTracker&&) = default;
  ReceiveTracker& operator=(ReceiveTracker const&) = delete;
  ReceiveTracker& operator=(ReceiveTracker&&) = default;
  ~ReceiveTracker() = default;

  // Takes an announcement. A type id that came before, or comes twice, is a violation, and then
  // nothing of the announcement is kept. A binding may be announced again: the last root counts.
  // r[impl core.P3] r[impl schema.format.delivery]
  [[nodiscard]] Result<void> record(Binding binding, SchemaPayload announced);
  // Of an announcement that came as so many bytes, those that would be held beside what is held
  // already: of new schemas, and of a type that the binding does not have. Asked before record().
  [[nodiscard]] std::size_t new_bytes(Binding binding, SchemaPayload const& announced,
                                      std::size_t bytes) const;
  // r[impl core.M4]
  void reset();
  // The link was replaced: what the peer announced still holds, and it may announce it once more.
  void renew();

  // The type that the peer gave the binding; null if it gave none. Holds until the next record().
  [[nodiscard]] TypeRef const* root(Binding binding) const;
  // The same, to be kept.
  [[nodiscard]] AnnouncedType announced(Binding binding) const;
  [[nodiscard]] Registry const& registry() const { return *registry_; }
  // A type id that the type needs and the peer has not announced. Asked for each announcement, it
  // costs what is new.
  [[nodiscard]] std::optional<TypeId> first_missing(TypeRef const& type) {
    return registry_->first_missing_of_new(type);
  }

 private:
  Limits limits_;
  std::shared_ptr<Registry> registry_ = std::make_shared<Registry>();
  std::map<Binding, std::shared_ptr<TypeRef const>> roots_;
  std::set<TypeId> repeatable_;  // announced before the last renewal and not since
};

}  // namespace vox::schema
