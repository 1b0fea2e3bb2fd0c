#pragma once
#include "conformance/explore/conversation.hpp"
#include "conformance/trace/trace.hpp"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace voxspec::explore {

enum class Manner : std::uint8_t {
  judging,    // a reaction that no row allows fails the case
  comparing,  // a violation may have any consequence, since another subject shows which is right
  // As comparing, with a pause before each move and in the end: what two subjects do at different
  // speeds is done by then.
  comparing_slowly,
};

// Where the steps of a move stand in the case.
struct Placed {
  std::size_t row = 0;
  std::string list;  // a JSON pointer
  std::size_t begin = 0;
  std::size_t end = 0;
};

// A conversation as a case. What only the probe behind the last move shows is laid to that move.
struct Script {
  Json document;
  Case trace;
  std::vector<Placed> moves;
  std::vector<std::string> states;  // by move, the state behind it
  std::set<std::string> racing;     // kinds of message that are not compared

  // The move that a step belongs to; nothing for one of no move.
  [[nodiscard]] std::optional<std::size_t> move_of(std::string_view pointer) const;
};

// Makes a case of moves, one after the other, as far as the state allows them.
class Writer {
 public:
  Writer(Model const& model, Conversation start, Manner manner);
  Writer(Writer const&) = delete;
  Writer& operator=(Writer const&) = delete;

  // Whether the row can be played here.
  [[nodiscard]] bool allows(std::size_t index) const;
  // False, and nothing is done, if it cannot.
  bool add(Move const& move);
  [[nodiscard]] State const& state() const { return state_; }
  [[nodiscard]] Conversation const& conversation() const { return conversation_; }
  // The case of what was added, which cannot be added to any more. The error is one in the model.
  [[nodiscard]] std::expected<Script, TraceError> finish();

 private:
  [[nodiscard]] bool compares() const { return manner_ != Manner::judging; }
  void let_pass(Json& step) const;
  void put(Json step);
  void put_all(Json const& steps);
  void put_quiet();
  void put_pause();
  // What is right besides going on; further steps go into the alternative that goes on.
  void branch(bool is_violation);

  Model const& model_;
  Manner manner_;
  Conversation conversation_;
  Scope defines_;
  State state_;
  Json document_;
  Json::json_pointer path_;  // to the list that steps are added to
  std::size_t depth_ = 0;
  std::vector<Placed> placed_;
  std::vector<std::string> states_;
  std::set<std::string> racing_;
};

// The moves of a conversation as a case; those that cannot be played where they stand are left out.
// `kept`, if given, becomes the conversation without them.
[[nodiscard]] std::expected<Script, TraceError> script_of(Model const& model,
                                                          Conversation const& conversation,
                                                          Manner manner,
                                                          Conversation* kept = nullptr);

}  // namespace voxspec::explore
