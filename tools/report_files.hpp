#pragma once
#include "conformance/peer/json.hpp"
#include "conformance/runner/run_report.hpp"
#include "tools/run_options.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <optional>
#include <streambuf>
#include <string>

namespace voxspec {

// Writes a file whole or not at all, and makes its folder. Gives why it could not, if so.
[[nodiscard]] std::optional<std::string> replace_file(std::filesystem::path const& link,
                                                      std::string const& text);

// The same; why it could not is said on standard error, and the answer is false then.
[[nodiscard]] bool write_or_complain(std::filesystem::path const& file, std::string const& text);
[[nodiscard]] bool write_json_or_complain(std::filesystem::path const& file, Json const& document);

// One line about a file that cannot be written, before anything is done for it. An empty name is
// none.
[[nodiscard]] std::optional<std::string> find_unwritable(std::string const& file);

// The reports that were asked for, as files. They grow while cases run; who reads one always finds
// a whole document, because each is written beside its place and then takes it. What is no file, a
// pipe or a device, is written once, at the end.
class ReportFiles {
 public:
  // If one of them is "-", it gets standard output, and all else that is printed goes to standard
  // error, until this is gone.
  explicit ReportFiles(RunCommandOptions const& options);
  ReportFiles(ReportFiles const&) = delete;
  ReportFiles(ReportFiles&&) = delete;
  ReportFiles& operator=(ReportFiles const&) = delete;
  ReportFiles& operator=(ReportFiles&&) = delete;
  ~ReportFiles();

  // One line about a report that cannot be written, before anything is run for it.
  [[nodiscard]] std::optional<std::string> find_unwritable() const;

  // True if a report is to be written whose cases have to be collected meanwhile.
  [[nodiscard]] bool grows() const {
    return std::ranges::any_of(reports(), [](auto const* file) { return !file->empty(); });
  }
  // Takes in a case that was judged. The reports follow when they have not been written for a
  // while, seldom enough that writing takes a small part of the time.
  void note(RunReport const& so_far, CaseReport const& entry);
  // Writes the reports of the whole run.
  void finish(RunReport const& report);
  // False if something could not be written. It has been said on standard error.
  [[nodiscard]] bool good() const { return good_; }

 private:
  using Clock = std::chrono::steady_clock;

  void write_all(RunReport const& report, bool finished);
  void write(std::filesystem::path const& file, std::string const& text);
  void keep_recording(CaseReport const& entry);

  [[nodiscard]] std::array<std::string const*, 5> reports() const;

  RunCommandOptions const& options_;
  std::streambuf* standard_output_ = nullptr;  // if a report gets it
  Clock::time_point next_ = Clock::now();
  bool good_ = true;
};

}  // namespace voxspec
