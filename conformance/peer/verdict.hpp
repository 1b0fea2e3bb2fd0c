#pragma once
#include "spec/clause.hpp"

#include <boost/describe/enum.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace voxspec {

// What one case says about a subject. The executor gives pass, fail, non_strict, differs, not_run,
// and unsupported where a number of the subject is more than the case goes up to; else that and the
// other two come from what the runner knows of the subject (its abilities and its expectations).
//
//   pass             everything that the case asks for was seen
//   fail             something that the case asks for was seen not to happen
//   non_strict       the subject did what a SHOULD advises against; a MUST still holds
//   differs          the subject does otherwise than 0.4.0 where the written specification leaves
//   it
//                    free; a porter wants to know, and nobody broke a rule
//   unsupported      the case needs an ability that the subject does not claim to have
//   known            it fails as its expectations file says it would, for the reason given there
//   unexpected_pass  the expectations file says that it fails, and it did not
//   not_run          an error in the case, the tool or the machine: no word about the subject
enum class Verdict : std::uint8_t {
  pass,
  fail,
  non_strict,
  differs,
  unsupported,
  known,
  unexpected_pass,
  not_run
};
BOOST_DESCRIBE_ENUM(Verdict, pass, fail, non_strict, differs, unsupported, known, unexpected_pass,
                    not_run)
inline constexpr std::size_t verdict_count = 8;

// Why a case was not run.
//
//   none     it was
//   fault    an error in the case or the tool
//   start    the subject did not come up in time, or could not be started
//   link     the subject came up, but there was no first link to it
//   machine  the machine lacks something: descriptors, memory, disk, a usable temporary folder
//   stopped  somebody stopped the run
//   silent   nobody spoke vox in the cases before, and the run gave up
enum class Hindrance : std::uint8_t { none, fault, start, link, machine, stopped, silent };
BOOST_DESCRIBE_ENUM(Hindrance, none, fault, start, link, machine, stopped, silent)

// What the breach of a clause of this level comes to, where the written specification or the bytes
// of 0.4.0 decide.
[[nodiscard]] constexpr Verdict breach_of(vox::Level level) {
  bool const is_advice = level == vox::Level::should || level == vox::Level::may;
  return is_advice ? Verdict::non_strict : Verdict::fail;
}

// The spelling of reports and the command line: "non-strict", "unexpected pass", "not run".
[[nodiscard]] std::string_view text(Verdict verdict);

}  // namespace voxspec
