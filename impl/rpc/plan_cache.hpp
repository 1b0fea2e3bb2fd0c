#pragma once
#include "impl/rpc/method.hpp"
#include "impl/schema/channels.hpp"
#include "impl/schema/plan.hpp"
#include "impl/schema/tracker.hpp"
#include "impl/wire/reader.hpp"
#include "impl/wire/violation.hpp"
#include "spec/limits.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace vox::rpc {

// How to read what a peer sends for one method in one direction, given the type that it announced.
// Shared by whoever reads by it, so that a later announcement takes nothing away.
struct ReadingPlan {
  schema::TypeRef root;
  schema::Plan plan;
  // Of arguments that hold channels: where the peer's type has them.
  std::optional<schema::ChannelWalk> remote_channels;
};
using SharedPlan = std::shared_ptr<ReadingPlan const>;

// The plans of one connection, each built when its binding is first used and again when the peer
// announces another type for it; so are those of the channels in the arguments. A plan that cannot
// be built is remembered, too.
// r[impl schema.errors.early-detection]
class PlanCache {
 public:
  PlanCache(wire::Strictness strictness, Limits const& limits)
      : strictness_{strictness}, limits_{limits} {}

  // For arguments that arrive, and for responses. The error is the text of a failed call.
  [[nodiscard]] std::expected<SharedPlan, std::string> args(schema::AnnouncedType const& announced,
                                                            Method const& method);
  [[nodiscard]] std::expected<SharedPlan, std::string> response(
      schema::AnnouncedType const& announced, Method const& method);

  // For the items of a channel in arguments for which args() has just given a plan: from the
  // element that the peer announced to ours, by the numbers of both types among remote_channels and
  // among the method's channels. Null: they are the same.
  using ItemPlan = std::expected<std::shared_ptr<schema::Plan const>, std::string>;
  [[nodiscard]] ItemPlan items(Method const& method, std::uint32_t remote, std::uint32_t local);

  // The attachment is another one, and the peer announces its types again.
  void clear() { plans_.clear(); }
  [[nodiscard]] std::size_t size() const { return plans_.size(); }

  // How often a peer may give a method another type. Peers announce one, and 0.4.0 another one for
  // answers that are no value; a plan can cost a thousand times what its announcement weighs.
  static constexpr std::size_t changes_max = 16;

 private:
  using Entry = std::expected<SharedPlan, std::string>;
  struct Known {
    schema::TypeRef root;
    Entry entry;
    std::size_t changes = 0;  // of the root, each of which cost a plan
    boost::unordered_flat_map<std::pair<std::uint32_t, std::uint32_t>, ItemPlan> items{};
  };
  // A method id and a direction in its lowest bit would lose a bit of the id; so two maps.
  using Plans = boost::unordered_flat_map<MethodId, Known>;

  [[nodiscard]] Entry look_up(Plans& plans, schema::AnnouncedType const& announced,
                              schema::Binding binding, schema::LocalType const& local,
                              Method const& method);
  [[nodiscard]] Entry build(schema::AnnouncedType const& announced, schema::Binding binding,
                            schema::LocalType const& local, Method const& method) const;
  [[nodiscard]] ItemPlan build_items(schema::ChannelType const& remote,
                                     schema::ChannelType const& local) const;

  wire::Strictness strictness_;
  Limits limits_;
  struct Both {
    Plans args;
    Plans responses;
    void clear() {
      args.clear();
      responses.clear();
    }
    [[nodiscard]] std::size_t size() const { return args.size() + responses.size(); }
  } plans_;
};

}  // namespace vox::rpc
