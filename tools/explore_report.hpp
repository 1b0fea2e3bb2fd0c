#pragma once
#include "conformance/explore/search.hpp"
#include "conformance/runner/report_text.hpp"

#include <filesystem>
#include <string>

namespace voxspec {

// The table of the model: a row a line, with its clauses and the reactions that it allows.
[[nodiscard]] std::string model_table(explore::Model const& model, std::string const& rows);

// One finding as a run shows a failure, or, of two subjects, where they differ.
[[nodiscard]] std::string describe_finding(explore::Model const& model,
                                           explore::Finding const& finding,
                                           std::string const& subject, std::string const& again,
                                           TextStyle style);

// What was reached, what was not, and the sums.
[[nodiscard]] std::string coverage_text(explore::Model const& model,
                                        explore::SearchResult const& result);

[[nodiscard]] Json search_json(explore::Model const& model, explore::SearchResult const& result,
                               std::string const& subject, std::uint64_t seed);

// Where the case of the n-th finding is written: "<folder>/connection-close-2.json".
[[nodiscard]] std::filesystem::path case_path(std::filesystem::path const& folder,
                                              explore::Model const& model,
                                              explore::Finding const& finding, std::size_t number);

}  // namespace voxspec
