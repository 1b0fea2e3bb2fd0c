#pragma once
#include "conformance/explore/model.hpp"
#include "conformance/trace/parameters.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace voxspec::explore {

// The choices of a move, a number for each pick: the index in its domain, counted around.
using Choices = std::vector<std::uint32_t>;

// What both sides of a conversation know to stand: entities such as {"is": "connection", "state":
// "open", "id": {"ours": 1}}, and the phase of the link: "fresh", "up", "lost" or "over".
class State {
 public:
  // What the picks of a row come to. `entities` are the indices of what was picked by a query.
  struct Picked {
    Scope values;
    std::map<std::string, std::size_t> entities;
  };

  // Whether there is what the row needs, and nothing that it must not meet. No pick is looked at.
  [[nodiscard]] bool allows(Row const& row) const;
  // Nothing where a domain is empty. `defines` outlives what is picked.
  [[nodiscard]] std::optional<Picked> pick(Row const& row, Choices const& choices,
                                           Scope const& defines) const;
  void apply(Row const& row, Picked const& picked);

  // Kinds of message that may come by themselves, and those that may or may not come since
  // something in the subject races with what we sent.
  [[nodiscard]] std::vector<std::string> passing() const { return kinds("passing"); }
  [[nodiscard]] std::vector<std::string> racing() const { return kinds("racing"); }
  [[nodiscard]] std::string const& phase() const { return phase_; }
  void enter(std::string phase) { phase_ = std::move(phase); }
  void add(Json entity) { entities_.push_back(std::move(entity)); }
  // Schemas of ours have gone out on the connection.
  void note_announced(Json const& connection);
  [[nodiscard]] bool any(Json const& query) const;

  // In short: what there is, each kind by its state, more than two as many.
  [[nodiscard]] std::string signature() const;

 private:
  [[nodiscard]] std::vector<std::size_t> matching(Json const& query) const;
  [[nodiscard]] std::vector<std::string> kinds(char const* key) const;
  void apply_one(Json const& effect, Picked const& picked);

  std::string phase_ = "fresh";
  std::vector<Json> entities_;
  std::map<std::string, std::uint64_t> counters_;
};

}  // namespace voxspec::explore
