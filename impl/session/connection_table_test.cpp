#include "impl/session/connection_table.hpp"

#include "impl/session/ids.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <vector>

using namespace vox;
using namespace vox::session;

namespace {

ConnectionTable table_that_remembers(std::size_t closed) {
  Limits limits;
  limits.closed_connections_max = closed;
  return ConnectionTable{limits, 1};
}

}  // namespace

TEST_SUITE_BEGIN("session");

TEST_CASE(
    "r[session.parity] ids are handed out in order, to the end of their space and no further") {
  IdAllocator odd{Parity::odd};
  IdAllocator even{Parity::even};
  CHECK(odd.allocate() == 1);
  CHECK(odd.allocate() == 3);
  CHECK(even.allocate() == 2);
  CHECK(even.allocate() == 4);
}

TEST_CASE("r[connection] what stands behind an id is told by its slot, and by its past") {
  auto table = table_that_remembers(8);
  CHECK(table.state_of(root_connection) == ConnectionState::root_removed);
  CHECK(table.state_of(4) == ConnectionState::absent);
  table.open(root_connection, ConnectionState::root);
  auto& slot = table.open(4, ConnectionState::offered);
  CHECK(table.state_of(root_connection) == ConnectionState::root);
  CHECK(table.state_of(4) == ConnectionState::offered);
  CHECK(table.has_virtual());
  CHECK(table.live_ids() == std::vector<ConnectionId>{0, 4});
  table.close(slot, ConnectionState::closed_by_peer);
  CHECK(table.state_of(4) == ConnectionState::closed_by_peer);
  CHECK(table.find_live(4) == nullptr);
  CHECK(table.live_count() == 1);
  CHECK_FALSE(table.has_virtual());
  table.close(*table.find(root_connection), ConnectionState::closed_here);
  CHECK(table.state_of(root_connection) == ConnectionState::root_removed);
}

TEST_CASE("a slot that is erased leaves no memory behind") {
  auto table = table_that_remembers(8);
  table.erase(table.open(1, ConnectionState::pending_outbound));
  CHECK(table.find(1) == nullptr);
  CHECK(table.live_count() == 0);
}

TEST_CASE("only so many closed ids are remembered, the last ones") {
  auto table = table_that_remembers(2);
  for (ConnectionId id = 2; id <= 8; id += 2) {
    table.close(table.open(id, ConnectionState::active), ConnectionState::closed_here);
  }
  CHECK(table.find(2) == nullptr);
  CHECK(table.find(4) == nullptr);
  CHECK(table.state_of(6) == ConnectionState::closed_here);
  CHECK(table.state_of(8) == ConnectionState::closed_here);
}

TEST_CASE("forgetting old closings spares an id that was opened again") {
  auto table = table_that_remembers(1);
  table.close(table.open(2, ConnectionState::active), ConnectionState::closed_here);
  table.open(2, ConnectionState::active);
  table.close(table.open(4, ConnectionState::active), ConnectionState::closed_here);
  CHECK(table.state_of(2) == ConnectionState::active);
  // Closed once more, it is the youngest again.
  table.close(*table.find(2), ConnectionState::closed_by_peer);
  CHECK(table.state_of(2) == ConnectionState::closed_by_peer);
  CHECK(table.find(4) == nullptr);
}

TEST_CASE("slots stay where they are while others come and go") {
  auto table = table_that_remembers(0);
  auto* const first = &table.open(1, ConnectionState::active);
  for (ConnectionId id = 3; id < 2003; id += 2)
    table.open(id, ConnectionState::active);
  for (ConnectionId id = 3; id < 2003; id += 4)
    table.erase(*table.find(id));
  CHECK(table.find(1) == first);
  CHECK(first->id == 1);
  CHECK(table.live_count() == 501);
}

TEST_SUITE_END();
