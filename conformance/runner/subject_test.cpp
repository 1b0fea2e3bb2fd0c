#include "conformance/runner/subject.hpp"

#include "conformance/runner/temporary_folder.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace {

using namespace voxspec;
using nlohmann::json;

json good() {
  return {{"name", "mine"},
          {"about", "A subject of a test"},
          {"command", {"mine-subject", "--quiet"}},
          {"roles", {"acceptor"}},
          {"transports", {"tcp", "ws"}},
          {"conduits", {"bare"}},
          {"abilities", {"resumes"}},
          {"env", {{"RUST_LOG", "debug"}}},
          {"expectations", {"expectations.json", "../other.json"}}};
}

// A folder with a subject.json of this content.
class SubjectFolder {
 public:
  explicit SubjectFolder(std::string const& content) {
    std::ofstream{folder_.path() / "subject.json"} << content;
  }
  [[nodiscard]] std::expected<Subject, std::string> load() const {
    return load_subject(folder_.path(), folder_.path() / "libexec");
  }
  // The error with the path of the file left out.
  [[nodiscard]] std::string error() const {
    auto const subject = load();
    auto const file = (folder_.path() / "subject.json").string();
    REQUIRE_FALSE(subject);
    REQUIRE(subject.error().starts_with(file));
    CHECK_FALSE(subject.error().contains('\n'));
    return subject.error().substr(file.size());
  }
  [[nodiscard]] std::filesystem::path const& path() const { return folder_.path(); }

 private:
  TemporaryFolder folder_;
};

std::string error_with(char const* key, json const& value) {
  auto document = good();
  document[key] = value;
  return SubjectFolder{document.dump()}.error();
}

TEST_SUITE_BEGIN("runner");

TEST_CASE("a subject.json says what the subject is and can do") {
  SubjectFolder const folder{good().dump()};
  auto const subject = folder.load();
  REQUIRE(subject);
  CHECK(subject->name == "mine");
  CHECK(subject->command == std::vector<std::string>{"mine-subject", "--quiet"});
  CHECK(subject->plays(vox::Role::acceptor));
  CHECK_FALSE(subject->plays(vox::Role::initiator));
  CHECK(subject->transports == std::vector<std::string>{"tcp", "ws"});
  CHECK(subject->environment.at("RUST_LOG") == "debug");
  CHECK(subject->expectations ==
        std::vector{folder.path() / "expectations.json", folder.path() / "../other.json"});
}

TEST_CASE("a subject.json says which dialect the subject speaks, and how it frames local links") {
  auto document = good();
  auto const older = SubjectFolder{document.dump()}.load();
  CHECK(older->dialect == vox::Dialect::vox_0_4);
  CHECK_FALSE(older->counts_descriptors);
  document["dialect"] = "vox_0_5";
  auto const newer = SubjectFolder{document.dump()}.load();
  CHECK(newer->dialect == vox::Dialect::vox_0_5);
  CHECK(newer->counts_descriptors);
  document["local_framing"] = "length";
  CHECK_FALSE(SubjectFolder{document.dump()}.load()->counts_descriptors);

  CHECK(error_with("dialect", "vox_05") ==
        ": key 'dialect' names an unknown dialect 'vox_05' (did you mean 'vox_0_5'?); there are "
        "vox_0_4, vox_0_5");
  CHECK(error_with("local_framing", "counts") ==
        ": key 'local_framing' has 'counts', which is not one of length, length_and_descriptors");
  document["conduits"] = {"bare", "stable"};
  CHECK(SubjectFolder{document.dump()}.error() ==
        ": key 'conduits' has 'stable', which the dialect vox_0_5 has not");
}

TEST_CASE("a program without a slash is the one in libexec, if there is one") {
  SubjectFolder const folder{good().dump()};
  auto const program = folder.path() / "libexec" / "mine-subject";
  std::filesystem::create_directory(program.parent_path());
  std::ofstream{program} << "#!/bin/sh\n";
  CHECK(folder.load()->command.front() == program.string());
}

TEST_CASE("a program with a slash counts from the folder of its subject.json") {
  auto document = good();
  document["command"] = {"../bin/mine"};
  SubjectFolder const folder{document.dump()};
  CHECK(folder.load()->command.front() == (folder.path().parent_path() / "bin/mine").string());
}

TEST_CASE("what is wrong with a subject.json is one line that names the file and the key") {
  CHECK(SubjectFolder{"{"}.error() == ": not JSON: byte 2 is not what can stand there");
  CHECK(SubjectFolder{"1e999"}.error() == ": not JSON: a number in it is too large");
  CHECK(SubjectFolder{"[]"}.error() == ": not a JSON object");
  CHECK(SubjectFolder{"{}"}.error() == ": key 'name' is missing");
  CHECK(error_with("name", 7) == ": key 'name' is not a text");
  CHECK(error_with("command", json::array()) == ": key 'command' is empty");
  CHECK(error_with("command", "mine") == ": key 'command' is not a list of texts");
  CHECK(error_with("roles", {"server"}) ==
        ": key 'roles' has 'server', which is not one of initiator, acceptor");
  CHECK(error_with("transports", {"udp"}) ==
        ": key 'transports' has 'udp', which is not one of tcp, local, ws");
  CHECK(error_with("env", {{"A", 1}}) == ": key 'env' is not an object of texts");
  CHECK(error_with("abilitys", {"resumes"}) ==
        ": key 'abilitys' is not one of those that can stand here");
}

TEST_CASE("a folder without a subject.json is an error that names the file") {
  TemporaryFolder const folder;
  auto const subject = load_subject(folder.path(), {});
  REQUIRE_FALSE(subject);
  CHECK(subject.error() == (folder.path() / "subject.json").string() + ": cannot be read");
}

TEST_CASE("a command line is split as a shell would") {
  using Words = std::vector<std::string>;
  CHECK(split_command("  a  b\tc ") == Words{"a", "b", "c"});
  CHECK(split_command(R"(a 'b c' "d 'e'" f\ g '')") == Words{"a", "b c", "d 'e'", "f g", ""});
  CHECK(split_command("x'y z'w") == Words{"xy zw"});
  CHECK_FALSE(split_command("a 'b").has_value());
  CHECK_FALSE(split_command("   ").has_value());
}

TEST_CASE("a subject is found by name, by folder, and is a command line otherwise") {
  TemporaryFolder const share;
  Layout const layout{.share = share.path(), .libexec = share.path() / "libexec"};
  auto const folder = layout.subjects() / "mine";
  std::filesystem::create_directories(folder);
  std::ofstream{folder / "subject.json"} << good().dump();

  CHECK(find_subject("mine", layout)->spelling == "mine");
  CHECK(find_subject(folder.string(), layout)->name == "mine");
  auto const command = find_subject("./mine --fast", layout);
  REQUIRE(command);
  CHECK(command->command == std::vector<std::string>{"./mine", "--fast"});
  CHECK(command->abilities == std::vector<std::string>{"testbed"});
  auto const all = list_subjects(layout);
  REQUIRE(all);
  REQUIRE(all->size() == 1);
  CHECK(all->front().spelling == "mine");
}

TEST_SUITE_END();

}  // namespace
