#pragma once
#include <nlohmann/json.hpp>

#include <benchmark/benchmark.h>
#include <cstdio>
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace voxspec::bench {

// What another implementation measured for the same names, as {"benchmarks": [{"name", "ns"}]}.
using Column = std::map<std::string, double>;

inline Column read_column(nlohmann::json const& document) {
  Column column;
  for (auto const& row : document.at("benchmarks")) {
    column[row.at("name").get<std::string>()] = row.at("ns").get<double>();
  }
  return column;
}

// Prints the median of each benchmark beside the other implementation's, with their ratio. Run with
// repetitions: a single run is no median.
class TableReporter : public benchmark::ConsoleReporter {
 public:
  explicit TableReporter(Column other) : other_{std::move(other)} {}

  void ReportRuns(std::vector<Run> const& runs) override {
    for (auto const& run : runs) {
      if (run.run_type == Run::RT_Aggregate && run.aggregate_name == "median") rows_.push_back(run);
    }
  }

  void Finalize() override {
    std::printf("%-28s %12s %12s %8s %12s\n", "median of repetitions", "C++ ns", "Rust ns", "ratio",
                "allocations");
    for (auto const& run : rows_) {
      auto const name = run.run_name.function_name;
      auto const ns = run.GetAdjustedCPUTime();
      auto const found = other_.find(name);
      auto const allocations = run.counters.find("allocations");
      std::printf("%-28s %12.1f", name.c_str(), ns);
      if (found == other_.end()) {
        std::printf(" %12s %8s", "-", "-");
      } else {
        std::printf(" %12.1f %7.1fx", found->second, found->second / ns);
      }
      if (allocations == run.counters.end()) {
        std::printf(" %12s\n", "-");
      } else {
        std::printf(" %12.2f\n", static_cast<double>(allocations->second));
      }
    }
  }

 private:
  Column other_;
  std::vector<Run> rows_;
};

}  // namespace voxspec::bench
