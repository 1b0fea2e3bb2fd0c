#pragma once
#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <expected>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace voxspec {

// Reads a JSON file; the error is one line that names the file and, for bad syntax, the byte.
[[nodiscard]] std::expected<nlohmann::json, std::string> load_json(
    std::filesystem::path const& file);
// The same with the keys in the order in which they stand.
[[nodiscard]] std::expected<nlohmann::ordered_json, std::string> load_ordered_json(
    std::filesystem::path const& file);

// Reads the keys of one object of a configuration file. The first key that is missing, of the wrong
// type or unknown becomes the error, as one line that names the place and the key; later reads
// return empty values. The object must outlive the reader.
class JsonFields {
 public:
  // `where` names the file, and the entry within it if there are several.
  JsonFields(nlohmann::json const& object, std::string where);

  [[nodiscard]] std::string text(std::string const& key);
  [[nodiscard]] std::optional<std::string> optional_text(std::string const& key);
  // A list of texts that holds at least `count_min`; a missing key is an empty list.
  [[nodiscard]] std::vector<std::string> texts(std::string const& key, std::size_t count_min = 0);
  [[nodiscard]] std::map<std::string, std::string> text_map(std::string const& key);
  // The list of objects below the key.
  [[nodiscard]] nlohmann::json const* objects(std::string const& key);

  // Puts down an error of the caller's own about the key, if there is none yet.
  void fail(std::string const& key, std::string const& why);
  // The first error; a key that nobody asked for counts as one.
  [[nodiscard]] std::optional<std::string> error();

 private:
  [[nodiscard]] nlohmann::json const* find(std::string const& key);

  nlohmann::json const& object_;
  std::string where_;
  std::set<std::string> read_;
  std::optional<std::string> error_;
};

}  // namespace voxspec
