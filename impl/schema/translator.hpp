#pragma once
#include "impl/schema/plan.hpp"
#include "impl/wire/reader.hpp"
#include "impl/wire/violation.hpp"
#include "impl/wire/writer.hpp"
#include "spec/limits.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace vox::schema {

// What is done about each channel that a walk meets.
class ChannelVisitor {
 public:
  // The id that is written in the place of `id`; nothing leaves it out.
  virtual std::optional<std::uint64_t> visit(std::uint32_t channel, std::uint64_t id) = 0;

 protected:
  ~ChannelVisitor() = default;
};

// Walks over a value step by step, writing what it becomes. As its reader does, it goes on without
// effect after the first failure.
class Translator {
 public:
  // Without `out` the value is only passed over.
  Translator(Plan const& plan, wire::Reader& reader, wire::Buffer* out, Limits const& limits,
             ChannelVisitor* channels = nullptr);

  void run(StepIndex step);

  // A failure that the reader has no words for.
  [[nodiscard]] std::optional<Violation> const& violation() const { return violation_; }

 private:
  template <class Take>
  void copy(Take const& take);
  void put_varint(std::uint64_t value);
  void pass(Primitive primitive);
  void spend(std::size_t work);

  void run_step(CopyStep const& step);
  void run_step(ChannelStep const& step);
  void run_step(ListStep const& step);
  void run_step(ArrayStep const& step);
  void run_step(OptionStep const& step);
  void run_step(FieldsStep const& step);
  [[nodiscard]] std::size_t take_alternative(EnumStep const& step);
  void run_step(EnumStep const& step);
  void run_elements(StepIndex element, std::uint64_t count);
  void pass_empty(std::uint64_t count);
  void run_part(FieldsStep::Arriving const& part);
  void run_out_of_order(FieldsStep const& step);

  Plan const* plan_;
  wire::Reader* reader_;
  wire::Buffer* out_;
  Limits limits_;
  ChannelVisitor* channels_;
  std::size_t depth_ = 0;
  std::size_t empty_elements_ = 0;
  std::size_t work_left_;
  std::optional<Violation> violation_;
};

}  // namespace vox::schema
