#pragma once
#include "conformance/peer/frame.hpp"

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>

namespace voxspec {

// Our own schemas of the message type, as they stand in every handshake.
[[nodiscard]] Value const& own_message_schemas(Dialect dialect = Dialect::vox_0_4);

// What we have announced of schemas on one link, so that an announcement is sent once and no schema
// twice: a repeated one is a violation. A fresh link starts with an empty ledger.
class SchemaLedger {
 public:
  explicit SchemaLedger(Dialect dialect = Dialect::vox_0_4) : dialect_{dialect} {}

  // The schema message that binds this half of the method on the connection, to be sent as it is;
  // nothing if it is bound already. The error names a method that the judge has no schemas for.
  [[nodiscard]] std::expected<std::optional<Frame>, std::string> announce(
      std::uint64_t connection, std::string_view method, std::string_view direction);
  // Takes a schema message that a case sent by itself into account.
  void note_sent(Frame const& frame);

 private:
  Dialect dialect_;
  // Connection, method and direction.
  std::set<std::tuple<std::uint64_t, std::uint64_t, std::string>> bound_;
  std::map<std::uint64_t, std::set<std::uint64_t>> schema_ids_;
};

}  // namespace voxspec
