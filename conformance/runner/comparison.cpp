#include "conformance/runner/comparison.hpp"

#include "conformance/runner/printable.hpp"
#include "conformance/runner/report_json.hpp"
#include "conformance/runner/run_report.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string_view>
#include <utility>

namespace voxspec {
namespace {

constexpr std::size_t name_columns = 18;
constexpr std::size_t cell_columns_min = 10;

using Ids = std::set<std::string, std::less<>>;

Ids not_passed_somewhere(std::vector<NamedReport> const& reports) {
  Ids ids;
  for (auto const& [label, report] : reports) {
    for (auto const& entry : report["cases"]) {
      if (entry["verdict"] != "pass") ids.insert(entry["id"].get<std::string>());
    }
  }
  return ids;
}

void shorten_bytes(Json& frame) {
  auto const hex = frame.find("hex");
  if (hex == frame.end() || !hex->is_string()) return;
  auto& digits = hex->get_ref<std::string&>();
  auto const bytes = digits.size() / 2;
  if (bytes <= compared_bytes_max) return;
  digits.resize(2 * compared_bytes_max);
  frame["bytes"] = bytes;
}

void keep_frames_of(Json& report, Ids const& wanted) {
  for (auto& entry : report["cases"]) {
    if (!entry.contains("frames")) continue;
    if (!wanted.contains(entry["id"].get_ref<std::string const&>())) {
      entry.erase("frames");
      continue;
    }
    for (auto& frame : entry["frames"])
      shorten_bytes(frame);
  }
}

Json differences_json(RunDiff const& diff) {
  Json list = Json::array();
  auto const add = [&](std::string const& id, char const* change) {
    list.push_back({{"case", id}, {"change", change}});
  };
  for (auto const& outcome : diff.added)
    add(outcome.id, "new");
  for (auto const& outcome : diff.gone)
    add(outcome.id, "gone");
  for (auto const& pair : diff.changed)
    add(pair.after.id, "changed");
  for (auto const& pair : diff.slower)
    add(pair.after.id, "slower");
  return list;
}

void pad(std::string& line, std::size_t columns) {
  line.resize(std::max(line.size(), columns), ' ');
}

// A line of a table: its name, and a cell for each report.
class Rows {
 public:
  explicit Rows(Json const& labels) {
    for (auto const& label : labels)
      widths_.push_back(std::max(label.get_ref<std::string const&>().size(), cell_columns_min));
  }
  template <class CellOf>
  [[nodiscard]] std::string row(std::string name, CellOf const& cell_of) const {
    pad(name, name_columns);
    for (std::size_t i = 0; i < widths_.size(); ++i) {
      std::string const cell = cell_of(i);
      name += "  " + std::string(widths_[i] > cell.size() ? widths_[i] - cell.size() : 0, ' ');
      name += cell;
    }
    return name + "\n";
  }

 private:
  std::vector<std::size_t> widths_;
};

std::string level_cell(Json const& report, std::string const& name) {
  for (auto const& level : report.value("levels", Json::array())) {
    if (text_at(level, "level") != name) continue;
    auto const count = [&](char const* key) { return std::to_string(level.value(key, 0)); };
    return count("passed") + "/" + count("judged");
  }
  return ".";
}

std::string different_verdicts(Json const& comparison, Rows const& rows) {
  std::map<std::string, std::vector<std::string>> by_id;
  auto const& reports = comparison["reports"];
  for (std::size_t i = 0; i < reports.size(); ++i) {
    for (auto const& entry : reports[i]["cases"]) {
      auto& verdicts = by_id[text_at(entry, "id")];
      verdicts.resize(reports.size(), ".");
      verdicts[i] = text_at(entry, "verdict");
    }
  }
  auto const is_same = [](auto const& each) {
    return std::ranges::adjacent_find(each.second, std::ranges::not_equal_to{}) ==
           each.second.end();
  };
  std::erase_if(by_id, is_same);
  std::string out = "\nCases with different verdicts: " + std::to_string(by_id.size()) + "\n";
  for (auto const& [id, verdicts] : by_id) {
    out += rows.row("", [&](std::size_t i) { return printable(verdicts[i]); });
    out.back() = ' ';
    out += " " + printable(id) + "\n";
  }
  return out;
}

}  // namespace

std::string text_at(Json const& object, char const* key) {
  return object.value(key, std::string{});
}

std::vector<NamedReport> named(std::vector<NamedReport> reports) {
  std::map<std::string, std::size_t> counts;
  for (auto const& each : reports)
    ++counts[text_at(each.report, "subject")];
  for (auto& [label, report] : reports) {
    auto subject = text_at(report, "subject");
    label = counts[subject] == 1 ? subject : subject + " (" + label + ")";
  }
  return reports;
}

Json comparison_json(std::vector<NamedReport> reports, RunDiff const* diff) {
  Json json{{"format", 1}, {"labels", Json::array()}, {"reports", Json::array()}};
  auto const wanted = not_passed_somewhere(reports);
  for (auto& [label, report] : reports) {
    keep_frames_of(report, wanted);
    json["labels"].push_back(label);
    json["reports"].push_back(std::move(report));
  }
  if (diff != nullptr) json["differences"] = differences_json(*diff);
  return json;
}

std::string describe_comparison(Json const& comparison) {
  auto const& labels = comparison["labels"];
  auto const& reports = comparison["reports"];
  Rows const rows{labels};
  auto out = rows.row("", [&](std::size_t i) { return printable(labels[i].get<std::string>()); });
  out +=
      rows.row("cases", [&](std::size_t i) { return std::to_string(reports[i]["cases"].size()); });
  for (auto const each : all_verdicts) {
    std::string const verdict = name_of(each);
    out += rows.row(verdict, [&](std::size_t i) {
      auto const count = std::ranges::count_if(reports[i]["cases"], [&](Json const& entry) {
        return text_at(entry, "verdict") == verdict;
      });
      return std::to_string(count);
    });
  }
  if (reports.empty() || !reports[0].contains("levels")) {
    return out + different_verdicts(comparison, rows);
  }
  out += "\nLevels, passed of judged\n";
  for (auto const& level : reports[0]["levels"]) {
    auto const name = text_at(level, "level");
    out += rows.row(name, [&](std::size_t i) { return level_cell(reports[i], name); });
  }
  return out + different_verdicts(comparison, rows);
}

}  // namespace voxspec
