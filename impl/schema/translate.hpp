#pragma once
#include "impl/schema/plan.hpp"
#include "impl/wire/bytes.hpp"
#include "impl/wire/reader.hpp"
#include "impl/wire/violation.hpp"
#include "impl/wire/writer.hpp"
#include "spec/limits.hpp"
#include "spec/rule.hpp"

// Carrying out a plan on the bytes of one value.
namespace vox::schema {

struct TranslateOptions {
  wire::Strictness strictness = wire::Strictness::strict;
  Rule rule = "zerocopy.framing.value";  // what bytes that are no value of the remote type break
  Limits limits = {};
};

// Appends to `out` what the peer's value is to us: the same value as our own encoder would write
// it, except that numbers stay as they are written. A variant that is announced but not known here
// is a violation of its own, and so are values nested deeper than limits.value_depth_max, and
// defaults that make the value larger than limits.frame_bytes_max. After a violation `out` holds a
// part. r[impl schema.errors.unknown-variant-runtime]
[[nodiscard]] Result<void> translate(Plan const& plan, ByteView value, wire::Buffer& out,
                                     TranslateOptions const& options = {});

// Passes over one value of the plan's remote type; the reader fails if it is none.
void skip_value(Plan const& plan, wire::Reader& reader, Limits const& limits = {});

}  // namespace vox::schema
