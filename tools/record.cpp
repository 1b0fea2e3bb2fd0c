#include "conformance/relay/record_links.hpp"
#include "conformance/relay/script.hpp"
#include "tools/dialect_option.hpp"
#include "tools/report_files.hpp"
#include "tools/stop_signals.hpp"
#include "tools/tool.hpp"

#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

namespace voxspec {
namespace fs = std::filesystem;
namespace {

struct RecordCommand {
  std::string listen;
  std::string to;
  std::string output = "recordings";
  std::string dialect = "vox_0_4";
  std::string local_framing;  // empty: the dialect's
  std::size_t conversations = 0;
  relay::RecorderLimits limits{};
};

// The file of the n-th conversation: in a folder, or beside the file that was named for the first.
fs::path file_for(std::string const& output, std::size_t number) {
  fs::path const path{output};
  auto const n = std::to_string(number + 1);
  if (path.extension() != ".json") return path / ("recording-" + n + ".json");
  if (number == 0) return output;
  return path.parent_path() / (path.stem().string() + "-" + n + ".json");
}

class Writer {
 public:
  explicit Writer(std::string output) : output_{std::move(output)} {}

  void write(std::size_t number, relay::Tape const& tape, std::string const& cut) {
    auto const file = file_for(output_, number);
    Json result{{"recorded", true}};
    if (!cut.empty()) {
      result["cut"] = cut;
      complain(file.string() + " is not whole: " + cut, exit_clean);
    }
    auto const text = relay::recording_of(tape, vox::Role::initiator, result).dump(2) + "\n";
    if (!write_or_complain(file, text)) {
      is_good_ = false;
      return;
    }
    std::cout << "wrote " << file.string() << ": " << frames(tape) << " frames\n" << std::flush;
  }
  [[nodiscard]] bool is_good() const { return is_good_; }

 private:
  static std::size_t frames(relay::Tape const& tape) {
    std::size_t count = 0;
    for (auto const& event : tape.events)
      count += event.kind == relay::TapeEvent::Kind::frame ? 1 : 0;
    return count;
  }

  std::string output_;
  bool is_good_ = true;
};

int record(RecordCommand const& command) {
  auto const listen = vox::link::Address::parse(command.listen);
  if (!listen) return complain("--listen: " + listen.error(), exit_usage);
  auto const to = vox::link::Address::parse(command.to);
  if (!to) return complain("--to: " + to.error(), exit_usage);
  Writer writer{command.output};
  relay::RecordTalk const talk{
      .listening =
          [](vox::link::Address const& address) {
            std::cout << "LISTEN_ADDR=" << to_string(address) << '\n' << std::flush;
          },
      .conversation = [&writer](std::size_t number, relay::Tape const& tape,
                                std::string const& cut) { writer.write(number, tape, cut); },
      .trouble = [](std::string const& what) { complain(what, exit_clean); }};
  auto const dialect = find_dialect(command.dialect).value();
  vox::link::LinkOptions const framing{.counts_descriptors =
                                           command.local_framing.empty()
                                               ? vox::traits_of(dialect).counts_descriptors
                                               : counts_descriptors(command.local_framing)};
  StopSignals const signals;
  auto const heard = relay::record_links({.listen = *listen,
                                          .to = *to,
                                          .dialect = dialect,
                                          .listen_options = framing,
                                          .to_options = framing,
                                          .conversations = command.conversations,
                                          .limits = command.limits},
                                         talk, signals.token());
  if (!heard) return complain(heard.error(), exit_not_started);
  if (*heard == 0) return complain("nobody said anything", exit_unexpected);
  return writer.is_good() ? exit_clean : exit_not_run;
}

}  // namespace

void add_record(CLI::App& app, Tool& tool) {
  auto* const sub = app.add_subcommand(
      "record", "Stand between two peers and write down what they say, as traces");
  auto const command = std::make_shared<RecordCommand>();
  sub->add_option("--listen", command->listen, "Where the initiator dials; port 0 is any")
      ->type_name("ADDR")
      ->required();
  sub->add_option("--to", command->to, "Where the acceptor listens")->type_name("ADDR")->required();
  sub->add_option("-o,--output", command->output,
                  "A folder, or a file that ends in .json (default: recordings)")
      ->type_name("PATH");
  add_dialect(*sub, command->dialect,
              "What both speak: vox_0_4 (default) or vox_0_5, which is 0.5 to 0.8");
  auto const framings = framing_words();
  sub->add_option("--local-framing", command->local_framing,
                  "How both frame payloads on Unix sockets (default: as the dialect does; 0.5 and "
                  "0.6 count no descriptors: length)")
      ->type_name("FRAMING")
      ->check(CLI::IsMember(std::vector<std::string>(framings.begin(), framings.end())));
  sub->add_option("-n,--conversations", command->conversations,
                  "End after so many conversations (default: when stopped by SIGINT)")
      ->type_name("N");
  sub->add_option("--frames-max", command->limits.frames_max,
                  "Frames of one conversation that are written down (default 65536)")
      ->type_name("N");
  sub->add_option("--bytes-max", command->limits.bytes_max,
                  "Bytes of one conversation that are written down (default 64 MiB)")
      ->type_name("N");
  sub->footer(
      "Prints LISTEN_ADDR=… once it listens, and a line for each file. A link that resumes a "
      "session\n"
      "belongs to its conversation.\n"
      "Examples:\n"
      "  voxspec record --listen 127.0.0.1:4434 --to 127.0.0.1:4433 -n 1 -o echo.json\n"
      "  voxspec record --listen 127.0.0.1:4434 --to 127.0.0.1:4433 --dialect vox_0_5\n"
      "  voxspec record --listen local://a.sock --to local://b.sock --dialect vox_0_5 \\\n"
      "    --local-framing length\n"
      "  voxspec replay echo.json --as initiator --subject ./my-port\n"
      "  voxspec replay echo.json --as acceptor --scenario echo --subject ./my-port");
  sub->callback([command, &tool] { tool.exit_code = record(*command); });
}

}  // namespace voxspec
