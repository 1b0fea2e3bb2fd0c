#include "tools/report_files.hpp"

#include "conformance/runner/report_html.hpp"
#include "conformance/runner/report_json.hpp"
#include "conformance/runner/report_junit.hpp"
#include "conformance/runner/report_known.hpp"
#include "conformance/runner/report_table.hpp"
#include "conformance/trace/frame_record.hpp"
#include "tools/tool.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iostream>
#include <optional>
#include <string_view>
#include <system_error>

namespace voxspec {
namespace fs = std::filesystem;
namespace {

// The least time between two states of a report, and how much of the time writing may take.
constexpr std::chrono::seconds rest_min{1};
constexpr int rest_for_work = 10;

constexpr std::string_view standard_output_word = "-";

std::string dump(Json const& json, int indent = 1) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace) + "\n";
}

// A device or a pipe, which another file must not take the place of.
bool is_special(fs::path const& file) {
  std::error_code ec;
  auto const status = fs::status(file, ec);
  return fs::exists(status) && !fs::is_regular_file(status);
}

std::string why() {
  return errno == 0 ? "cannot be written" : std::generic_category().message(errno);
}

// The file itself: a link stays one, and what it leads to is replaced.
fs::path file_behind(fs::path const& link) {
  std::error_code ec;
  return fs::is_symlink(link, ec) ? fs::weakly_canonical(link, ec) : link;
}

// Where a file is written before it takes its place; its folder is made.
fs::path place_beside(fs::path file) {
  std::error_code ec;
  if (file.has_parent_path()) fs::create_directories(file.parent_path(), ec);
  return file += ".part";
}

// Why the text could not be written, if it could not.
std::optional<std::string> write_text(fs::path const& file, std::string const& text) {
  errno = 0;
  std::ofstream out{file, std::ios::binary};
  out << text;
  out.close();
  return out ? std::nullopt : std::optional{why()};
}

// Why no file can be made where the report is written before it takes its place.
std::optional<std::string> find_no_place_beside(fs::path const& link) {
  std::error_code ec;
  auto const beside = place_beside(file_behind(link));
  auto wrong = write_text(beside, "");
  fs::remove(beside, ec);
  return wrong;
}

// Why nothing can be written below the folder, which is made.
std::optional<std::string> find_no_folder(fs::path const& folder) {
  std::error_code ec;
  fs::create_directories(folder, ec);
  auto wrong = ec ? std::optional{ec.message()} : find_no_place_beside(folder / "recordings");
  return wrong ? std::optional{"--keep " + folder.string() + ": " + *wrong} : std::nullopt;
}

}  // namespace

std::optional<std::string> replace_file(fs::path const& link, std::string const& text) {
  std::error_code ec;
  if (is_special(link)) return write_text(link, text);
  auto const file = file_behind(link);
  auto const beside = place_beside(file);
  auto wrong = write_text(beside, text);
  if (!wrong) {
    fs::rename(beside, file, ec);
    if (!ec) return std::nullopt;
    wrong = ec.message();
  }
  fs::remove(beside, ec);
  return wrong;
}

std::optional<std::string> find_unwritable(std::string const& file) {
  if (file.empty()) return std::nullopt;
  std::error_code ec;
  auto const is_folder = fs::is_directory(file, ec);
  if (!is_folder && is_special(file)) return std::nullopt;
  auto const wrong =
      is_folder ? std::optional<std::string>{"it is a folder"} : find_no_place_beside(file);
  return wrong ? std::optional{file + ": cannot be written: " + *wrong} : std::nullopt;
}

bool write_or_complain(fs::path const& file, std::string const& text) {
  auto const wrong = replace_file(file, text);
  if (wrong) complain(file.string() + ": cannot be written: " + *wrong, exit_not_run);
  return !wrong;
}

bool write_json_or_complain(fs::path const& file, Json const& document) {
  return write_or_complain(file, dump(document, 2));
}

ReportFiles::ReportFiles(RunCommandOptions const& options) : options_{options} {
  auto const is_output = [](auto const* file) { return *file == standard_output_word; };
  if (std::ranges::any_of(reports(), is_output)) {
    standard_output_ = std::cout.rdbuf(std::cerr.rdbuf());
  }
}

ReportFiles::~ReportFiles() {
  if (standard_output_ != nullptr) std::cout.rdbuf(standard_output_);
}

std::array<std::string const*, 5> ReportFiles::reports() const {
  return {&options_.json, &options_.junit, &options_.html, &options_.table, &options_.known};
}

std::optional<std::string> ReportFiles::find_unwritable() const {
  if (std::ranges::count(reports(), standard_output_word, [](auto const* file) { return *file; }) >
      1) {
    return "only one report can go to standard output";
  }
  for (auto const* const file : reports()) {
    if (*file == standard_output_word) continue;
    if (auto wrong = voxspec::find_unwritable(*file)) return wrong;
  }
  return options_.keep.empty() ? std::nullopt : find_no_folder(options_.keep);
}

void ReportFiles::write(fs::path const& file, std::string const& text) {
  if (file == standard_output_word) {
    std::ostream out{standard_output_};
    if (!(out << text).flush() && good_) {
      complain("standard output cannot be written", exit_not_run);
      good_ = false;
    }
    return;
  }
  if (good_) {
    good_ = write_or_complain(file, text);
  } else {
    static_cast<void>(replace_file(file, text));  // It was said once that something is wrong.
  }
}

void ReportFiles::write_all(RunReport const& report, bool finished) {
  auto const wanted = [&](std::string const& file) {
    auto const grows = file != standard_output_word && !is_special(file);
    return !file.empty() && (finished || grows);
  };
  if (wanted(options_.json)) write(options_.json, dump(report_json(report)));
  if (wanted(options_.junit)) write(options_.junit, report_junit(report));
  if (wanted(options_.html)) write(options_.html, report_html(report));
  if (wanted(options_.table)) write(options_.table, report_table(report));
  if (wanted(options_.known)) write(options_.known, report_known(report));
}

void ReportFiles::keep_recording(CaseReport const& entry) {
  auto const& result = entry.result;
  if (options_.keep.empty() || result.verdict == Verdict::unsupported) return;
  write(fs::path{options_.keep} / (result.id + ".json"),
        dump(recording(*entry.trace, result.frames, result_json(entry))));
}

void ReportFiles::note(RunReport const& so_far, CaseReport const& entry) {
  keep_recording(entry);
  auto const began = Clock::now();
  if (began < next_ || !good_) return;
  write_all(so_far, false);
  auto const done = Clock::now();
  next_ = done + std::max<Clock::duration>(rest_min, rest_for_work * (done - began));
}

void ReportFiles::finish(RunReport const& report) {
  write_all(report, true);
}

}  // namespace voxspec
