#include "tools/progress.hpp"

#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>
#include <unistd.h>

namespace voxspec {
namespace {

// Of these each gets a line, of more only those that need a look.
constexpr std::size_t few_cases = 20;
// Where no line is written anew, so many lines say how far it is.
constexpr std::size_t parts = 10;

}  // namespace

bool stdout_is_terminal() {
  char const* const terminal = std::getenv("TERM");
  return ::isatty(STDOUT_FILENO) == 1 && terminal != nullptr &&
         std::string_view{terminal} != "dumb";
}

TextStyle stdout_style() {
  return {.color = stdout_is_terminal() && std::getenv("NO_COLOR") == nullptr};
}

void LiveLine::show(std::string_view text) const {
  if (live_) std::cout << "\r\x1b[K" << text << std::flush;
}

void LiveLine::clear() const {
  show({});
}

Progress::Progress(std::size_t cases, TextStyle style) : cases_{cases}, style_{style} {}

void Progress::note(RunReport const& report, CaseReport const& entry) {
  ++done_;
  bool const unexpected = is_unexpected(entry.result.verdict);
  if (unexpected) ++unexpected_;
  line_.clear();
  if (style_.everything) {
    std::cout << describe_case(report, entry, style_) << '\n';
  } else if (unexpected || cases_ <= few_cases) {
    std::cout << case_line(entry, style_) << '\n';
  } else if (!line_.is_live() && done_ * parts / cases_ > (done_ - 1) * parts / cases_) {
    std::cout << done_ << '/' << cases_ << "  " << unexpected_ << " unexpected\n";
  }
  // Short enough not to wrap, since a wrapped line cannot be taken back.
  line_.show(std::to_string(done_) + '/' + std::to_string(cases_) + "  " +
             std::to_string(unexpected_) + " unexpected  " + entry.result.id.substr(0, 48));
  std::cout << std::flush;
}

}  // namespace voxspec
