#include "tools/last_failures.hpp"

#include "conformance/runner/json_fields.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <system_error>

namespace voxspec {
namespace fs = std::filesystem;
namespace {

fs::path cache_folder() {
  char const* const cache = std::getenv("XDG_CACHE_HOME");
  if (cache != nullptr && *cache != '\0') return fs::path{cache} / "voxspec";
  char const* const home = std::getenv("HOME");
  return home == nullptr ? fs::path{} : fs::path{home} / ".cache" / "voxspec";
}

}  // namespace

LastFailures::LastFailures(std::string const& subject) {
  auto const folder = cache_folder();
  if (folder.empty()) return;
  std::string name = subject;
  std::ranges::replace_if(
      name, [](unsigned char c) { return std::isalnum(c) == 0 && c != '-'; }, '_');
  file_ = (folder / ("last-" + name.substr(0, 100) + ".json")).string();
}

std::optional<std::vector<std::string>> LastFailures::load() const {
  auto const document = load_json(file_);
  if (!document) return std::nullopt;
  JsonFields fields{*document, file_};
  auto failed = fields.texts("failed");
  if (fields.error()) return std::nullopt;
  return failed;
}

void LastFailures::save(std::vector<std::string> const& run,
                        std::vector<std::string> const& failed) const {
  if (file_.empty()) return;
  std::set<std::string> kept;
  if (auto const before = load()) kept.insert(before->begin(), before->end());
  for (auto const& id : run)
    kept.erase(id);
  kept.insert(failed.begin(), failed.end());
  std::error_code ec;
  fs::create_directories(fs::path{file_}.parent_path(), ec);
  std::ofstream{file_} << nlohmann::json{{"failed", kept}}.dump(1) << '\n';
}

}  // namespace voxspec
