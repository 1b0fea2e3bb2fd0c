// A process admits and seals operations and is killed at a random moment, again and again. Whatever
// it had acknowledged has to be in the store afterwards.
// VOXSPEC_KILLS=500 says how often, 100 unless it is set; the seed is fixed.
#include "impl/rpc/operations.hpp"
#include "impl/store/kill_test_payload.hpp"
#include "impl/store/sqlite_store.hpp"

#include <doctest/doctest.h>

#include <array>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <poll.h>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>

using namespace vox;
using namespace vox::rpc;
namespace kill_test = vox::store::kill_test;
using vox::store::SqliteStore;

namespace {

using Clock = std::chrono::steady_clock;

// A process of ours with a pipe from its standard output.
class Killable {
 public:
  explicit Killable(std::vector<std::string> arguments) {
    std::array<int, 2> ends{};
    REQUIRE(pipe(ends.data()) == 0);
    std::vector<char*> argv;
    for (auto& argument : arguments)
      argv.push_back(argument.data());
    argv.push_back(nullptr);
    process_ = fork();
    REQUIRE(process_ >= 0);
    if (process_ == 0) {
      dup2(ends[1], STDOUT_FILENO);
      close(ends[0]);
      close(ends[1]);
      execv(argv[0], argv.data());
      _exit(127);
    }
    close(ends[1]);
    output_ = ends[0];
  }
  ~Killable() {
    end();
    close(output_);
  }
  Killable(Killable const&) = delete;
  Killable& operator=(Killable const&) = delete;

  // Reads until the moment has come, kills, and reads what is left.
  void kill_at(Clock::time_point moment) {
    for (auto now = Clock::now(); now < moment; now = Clock::now()) {
      auto const left = std::chrono::ceil<std::chrono::milliseconds>(moment - now).count();
      pollfd waited{.fd = output_, .events = POLLIN, .revents = 0};
      if (poll(&waited, 1, static_cast<int>(left)) > 0 && !read_some()) break;
    }
    end();
    while (read_some()) {
    }
  }
  [[nodiscard]] std::string const& said() const { return said_; }
  [[nodiscard]] bool was_killed() const {
    return WIFSIGNALED(status_) && WTERMSIG(status_) == SIGKILL;
  }

 private:
  bool read_some() {
    std::array<char, 4096> buffer{};
    auto const count = read(output_, buffer.data(), buffer.size());
    if (count > 0) said_.append(buffer.data(), static_cast<std::size_t>(count));
    return count > 0;
  }
  void end() {
    if (process_ <= 0) return;
    kill(process_, SIGKILL);
    waitpid(process_, &status_, 0);
    process_ = -1;
  }

  pid_t process_ = -1;
  int output_ = -1;
  int status_ = 0;
  std::string said_;
};

// What was acknowledged in one session, over all its processes.
struct Acknowledged {
  std::set<OperationId> admitted;
  std::set<OperationId> sealed;

