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

// The frame's bytes go out in several writes. Only the judge's frames: the judge itself reads whole
// payloads. On a transport that keeps payloads apart neither this nor Join is ever at work.
struct Cut {
  std::vector<std::size_t> offsets;  // in the stream, where the length has the first four bytes
  bool is_bytewise = false;
  bool operator==(Cut const&) const = default;
};
// The frame goes out in one write with the next one, or by itself if none follows soon.
struct Join {
  bool operator==(Join const&) const = default;
};
// In its schemas, types are others with the same values. The ids stay what they are.
struct Retype {
  std::string type{};     // the struct or enum; all of them if it is empty
  std::string suffix{};   // its name has this at its end
  std::string field{};    // this field or variant …
  std::string name{};     // … has this name
  std::string extra{};    // one field or variant more, whose value takes no bytes
  bool reversed = false;  // its fields stand in reverse order
  bool operator==(Retype const&) const = default;
};
// The value of a call or response is written with the fields of structs in reverse order, as Retype
// announces them.
struct Rewrite {
  std::string type{};  // the struct; all of them if it is empty
  bool operator==(Rewrite const&) const = default;
};
// The ids of its schemas are those of their content, here and wherever later frames of this side
// name them on the connection.
struct Rehash {
  bool operator==(Rehash const&) const = default;
};

struct Action {
  std::variant<Drop, Change, Add, Flip, Append, Shorten, Repeat, Insert, Hold, Map, Attach, Encode,
               End, Translate, Cut, Join, Retype, Rewrite, Rehash>
      of;
  bool operator==(Action const&) const = default;
};

}  // namespace voxspec::relay
