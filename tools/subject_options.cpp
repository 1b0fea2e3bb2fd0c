#include "tools/subject_options.hpp"

#include "conformance/runner/run_report.hpp"
#include "conformance/runner/transport_word.hpp"
#include "conformance/trace/abilities.hpp"
#include "impl/link/address.hpp"
#include "tools/dialect_option.hpp"

#include <utility>

namespace voxspec {

void SubjectOptions::add_to(CLI::App& command) {
  constexpr char const* who = "Who is judged (one of these is needed)";
  auto* const started =
      command
          .add_option("--subject", subject,
                      "A name (voxspec list --subjects), a folder with a subject.json, or a "
                      "command line in one text")
          ->type_name("NAME|DIR|CMD")
          ->group(who);
  auto* const dialled =
      command.add_option("--connect", connect, "Judge what listens at this address already")
          ->type_name("ADDR")
          ->group(who);
  command.add_option("--listen", listen, "Wait at this address for a subject that dials us")
      ->type_name("ADDR")
      ->group(who)
      ->excludes(started)
      ->excludes(dialled);
  dialled->excludes(started);
  constexpr char const* claims = "What the subject can do";
  repeatable(
      command.add_option("--ability", abilities, "An ability that the subject has (repeatable)"))
      ->type_name("NAME")
      ->check([](std::string const& word) { return unknown_ability(word).value_or(""); })
      ->group(claims);
  // Several are given with commas, or one by one.
  auto const words = [&](char const* option, std::vector<std::string>& into, char const* about,
                         std::vector<std::string> const& known) {
    repeatable(command.add_option(option, into, about))
        ->delimiter(',')
        ->check(CLI::IsMember(known))
        ->group(claims);
  };
  words("--roles", roles, "The roles it plays instead of those it claims, as in initiator,acceptor",
        {"initiator", "acceptor"});
  words("--transports", transports, "The transports it has instead", {"tcp", "local", "ws"});
  words("--conduits", conduits, "The conduits it has instead", {"bare", "stable"});
  add_dialect(command, dialect,
              "The bytes that it speaks: vox_0_4 (default) or vox_0_5, which is 0.5 to 0.8")
      ->group(claims);
  command.add_option("--name", name, "What reports call it")->type_name("NAME")->group(claims);
}

namespace {

// What the options claim, over what the subject claims itself.
void apply_claims(SubjectOptions const& options, Subject& subject) {
  subject.abilities.insert(subject.abilities.end(), options.abilities.begin(),
                           options.abilities.end());
  if (!options.roles.empty()) {
    subject.roles.clear();
    for (auto const& role : options.roles) {
      subject.roles.push_back(role == "initiator" ? vox::Role::initiator : vox::Role::acceptor);
    }
  }
  if (!options.dialect.empty()) subject.speak(*find_dialect(options.dialect));
  if (!options.transports.empty()) subject.transports = options.transports;
  if (!options.conduits.empty()) subject.conduits = options.conduits;
  if (!options.name.empty()) subject.name = options.name;
}

std::string claims_again(SubjectOptions const& options) {
  std::string text;
  auto const add = [&](char const* name, std::vector<std::string> const& words) {
    for (auto const& word : words)
      text += std::string{" "} + name + " " + shell_word(word);
  };
  add("--ability", options.abilities);
  add("--roles", options.roles);
  add("--transports", options.transports);
  add("--conduits", options.conduits);
  if (!options.dialect.empty()) add("--dialect", {options.dialect});
  if (!options.name.empty()) add("--name", {options.name});
  return text;
}

// A subject that is an address: it plays the one role that the address allows.
std::expected<Candidate, std::string> address_candidate(SubjectOptions const& options) {
  bool const dials = options.connect.empty();
  auto const& spelled = dials ? options.listen : options.connect;
  char const* const option = dials ? "--listen" : "--connect";
  auto address = vox::link::Address::parse(spelled);
  if (!address) return std::unexpected(std::string{option} + ": " + address.error());
  Subject subject;
  subject.name = spelled;
  subject.about = dials ? "whoever dials " + spelled : "whoever listens at " + spelled;
  subject.roles = {dials ? vox::Role::initiator : vox::Role::acceptor};
  subject.transports = {transport_word(address->transport)};
  subject.conduits = {"bare", "stable"};
  subject.abilities = {testbed_ability};
  subject.spelling = spelled;
  if (!options.dialect.empty()) subject.speak(*find_dialect(options.dialect));
  vox::link::LinkOptions const links{.counts_descriptors = subject.counts_descriptors};
  Candidate candidate;
  candidate.subject = std::make_unique<Subject>(std::move(subject));
  candidate.again = std::string{option} + " " + shell_word(spelled);
  if (!dials) {
    candidate.stage = make_connecting_stage(*std::move(address), links);
    return candidate;
  }
  auto stage = make_listening_stage(*address, links);
  if (!stage) return std::unexpected("--listen: " + stage.error());
  candidate.stage = *std::move(stage);
  candidate.prompt = "waiting at " + candidate.stage->place() + " for the subject to dial";
  return candidate;
}

}  // namespace

vox::Dialect dialect_of(SubjectOptions const& options, Layout const& layout) {
  if (auto const word = find_dialect(options.dialect)) return *word;
  if (options.subject.empty()) return vox::Dialect::vox_0_4;
  auto const subject = find_subject(options.subject, layout);
  return subject ? subject->dialect : vox::Dialect::vox_0_4;
}

std::expected<Candidate, std::string> find_candidate(SubjectOptions const& options,
                                                     Layout const& layout) {
  std::expected<Candidate, std::string> candidate;
  if (options.subject.empty() && options.connect.empty() && options.listen.empty()) {
    return std::unexpected(
        std::string{"nobody to judge: give --subject, --connect or --listen; see voxspec list "
                    "--subjects"});
  }
  if (options.subject.empty()) {
    candidate = address_candidate(options);
    if (!candidate) return candidate;
  } else {
    auto subject = find_subject(options.subject, layout);
    if (!subject) return std::unexpected(subject.error());
    candidate->subject = std::make_unique<Subject>(*std::move(subject));
    candidate->stage = make_process_stage(*candidate->subject);
    candidate->again = "--subject " + shell_word(candidate->subject->spelling);
  }
  apply_claims(options, *candidate->subject);
  candidate->again += claims_again(options);
  return candidate;
}

}  // namespace voxspec
