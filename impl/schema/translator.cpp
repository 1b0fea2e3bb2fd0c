#include "impl/schema/translator.hpp"

#include "impl/wire/postcard_scalars.hpp"

#include <boost/container/small_vector.hpp>

#include <algorithm>
#include <cstring>
#include <tuple>
#include <utility>
#include <variant>

namespace vox::schema {

namespace {

// What a walk may do for each byte of a value, besides Limits::walk_steps_max: honest types need
// two or three steps a byte.
constexpr std::size_t steps_a_byte_max = 8;
// So many bytes moved within the output count as one step.
constexpr std::size_t moved_bytes_a_step = 16;

}  // namespace

Translator::Translator(Plan const& plan, wire::Reader& reader, wire::Buffer* out,
                       Limits const& limits, ChannelVisitor* channels)
    : plan_{&plan},
      reader_{&reader},
      out_{out},
      limits_{limits},
      channels_{channels},
      work_left_{limits.walk_steps_max + steps_a_byte_max * reader.remaining()} {}

void Translator::run(StepIndex step) {
  if (depth_ == limits_.value_depth_max) reader_->fail("values are nested too deeply");
  spend(1);
  if (reader_->failed()) return;
  ++depth_;
  std::visit([&](auto const& form) { run_step(form); }, plan_->step(step));
  --depth_;
}

void Translator::spend(std::size_t work) {
  if (work > work_left_) return reader_->fail("a value takes more steps than its limit");
  work_left_ -= work;
}

// Copies what `take` takes.
template <class Take>
void Translator::copy(Take const& take) {
  auto const before = reader_->rest();
  take();
  if (reader_->failed() || out_ == nullptr) return;
  wire::Writer{*out_}.put_bytes(before.first(before.size() - reader_->remaining()));
}

void Translator::put_varint(std::uint64_t value) {
  if (out_ != nullptr && !reader_->failed()) wire::Writer{*out_}.put_varint(value);
}

void Translator::run_step(CopyStep const& step) {
  copy([&] { pass(step.primitive); });
}

void Translator::run_step(ChannelStep const& step) {
  if (channels_ == nullptr) return copy([&] { std::ignore = reader_->take_varint(); });
  auto const id = reader_->take_varint();
  if (reader_->failed()) return;
  if (auto const becomes = channels_->visit(step.channel, id)) put_varint(*becomes);
}

void Translator::pass(Primitive primitive) {
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

void Translator::run_step(ListStep const& step) {
  auto const count = reader_->take_varint();
  put_varint(count);
  run_elements(step.element, count);
}
void Translator::run_step(ArrayStep const& step) {
  run_elements(step.element, step.length);
}
void Translator::run_elements(StepIndex element, std::uint64_t count) {
  auto const* const copied = std::get_if<CopyStep>(&plan_->step(element));
  if (copied != nullptr && copied->primitive == Primitive::unit) return pass_empty(count);
  for (; count > 0 && !reader_->failed(); --count) {
    auto const before = reader_->remaining();
    run(element);
    if (reader_->remaining() == before) pass_empty(1);
  }
}
// Elements without bytes cost the peer nothing, however many it claims.
void Translator::pass_empty(std::uint64_t count) {
  if (count > limits_.unit_elements_max - empty_elements_) {
    return reader_->fail("a value has more elements without bytes than its limit");
  }
  empty_elements_ += count;
}

void Translator::run_step(OptionStep const& step) {
  auto const flag = reader_->take_u8();
  if (flag > 1) reader_->fail("an option is neither absent nor present");
  if (reader_->failed()) return;
  if (out_ != nullptr) wire::Writer{*out_}.put_u8(flag);
  if (flag == 1) run(step.element);
}

std::size_t Translator::take_alternative(EnumStep const& step) {
  if (step.numbers.empty()) return reader_->take_variant(step.alternatives.size());
  auto const number = reader_->take_varint();
  auto const found = std::ranges::lower_bound(step.numbers, number, {}, &EnumStep::Number::number);
  if (!reader_->failed() && found != step.numbers.end() && found->number == number) {
    return found->alternative;
  }
  return reader_->fail("an enum variant that is not known"), 0;
}

void Translator::run_step(EnumStep const& step) {
  auto const index = take_alternative(step);
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

void Translator::run_step(FieldsStep const& step) {
  if (step.in_order || out_ == nullptr) {
    for (auto const& part : step.arriving) {
      if (reader_->failed()) return;
      run_part(part);
    }
  } else {
    run_out_of_order(step);
  }
}
void Translator::run_part(FieldsStep::Arriving const& part) {
  if (part.place) return run(part.step);
  auto* const out = std::exchange(out_, nullptr);
  run(part.step);
  out_ = out;
}

// Writes the parts as they come, then puts them into their places. The copy that this needs stands
// behind the value in the output's own room, so that nothing is allocated once it is large enough.
void Translator::run_out_of_order(FieldsStep const& step) {
  struct Range {
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  boost::container::small_vector<Range, 32> range_of(step.arriving.size() + step.missing.size());
  auto const begin = out_->size();
  for (auto const& part : step.arriving) {
    auto const part_begin = out_->size();
    run_part(part);
    if (reader_->failed()) return;
    if (part.place) range_of[*part.place] = {part_begin, out_->size()};
  }
  for (auto const& [place, value] : step.missing) {
    auto const part_begin = out_->size();
    if (value.size() > limits_.frame_bytes_max - std::min(part_begin, limits_.frame_bytes_max)) {
      return reader_->fail("defaults make the value larger than its limit");
    }
    wire::Writer{*out_}.put_bytes(value);
    range_of[place] = {part_begin, out_->size()};
  }
  auto const length = out_->size() - begin;
  spend(length / moved_bytes_a_step);
  if (reader_->failed() || length == 0) return;
  auto* const copy = out_->reserve(length);
  auto* next = out_->at(begin);
  std::memcpy(copy, next, length);
  for (auto const& [part_begin, part_end] : range_of) {
    if (part_begin == part_end) continue;  // nothing, or a part that was skipped and has no place
    std::memcpy(next, copy + (part_begin - begin), part_end - part_begin);
    next += part_end - part_begin;
  }
}

}  // namespace vox::schema
