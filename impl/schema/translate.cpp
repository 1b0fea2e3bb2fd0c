#include "impl/schema/translate.hpp"

#include "impl/schema/translator.hpp"
#include "spec/assert.hpp"

namespace vox::schema {

Result<void> translate(Plan const& plan, ByteView value, wire::Buffer& out,
                       TranslateOptions const& options) {
  if (plan.is_identity()) {
    wire::Writer{out}.put_bytes(value);
    return {};
  }
  wire::Reader reader{value, options.rule, options.strictness};
  Translator translator{plan, reader, &out, options.limits};
  translator.run(0);
  if (translator.violation()) return std::unexpected(*translator.violation());
  if (auto const whole = reader.result(true); !whole) return std::unexpected(whole.error());
  return {};
}

void skip_value(Plan const& plan, wire::Reader& reader, Limits const& limits) {
  VOX_ASSERT(!plan.is_identity());
  Translator{plan, reader, nullptr, limits}.run(0);
}

}  // namespace vox::schema
