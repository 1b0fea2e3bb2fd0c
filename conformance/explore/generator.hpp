#pragma once
#include "conformance/explore/writer.hpp"
#include "conformance/runner/subject.hpp"

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace voxspec::explore {

// What conversations are made for.
struct GeneratorSettings {
  Manner manner = Manner::judging;
  std::uint64_t seed = 1;
  std::size_t length = 12;  // moves, at most
  std::string rows = "*";   // glob: rows of conversations end in one of these
};

// Makes conversations that a subject can be asked to have, by its claims. The same seed makes the
// same ones. Rows that were made least come first, so that each is reached.
class Generator {
 public:
  // Both outlive the generator.
  Generator(Model const& model, Subject const& subject, GeneratorSettings settings);

  [[nodiscard]] Conversation next();
  // Rows that this subject can be asked to play at all, as far as role, conduit and claims say.
  [[nodiscard]] std::vector<std::size_t> const& playable() const { return playable_; }

 private:
  struct Start {
    std::size_t setting;
    vox::Role role;
    Conduit conduit;
  };
  [[nodiscard]] Conversation make();
  [[nodiscard]] std::uint32_t below(std::size_t count);
  [[nodiscard]] bool can(std::vector<std::string> const& needs) const;
  [[nodiscard]] bool is_playable(std::size_t index) const;
  void list_starts();
  [[nodiscard]] std::size_t draw(std::vector<std::size_t> const& rows);

  Model const& model_;
  Subject const& subject_;
  GeneratorSettings settings_;
  std::mt19937_64 random_;
  std::vector<Start> starts_;
  std::vector<std::size_t> playable_;
  std::vector<std::size_t> made_;  // how often each row was
};

}  // namespace voxspec::explore
