#pragma once
#include "conformance/peer/frame_kinds.hpp"
#include "conformance/peer/value.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

// Values with gaps in them. As part of a template a term is filled, as part of a pattern it is
// matched; what cannot be filled (the operators) never gets into a template.
namespace voxspec {

struct Term;
struct TermEntry;
using Terms = std::vector<Term>;

// "$name": matched, it takes the value, or has to be equal to the one that it has.
struct Variable {
  std::string name;
  bool operator==(Variable const&) const = default;
};
// {"ours": n}, {"theirs": n}: the n-th id of a side, by the parity of the connection.
struct IdOf {
  bool ours = true;
  std::uint64_t n = 1;
  bool operator==(IdOf const&) const = default;
};
// The parity "ours" or "theirs".
struct ParityOf {
  bool ours = true;
  bool operator==(ParityOf const&) const = default;
};
// "own": our schemas of the message type.
struct OwnSchemas {
  bool operator==(OwnSchemas const&) const = default;
};
// {"hex": …, "times": n}: the same bytes over and over.
struct Repeated {
  vox::Bytes once;
  std::uint64_t times = 1;
  // Written out; nothing if that is more than any test has a use for.
  [[nodiscard]] std::optional<vox::Bytes> whole() const;
  bool operator==(Repeated const&) const = default;
};
// A type of the Testbed service: by its own name ("as"), or as one half of a method ("args_of",
// "returned_by"). By "written" it is one that the case writes down (written_type.hpp), the name
// being its text.
struct TypeName {
  std::string by;
  std::string name;
  bool operator==(TypeName const&) const = default;
};
// {"as": type, "value": …} and the like: bytes that are one value of the type.
struct TypedBytes {
  TypeName type;
  Terms value;  // one
  bool operator==(TypedBytes const&) const;
};
// {"hex": …}: bytes that are matched by how they are written.
struct HexOf {
  Terms text;  // one
  bool operator==(HexOf const&) const;
};
// {"cbor": …}: CBOR in place of a field of another type.
struct ForeignTerm {
  Terms item;  // one
  bool operator==(ForeignTerm const&) const;
};
struct TermList {
  Terms terms;
  bool operator==(TermList const&) const;
};
// Filled, these entries and no others; matched, these among others.
struct TermRecord {
  std::vector<TermEntry> entries;
  [[nodiscard]] Term const* find(std::string_view name) const;
  bool operator==(TermRecord const&) const;
};

// The operators.
enum class AnyKind : std::uint8_t {
  text,
  uint,
  bytes,
  boolean,
  list,
  object,
  value,
  schemas,        // a sound schema payload (schema_check.hpp)
  whole_schemas,  // one that describes all that it refers to
  whole_list,     // schemas of a handshake that do
};
struct Any {
  AnyKind kind = AnyKind::value;
  bool operator==(Any const&) const = default;
};
struct Choice {  // one_of
  Terms choices;
  bool operator==(Choice const&) const;
};
struct Range {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  bool operator==(Range const&) const = default;
};
// {"id_of": "theirs", "as": "$c"}: any id of a side's parity, which may get a name.
struct AnyIdOf {
  bool ours = true;
  std::string name{};
  bool operator==(AnyIdOf const&) const = default;
};
struct Absent {
  bool operator==(Absent const&) const = default;
};
struct Has {
  Terms entries;
  bool is_list = false;   // written as a list
  bool in_order = false;  // "in_order": the list has them in this order, others between
  bool operator==(Has const&) const;
};
struct Contains {  // every one of these stands in the text, in capitals or not
  std::vector<std::string> parts;
  bool operator==(Contains const&) const = default;
};
struct Not {
  Terms term;  // one
  bool operator==(Not const&) const;
};

struct Term {
  std::variant<Value, Variable, IdOf, ParityOf, OwnSchemas, Repeated, TypedBytes, HexOf,
               ForeignTerm, TermList, TermRecord, Any, Choice, Range, AnyIdOf, Absent, Has,
               Contains, Not>
      of;

  template <class Alternative>
  [[nodiscard]] Alternative const* get() const {
    return std::get_if<Alternative>(&of);
  }
  bool operator==(Term const&) const;
};

struct TermEntry {
  std::string name;
  Term term;
  bool operator==(TermEntry const&) const = default;
};

// A frame with gaps in it.
struct FrameTerm {
  enum class Form : std::uint8_t {
    frame,    // of a kind; of any kind, if `kind` is null
    payload,  // "frame": a payload as bytes
    cbor,     // "cbor": a payload as CBOR
    raw,      // "bytes": bytes without a frame around them
    one_of,   // any of `inside`
    none_of,  // "not": anything but `inside`
  };
  Form form = Form::frame;
  FrameKind const* kind = nullptr;
  std::optional<Term> on{};
  std::vector<TermEntry> fields{};
  std::vector<FrameTerm> inside{};  // the message of a stable frame; what the operators are about
  std::optional<Term> content{};    // payload, cbor, raw

  [[nodiscard]] FrameTerm const& message() const {
    return inside.empty() || form != Form::frame ? *this : inside.front();
  }
  // "ping", "hello", "frame" …; empty for what names no kind.
  [[nodiscard]] std::string_view name() const;
  [[nodiscard]] Term const* field(std::string_view field_name) const;
  bool operator==(FrameTerm const&) const = default;
};

// What a step sends, once it is filled.
struct Template : FrameTerm {};
// What a step looks for.
struct Pattern : FrameTerm {};

// The operators' words: any, one_of, range, absent, has, contains, not, id_of. The
// words that "any" takes.
[[nodiscard]] std::span<std::string_view const> matcher_words();
[[nodiscard]] std::span<std::string_view const> any_words();

}  // namespace voxspec
