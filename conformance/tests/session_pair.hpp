#pragma once
#include "conformance/tests/link_record.hpp"
#include "conformance/tests/watched_session.hpp"
#include "spec/rulebook.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace voxspec::test {

// Two sessions of the reference implementation, joined in memory by a link that keeps the order of
// each direction and can be cut, and an application on each. Both are watched; besides, neither may
// ever accuse the other.
//
// A step is a number: what is done, by whom and to which connection is all read out of it, so that
// any list of numbers is a scenario and rapidcheck can shrink it.
class Pair {
 public:
  explicit Pair(vox::Rulebook rulebook);

  void step(std::uint32_t number);
  // The link is cut as soon as so many more messages have been delivered.
  void cut_after(std::uint64_t messages) { cut_at_ = delivered_ + messages; }
  void cut();
  void reconnect();
  // Delivers until nobody has anything more to say.
  void settle();
  // Ends both sessions, and looks whether anything is left over.
  void finish();

  // Single things to do, for scenarios that are written down. `index` is that of the side:
  // 0 for the initiator.
  std::optional<vox::session::ConnectionId> open(std::size_t index,
                                                 vox::Parity parity = vox::Parity::odd);
  void close(std::size_t index, vox::session::ConnectionId id);
  bool call(std::size_t index, vox::session::ConnectionId id);
  void answer_calls(std::size_t index);
  // Requests for connections are accepted as they come, but for the next one of this side.
  void decide_at_once() { sides_[0].decides_at_once = sides_[1].decides_at_once = true; }
  void reject_next(std::size_t index) { sides_[index].rejects_next = true; }
  void drop_caller(std::size_t index, vox::session::ConnectionId id);

  [[nodiscard]] bool is_connected() const { return is_connected_; }
  [[nodiscard]] bool is_open(std::size_t index, vox::session::ConnectionId id) const {
    return sides_[index].watched.live().contains(id);
  }
  [[nodiscard]] std::uint64_t delivered() const { return delivered_; }
  [[nodiscard]] std::uint64_t answered(std::size_t index) const { return sides_[index].answered; }
  [[nodiscard]] std::vector<std::string> complaints() const;
  // What went over the links, as the initiator saw it.
  [[nodiscard]] LinkRecord const& record() const { return record_; }
  // Every byte that either session sent, in order.
  [[nodiscard]] vox::Bytes const& transcript() const { return transcript_; }

 private:
  struct Request {
    vox::session::ConnectionId connection;
    vox::session::RequestId id;
  };
  struct Side {
    explicit Side(vox::session::Session begun) : watched{std::move(begun)} {}

    WatchedSession watched;
    std::map<vox::session::ConnectionId, vox::session::IdAllocator> request_ids;
    std::vector<Request> to_answer;
    std::vector<Request> asked_requests;
    std::deque<vox::Bytes> inbox;
    std::uint64_t answered = 0;
    bool decides_at_once = false;
    bool rejects_next = false;
  };

  void do_step(Side& side, std::uint32_t kind, std::uint32_t pick);
  void decide(Side& side, vox::session::ConnectionId id, std::uint32_t pick);
  void fail_call(Side& side);
  void cancel(Side& side, Request const& request);
  void respond(Side& side, Request const& request);
  bool deliver_to(Side& side);
  void poll(Side& side);
  void absorb(Side& side, vox::session::Event const& event);
  bool poll_transmit(Side& side);
  void deliver(Side& side, vox::ByteView payload);
  [[nodiscard]] bool is_initiator(Side const& side) const { return &side == &sides_.front(); }
  [[nodiscard]] Side& peer_of(Side const& side) {
    return is_initiator(side) ? sides_[1] : sides_[0];
  }

  vox::TimePoint now_{};
  std::array<Side, 2> sides_;
  bool is_connected_ = true;
  std::uint64_t delivered_ = 0;
  std::optional<std::uint64_t> cut_at_;
  std::vector<std::string> complaints_;
  vox::Bytes transcript_;
  LinkRecord record_{vox::Role::initiator};
};

}  // namespace voxspec::test