  void read(std::string_view said) {
    while (true) {
      auto const end = said.find('\n');
      if (end == std::string_view::npos) break;
      auto const line = said.substr(0, end);
      said.remove_prefix(end + 1);
      OperationId id = 0;
      REQUIRE_MESSAGE(line[0] != 'x', std::string{line});
      std::from_chars(line.data() + 2, line.data() + line.size(), id);
      (line[0] == 'a' ? admitted : sealed).insert(id);
    }
  }
};

// A restarted server: each id is sealed with its bytes or indeterminate, and nothing runs again.
// Gives an id that the session has never used.
OperationId check(SqliteStore& store, SessionIdentity const& session,
                  Acknowledged const& acknowledged) {
  auto const stored = store.load(session).value();
  std::map<OperationId, StoredOperation const*> by_id;
  for (auto const& operation : stored)
    by_id.emplace(operation.operation, &operation);
  OperationsOptions options;
  options.durable = true;
  options.session = session;
  Operations operations{options};
  operations.restore(TimePoint{}, stored);
  for (auto const id : acknowledged.admitted) {
    INFO("operation " << id);
    REQUIRE(by_id.contains(id));
    auto const admission =
        operations.admit(TimePoint{}, id, kill_test::method, kill_test::arguments_of(id), id + 1);
    bool const replayed = admission.kind == AdmissionKind::replay;
    REQUIRE((replayed || admission.kind == AdmissionKind::indeterminate));
    if (acknowledged.sealed.contains(id)) REQUIRE(replayed);
    if (replayed) REQUIRE(admission.outcome->ret == kill_test::outcome_of(id));
  }
  return by_id.empty() ? 1 : by_id.rbegin()->first + 1;
}

int kills() {
  auto const* const wanted = std::getenv("VOXSPEC_KILLS");
  return wanted == nullptr ? 100 : std::atoi(wanted);
}

// A store in one folder, and all that was done to it.
class Ordeal {
 public:
  // Where writing is slow, a process needs more time until it is worth killing.
  Ordeal(std::filesystem::path const& parent, std::chrono::microseconds delay_max)
      : delay_us_{0, static_cast<int>(delay_max.count())} {
    std::string folder = (parent / "vox_kill_XXXXXX").string();
    REQUIRE(mkdtemp(folder.data()) != nullptr);
    folder_ = folder;
  }
  ~Ordeal() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  Ordeal(Ordeal const&) = delete;
  Ordeal& operator=(Ordeal const&) = delete;

  // One process, one kill, one look at what it left.
  void once() {
    auto const path = (folder_ / "operations.db").string();
    auto const identity = kill_test::identity_of(session_);
    Killable child{{KILL_TEST_CHILD, path, std::to_string(session_), std::to_string(next_id_)}};
    child.kill_at(Clock::now() + std::chrono::microseconds{delay_us_(random_)});
    acknowledged_.read(child.said());
    REQUIRE(child.was_killed());
    auto store = SqliteStore::open(path);
    REQUIRE_MESSAGE(store.has_value(), store.error());
    next_id_ = check(*store, identity, acknowledged_);
    ++kills_;
    if (kills_ % 10 != 0) return;
    admitted_ += acknowledged_.admitted.size();
    sealed_ += acknowledged_.sealed.size();
    CHECK(store->perform({1, identity, store_request::ForgetSession{}}).result ==
          StoreResult::stored);
    CHECK(store->operation_count() == 0);
    acknowledged_ = {};
    ++session_;
    next_id_ = 1;
  }
  void report() const {
    MESSAGE(folder_.string() << ": " << kills_ << " kills, " << admitted_
                             << " acknowledged admissions, " << sealed_ << " seals");
    CHECK(sealed_ > 0);
  }

 private:
  std::filesystem::path folder_;
  std::uniform_int_distribution<int> delay_us_;
  std::mt19937 random_{1};
  std::uint64_t session_ = 0;
  OperationId next_id_ = 1;
  Acknowledged acknowledged_;
  int kills_ = 0;
  std::size_t admitted_ = 0;
  std::size_t sealed_ = 0;
};

}  // namespace

TEST_SUITE("retry") {
  TEST_CASE("r[retry.policy.persist.crash] killed at any moment, what was acknowledged is there") {
    // In memory a process gets far and is killed between any two instructions; on a disk it is
    // killed while it waits for it.
    std::filesystem::path const memory = "/dev/shm";
    auto const disk = std::filesystem::temp_directory_path();
    Ordeal in_memory{is_directory(memory) ? memory : disk, std::chrono::milliseconds{20}};
    Ordeal on_disk{disk, std::chrono::milliseconds{150}};
    auto const give_up = Clock::now() + std::chrono::milliseconds{200} * kills();
    int done = 0;
    for (; done < kills() && Clock::now() < give_up; ++done) {
      CAPTURE(done);
      (done % 10 < 7 ? in_memory : on_disk).once();
    }
    in_memory.report();
    on_disk.report();
    CHECK(done == kills());
  }
}
