#pragma once
#include "impl/rpc/endpoint_pair.hpp"
#include "impl/wire/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace voxspec::test {

// Any bytes, read as the story of two endpoints that call each other over a link that breaks: calls
// of all kinds, answers, cancellations, items, losses and resumptions, time that goes by. Each byte
// is a step, with the bytes behind it as its choices, so that any bytes are a story and a small
// change of them is a small change of it.
//
// What holds of every story is checked here:
//  - each call is done exactly once, and at the end of its session at the latest
//  - no operation that is not idempotent is run twice
//  - neither side accuses the other: no credit is overdrawn, no limit exceeded
//  - items arrive in order; a stream that is made again begins with its first item
//  - neither side holds more than its limit and one payload
// A story may also put bytes of a hostile peer on the wire; then only the bounds count.
class EndpointStory {
 public:
  explicit EndpointStory(vox::ByteView story) : story_{story} {}

  void play();

  [[nodiscard]] std::vector<std::string> const& complaints() const { return complaints_; }
  // A digest of all payloads and outcomes: the same for the same story.
  [[nodiscard]] std::uint64_t digest() const { return digest_; }
  [[nodiscard]] std::size_t calls_done() const { return done_; }

 private:
  using Pair = vox::rpc::test::EndpointPair;

  // What one side has under way, by the order in which it came.
  struct Book {
    std::map<vox::rpc::CallId, std::string> calls;  // and what each says
    std::vector<vox::rpc::RequestToken> requests;
    std::set<std::string> executed;
    struct Stream {
      vox::rpc::ChannelRef ref = 0;
      std::int32_t next = 0;
      bool sends = false;
    };
    std::vector<Stream> streams;
  };

  [[nodiscard]] std::uint8_t next();
  [[nodiscard]] std::size_t choose(std::size_t count);
  void complain(std::string what);
  void step();
  void call(Pair::Side& side, Book& book);
  void stream(Pair::Side& side, Book& book);
  void answer(Pair::Side& side, Book& book);
  void cancel(Pair::Side& side, Book& book);
  void use_stream(Pair::Side& side, Book& book);
  void open_or_close(Pair::Side& side);
  void inject(Pair::Side& side);
  void note(Pair::Side& side, Book& book);
  void mix(std::uint64_t value);
  void mix(vox::ByteView bytes);
  void check_bounds(Pair::Side& side);
  void finish();

  vox::ByteView story_;
  std::optional<Pair> pair_;
  Book client_;
  Book server_;
  std::vector<vox::session::ConnectionId> connections_;
  bool is_spec_ = true;
  bool is_hostile_ = false;
  int next_text_ = 0;
  std::size_t done_ = 0;
  std::uint64_t digest_ = 0xcbf29ce484222325U;
  std::vector<std::string> complaints_;
};

}  // namespace voxspec::test
