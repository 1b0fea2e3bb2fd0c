#pragma once
#include "conformance/peer/frame.hpp"
#include "conformance/peer/term.hpp"

#include <boost/describe/enum.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

// What a relay can do with a frame that fits a pattern.
namespace voxspec::relay {

// The two ends that a relay stands between. As a direction: whose frames they are.
enum class Side : std::uint8_t { subject, judge };
BOOST_DESCRIBE_ENUM(Side, subject, judge)

[[nodiscard]] constexpr Side other(Side side) {
  return side == Side::subject ? Side::judge : Side::subject;
}

// The frame is not passed on.
struct Drop {
  bool operator==(Drop const&) const = default;
};
// Fields get other values, and a message another connection. Records are merged with what is there.
struct Change {
  std::vector<std::pair<std::string, Term>> fields;  // "on" among them
  bool operator==(Change const&) const = default;
};
// Numbers in fields become larger, or smaller by a negative number, with wrap-around.
struct Add {
  std::vector<std::pair<std::string, std::int64_t>> fields;
  bool operator==(Add const&) const = default;
};
// The last byte of a field of bytes is another.
struct Flip {
  std::string field;
  bool operator==(Flip const&) const = default;
};
// Bytes behind the message, or behind the payload where it is none.
struct Append {
  vox::Bytes bytes;
  bool operator==(Append const&) const = default;
};
// Bytes are missing at its end.
struct Shorten {
  std::size_t bytes = 1;
  bool operator==(Shorten const&) const = default;
};
// The frame goes out so many times more.
struct Repeat {
  std::size_t times = 1;
  bool operator==(Repeat const&) const = default;
};
// Frames of the relay's own, behind the one that fits or before it.
struct Insert {
  std::vector<Template> frames;
  Side to = Side::judge;
  bool before = false;
  bool operator==(Insert const&) const;
};
// The frame waits until one of `from` fits, and goes out behind that one. It goes out before the
// end of its link, too.
struct Hold {
  Side from = Side::subject;
  Pattern until;
  bool operator==(Hold const&) const;
};
// The id in this field (a connection's, a request's or a channel's) is another one on the other
// side of the relay, from now on and both ways.
struct Map {
  bool is_connection = false;  // "on", else "id"
  std::uint64_t times = 1;
  std::int64_t plus = 0;
  bool operator==(Map const&) const = default;
};
// Entries behind those of its metadata.
struct Attach {
  Term entries;
  bool operator==(Attach const&) const = default;
};
// The frame is written in another way.
struct Encode {
  Writing writing;
  bool operator==(Encode const&) const = default;
};
// The link ends towards these sides, behind what was sent before.
struct End {
  bool subject = false;
  bool judge = false;
  bool reset = false;
  bool operator==(End const&) const = default;
};

// A hello announces its messages in another layout, and every message behind it is written so.
enum class Layout : std::uint8_t { reversed, extra_field, extra_variant };
BOOST_DESCRIBE_ENUM(Layout, reversed, extra_field, extra_variant)
struct Translate {
  Layout layout = Layout::reversed;
  bool operator==(Translate const&) const = default;
};

struct Action {
  std::variant<Drop, Change, Add, Flip, Append, Shorten, Repeat, Insert, Hold, Map, Attach, Encode,
               End, Translate>
      of;
  bool operator==(Action const&) const = default;
};

}  // namespace voxspec::relay
