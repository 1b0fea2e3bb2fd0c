#pragma once
#include <optional>
#include <string>
#include <vector>

namespace voxspec {

// The cases that did not come out as expected when a subject was judged last, for --failed-last.
// They are kept in $XDG_CACHE_HOME/voxspec (~/.cache/voxspec), a file a subject.
class LastFailures {
 public:
  explicit LastFailures(std::string const& subject);

  // Nothing if the subject has not been judged yet, or nothing can be kept.
  [[nodiscard]] std::optional<std::vector<std::string>> load() const;
  // Keeps what the cases that were run came to; of those that were not, what is known stays. That
  // nothing can be kept is no error: the next run just selects by hand.
  void save(std::vector<std::string> const& run, std::vector<std::string> const& failed) const;

 private:
  std::string file_;
};

}  // namespace voxspec
