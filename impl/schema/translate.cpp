#include "impl/schema/translate.hpp"

#include "impl/wire/postcard_scalars.hpp"
#include "spec/assert.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace vox::schema {

namespace {

// Walks over a value step by step, writing what it becomes. As its reader does, it goes on without
// effect after the first failure.
class Translator {
 public:
  // Without `out` the value is only passed over.
  Translator(Plan const& plan, wire::Reader& reader, wire::Buffer* out, Limits const& limits)
      : plan_{&plan}, reader_{&reader}, out_{out}, limits_{limits} {}

  void run(StepIndex step) {
    if (depth_ == limits_.value_depth_max) reader_->fail("values are nested too deeply");
    if (reader_->failed()) return;
    ++depth_;
    std::visit([&](auto const& form) { run_step(form); }, plan_->step(step));
    --depth_;
  }

  // A failure that the reader has no words for.
  [[nodiscard]] std::optional<Violation> const& violation() const { return violation_; }

 private:
  // Copies what `take` takes.
  template <class Take>
  void copy(Take const& take) {
    auto const before = reader_->rest();
    take();
    if (reader_->failed() || out_ == nullptr) return;
    wire::Writer{*out_}.put_bytes(before.first(before.size() - reader_->remaining()));
  }
  void put_varint(std::uint64_t value) {
    if (out_ != nullptr && !reader_->failed()) wire::Writer{*out_}.put_varint(value);
  }

  void run_step(CopyStep const& step) {
    copy([&] { pass(step.primitive); });
  }
  void run_step(ChannelStep const&) {
    copy([&] { std::ignore = reader_->take_varint(); });
  }

  void pass(Primitive primitive) {
    switch (primitive) {
      case Primitive::unit:
        break;
      case Primitive::never:
        reader_->fail("a value of a type that has none");
        break;
      case Primitive::boolean:
        std::ignore = reader_->take_bool();
        break;
      case Primitive::u8:
      case Primitive::i8:
        std::ignore = reader_->take_u8();
        break;
      case Primitive::u16:
      case Primitive::u32:
      case Primitive::u64:
      case Primitive::i16:
      case Primitive::i32:
      case Primitive::i64:
        std::ignore = reader_->take_varint();
        break;
      case Primitive::u128:
      case Primitive::i128:
        std::ignore = wire::take_varint_128(*reader_);
        break;
      case Primitive::f32:
        std::ignore = reader_->take_exactly(4);
        break;
      case Primitive::f64:
        std::ignore = reader_->take_exactly(8);
        break;
      case Primitive::character:
        std::ignore = wire::take_character(*reader_);
        break;
      case Primitive::string:
        std::ignore = reader_->take_text();
        break;
      case Primitive::bytes:
        std::ignore = reader_->take_sized_bytes();
        break;
      case Primitive::payload:
        std::ignore = reader_->take_opaque();
        break;
    }
  }

  void run_step(ListStep const& step) {
    auto const count = reader_->take_varint();
    put_varint(count);
    run_elements(step.element, count);
  }
  void run_step(ArrayStep const& step) { run_elements(step.element, step.length); }
  void run_elements(StepIndex element, std::uint64_t count) {
    for (; count > 0 && !reader_->failed(); --count) {
      auto const before = reader_->remaining();
      run(element);
      // Elements without bytes cost the peer nothing, however many it claims.
      if (reader_->remaining() == before && ++empty_elements_ > limits_.unit_elements_max) {
        reader_->fail("a value has more elements without bytes than its limit");
      }
    }
  }

  void run_step(OptionStep const& step) {
    auto const flag = reader_->take_u8();
    if (flag > 1) reader_->fail("an option is neither absent nor present");
    if (reader_->failed()) return;
    if (out_ != nullptr) wire::Writer{*out_}.put_u8(flag);
    if (flag == 1) run(step.element);
  }

  void run_step(EnumStep const& step) {
    auto const index = reader_->take_variant(step.alternatives.size());
    if (reader_->failed()) return;
    auto const& alternative = step.alternatives[index];
    if (!alternative.place) {
      violation_ = Violation{.rule = "schema.errors.unknown-variant-runtime",
                             .offset = reader_->offset(),
                             .detail = "variant '" + alternative.name + "' of the remote '" +
                                       step.name + "' is not known here"};
      return reader_->fail("an enum variant that is not known");
    }
    put_varint(*alternative.place);
    run(alternative.payload);
  }

  void run_step(FieldsStep const& step) {
    if (step.in_order || out_ == nullptr) {
      for (auto const& part : step.arriving)
        run_part(part);
    } else {
      run_out_of_order(step);
    }
  }
  void run_part(FieldsStep::Arriving const& part) {
    if (part.place) return run(part.step);
    auto* const out = std::exchange(out_, nullptr);
    run(part.step);
    out_ = out;
  }

  // Writes the parts as they come, then puts them into their places.
  void run_out_of_order(FieldsStep const& step) {
    struct Range {
      std::size_t begin = 0;
      std::size_t end = 0;
    };
    std::vector<Range> range_of(step.arriving.size() + step.missing.size());
    auto const begin = out_->size();
    for (auto const& part : step.arriving) {
      auto const part_begin = out_->size();
      run_part(part);
      if (part.place) range_of[*part.place] = {part_begin, out_->size()};
    }
    for (auto const& [place, value] : step.missing) {
      auto const part_begin = out_->size();
      if (value.size() > limits_.frame_bytes_max - std::min(part_begin, limits_.frame_bytes_max)) {
        reader_->fail("defaults make the value larger than its limit");
      }
      if (reader_->failed()) return;
      wire::Writer{*out_}.put_bytes(value);
      range_of[place] = {part_begin, out_->size()};
    }
    if (reader_->failed()) return;
    Bytes const written = to_bytes(out_->view().subspan(begin));
    auto* next = out_->at(begin);
    for (auto const& [part_begin, part_end] : range_of) {
      if (part_begin == part_end) continue;
      std::memcpy(next, written.data() + (part_begin - begin), part_end - part_begin);
      next += part_end - part_begin;
    }
  }

  Plan const* plan_;
  wire::Reader* reader_;
  wire::Buffer* out_;
  Limits limits_;
  std::size_t depth_ = 0;
  std::size_t empty_elements_ = 0;
  std::optional<Violation> violation_;
};

}  // namespace

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
