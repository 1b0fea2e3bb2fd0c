#include "conformance/tests/counterexample.hpp"

#include "conformance/peer/frame.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace voxspec::test {

using namespace vox;
using What = LinkRecord::What;

namespace {

// A frame as something to expect: the words of a complaint are the complainer's own.
Json expected(Json frame) {
  if (frame.contains("protocol_error")) frame["protocol_error"] = Json::object();
  return frame;
}

// A peer that begins links asks, on each but the first, for the session that it had on the one
// before. `link` counts from 0.
Json establish(LinkRecord const& record, std::size_t link) {
  Json changes = Json::object();
  if (record.peer() == Role::initiator) {
    auto const key = [](std::size_t number) { return "$key" + std::to_string(number); };
    auto const resumptions =
        std::ranges::count(record.entries(), What::resumed, &LinkRecord::Entry::what);
    if (link > 0) changes["hello"]["resume_key"] = key(link - 1);
    if (resumptions > static_cast<std::ptrdiff_t>(link)) {
      changes["hello_yourself"]["resume_key"] = key(link);
    }
  }
  return {{"establish", std::move(changes)}};
}

Json steps_of(LinkRecord const& record) {
  std::size_t link = 0;
  Json steps = Json::array({establish(record, link)});
  for (auto const& entry : record.entries()) {
    switch (entry.what) {
      case What::said:
        steps.push_back({{"send", frame_of(entry.payload)}});
        break;
      case What::heard:
        if (!steps.back().contains("expect")) steps.push_back({{"expect", Json::array()}});
        steps.back()["expect"].push_back(expected(frame_of(entry.payload)));
        break;
      case What::resumed:
        steps.push_back({{"drop", Json::object()}});
        steps.push_back({{"next_link", Json::object()}});
        steps.push_back(establish(record, ++link));
        break;
      case What::ended:
        steps.push_back({{"expect_end", {"any"}}});
        break;
    }
  }
  return steps;
}

// "What a peer says" is what-a-peer-says.json.
std::string file_name(std::string const& about) {
  std::string name;
  for (auto const letter : about) {
    auto const byte = static_cast<unsigned char>(letter);
    name += std::isalnum(byte) != 0 ? static_cast<char>(std::tolower(byte)) : '-';
  }
  return name.substr(0, 60) + ".json";
}

std::string keep(std::string const& about, Json const& trace) {
  auto const* const folder = std::getenv("VOXSPEC_COUNTEREXAMPLES");
  if (folder == nullptr) return {};
  std::filesystem::create_directories(folder);
  auto const path = std::filesystem::path{folder} / file_name(about);
  std::ofstream{path} << trace.dump(2) << '\n';
  return "voxspec replay " + path.string() + " --subject NAME\n";
}

}  // namespace

Json frame_of(ByteView payload) {
  auto const frame = voxspec::decode(voxspec::Layer::message, payload);
  return frame ? voxspec::frame_json(*frame) : Json{{"frame", to_hex(payload)}};
}

Json trace_of(LinkRecord const& record, std::string const& about,
              std::vector<vox::Clause> const& clauses) {
  Json ids = Json::array();
  for (auto const& clause : clauses)
    ids.push_back(std::string{clause.id()});
  return {{"version", 1},
          {"about", about},
          {"rules", std::move(ids)},
          {"peer", {{"role", record.peer() == Role::initiator ? "initiator" : "acceptor"}}},
          {"steps", steps_of(record)}};
}

void show(std::string const& about, Refutation const& refutation) {
  FAIL_CHECK(about, "\n", refutation.note, "\n", refutation.trace.dump(2), "\n",
             keep(about, refutation.trace));
}

}  // namespace voxspec::test
