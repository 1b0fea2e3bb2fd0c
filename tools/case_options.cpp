#include "tools/case_options.hpp"

#include "conformance/runner/transport_word.hpp"

namespace voxspec {

void CaseOptions::add_to(CLI::App& command) {
  command.add_option("case", patterns, "Ids of cases, folders of them, or globs (all if left out)")
      ->type_name("ID");
  repeatable(command.add_option("--exclude", excluded,
                                "Not the cases of this id, folder or glob (repeatable)"))
      ->type_name("ID");
  repeatable(command.add_option("--rule", rules,
                                "Only cases that judge this rule, or one below it (repeatable)"))
      ->type_name("RULE");
  command
      .add_option("--transport", transport,
                  "Only cases that go over this transport, and only over it")
      ->check(CLI::IsMember({"tcp", "local", "ws"}));
  command.add_option("--conduit", conduit, "Only cases on this conduit")
      ->check(CLI::IsMember({"bare", "stable"}));
  command.add_option("--shard", shard, "Only the i-th of n equal parts, as 2/5")->type_name("I/N");
}

std::expected<Selection, std::string> CaseOptions::selection() const {
  Selection selection;
  selection.patterns = patterns;
  selection.excluded = excluded;
  selection.rules = rules;
  if (!transport.empty()) selection.transport = find_transport(transport);
  if (!conduit.empty()) selection.conduit = conduit == "stable" ? Conduit::stable : Conduit::bare;
  if (!shard.empty()) {
    auto const parsed = Shard::parse(shard);
    if (!parsed) return std::unexpected("--shard: " + parsed.error());
    selection.shard = *parsed;
  }
  return selection;
}

}  // namespace voxspec
