#pragma once
#include <filesystem>

namespace voxspec {

// A fresh folder below the system's one for temporary files, removed with all it holds when it
// goes.
class TemporaryFolder {
 public:
  // Throws std::filesystem::filesystem_error if none can be made.
  TemporaryFolder();
  TemporaryFolder(TemporaryFolder const&) = delete;
  TemporaryFolder(TemporaryFolder&&) = delete;
  TemporaryFolder& operator=(TemporaryFolder const&) = delete;
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  ~TemporaryFolder();

  [[nodiscard]] std::filesystem::path const& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace voxspec
