#pragma once
#include "conformance/peer/json.hpp"
#include "conformance/peer/term.hpp"
#include "impl/wire/bytes.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace voxspec {

// The places of a frame that depend on what the subject says. Each name has marks: values that
// stand for it while the frame is encoded, by whose bytes its places are found again.
class Blanks {
 public:
  // What is tried for a name that stands in a typed value, whose type the name does not tell.
  enum class Typed : std::uint8_t { number, text };

  // The mark of a name, as a number. It is the same for the whole case.
  [[nodiscard]] std::uint64_t number(std::string const& name);

  // The term with a mark for each name, and the marks noted for parts(). `optional_as` says how an
  // optional number is written. False if some name stands where no mark can.
  bool mark(Term& term, FieldType type, std::string_view optional_as, Typed typed);

  // The bytes as a list of parts: {"hex": …} and {"fill": name, "as": encoding}. What is marked in
  // `inner`, which stands in them behind its length, is a part {"length": "u32le", "of": [parts]}.
  [[nodiscard]] Json parts(vox::ByteView bytes, vox::ByteView inner = {}) const;
  // Whether each marked name was found in the bytes.
  [[nodiscard]] bool all_in(vox::ByteView bytes) const;
  void forget_marks() { needles_.clear(); }
  // These bytes are a blank of that name, too.
  void expect_bytes(std::string_view name);

 private:
  struct Needle {
    vox::Bytes bytes;
    std::string name;
    std::string as;
  };

  [[nodiscard]] Needle const* needle_at(vox::ByteView bytes, std::size_t at) const;
  bool mark_name(std::string const& name, Term& term, FieldType type, std::string_view optional_as,
                 Typed typed);
  void put(Json& out, vox::ByteView bytes) const;
  void add(vox::Bytes bytes, std::string const& name, std::string_view as);

  std::map<std::string, std::uint64_t> numbers_;
  std::vector<Needle> needles_;
};

// How a fixed run of bytes is written among parts.
[[nodiscard]] Json hex_part(vox::ByteView bytes);

}  // namespace voxspec
