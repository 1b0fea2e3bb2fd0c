#include "tools/expand_all.hpp"

#include "conformance/runner/in_parallel.hpp"
#include "conformance/trace/case_path.hpp"
#include "conformance/trace/describe.hpp"
#include "conformance/trace/in_lines.hpp"
#include "tools/report_files.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <system_error>
#include <thread>

namespace voxspec {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view folder_format = "voxspec-cases/1";
constexpr char const* index_name = "index.json";
constexpr char const* frames_name = "frames.json";
constexpr char const* schema_name = "expanded.schema.json";

using Done = std::expected<void, std::string>;

Done write(fs::path const& file, std::string const& text) {
  if (auto const why = replace_file(file, text + "\n")) {
    return std::unexpected(file.string() + ": cannot be written: " + *why);
  }
  return {};
}

// The index of a folder that write_cases() wrote; null for any other.
Json own_index(fs::path const& folder) {
  std::ifstream in{folder / index_name, std::ios::binary};
  std::string const text{std::istreambuf_iterator<char>{in}, {}};
  auto index = Json::parse(text, nullptr, false);
  auto const is_own = index.is_object() && index.contains("format") &&
                      index["format"] == folder_format && index.contains("cases") &&
                      index["cases"].is_array();
  return is_own ? index : Json{};
}

// Leaves nothing in the folder that an earlier run wrote.
Done prepare(fs::path const& folder) {
  std::error_code ec;
  if (!fs::exists(folder, ec)) return {};
  if (!fs::is_directory(folder, ec)) return std::unexpected(folder.string() + ": is no folder");
  if (fs::is_empty(folder, ec) && !ec) return {};
  auto const index = own_index(folder);
  if (index.is_null()) {
    return std::unexpected(folder.string() +
                           ": is not empty and was not written by voxspec expand --all");
  }
  for (auto const& entry : index["cases"]) {
    // By the id, which never leads out of the folder, and not by what the file says.
    if (!entry.is_object() || !entry.contains("id") || !entry["id"].is_string()) continue;
    fs::remove(folder / case_path(entry["id"].get<std::string>()), ec);
  }
  return {};
}

Json index_of(std::vector<Case const*> const& cases) {
  Json list = Json::array();
  for (auto const* const trace : cases) {
    auto entry = index_entry(*trace);
    entry["file"] = case_path(trace->id);
    list.push_back(std::move(entry));
  }
  return {{"format", folder_format},
          {"voxspec", VOXSPEC_VERSION},
          {"schema", schema_name},
          {"frames", frames_name},
          {"cases", std::move(list)}};
}

Done copy_schema(fs::path const& from, fs::path const& folder) {
  std::error_code ec;
  fs::copy_file(from, folder / schema_name, fs::copy_options::overwrite_existing, ec);
  if (!ec) return {};
  return std::unexpected(from.string() + ": cannot be copied: " + ec.message());
}

Done write_all(fs::path const& folder, std::vector<Case const*> const& cases) {
  std::vector<Done> done(cases.size());
  in_parallel(0, cases.size(), std::thread::hardware_concurrency(), [&](std::size_t at) {
    done[at] = write(folder / case_path(cases[at]->id), in_lines(expand_case(*cases[at])));
  });
  auto const failed = std::ranges::find_if(done, [](Done const& one) { return !one; });
  return failed == done.end() ? Done{} : *failed;
}

}  // namespace

Done write_cases(fs::path const& folder, std::vector<Case const*> const& cases,
                 fs::path const& schema, vox::Dialect dialect) {
  if (auto ready = prepare(folder); !ready) return ready;
  // First, so that a folder which is left half written is known as ours.
  if (auto written = write(folder / index_name, in_lines(index_of(cases))); !written)
    return written;
  if (auto copied = copy_schema(schema, folder); !copied) return copied;
  if (auto written = write(folder / frames_name, in_lines(frame_layouts(dialect))); !written)
    return written;
  return write_all(folder, cases);
}

}  // namespace voxspec
