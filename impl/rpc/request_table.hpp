#pragma once
#include "impl/rpc/event.hpp"
#include "impl/rpc/method.hpp"
#include "impl/rpc/operation.hpp"
#include "impl/session/ids.hpp"
#include "impl/wire/metadata.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace vox::rpc {

// The answers that an endpoint gives by itself.
enum class Refuse : std::uint8_t { unknown_method, invalid_payload, cancelled, indeterminate };

// One request of the peer, until it is answered (or nobody can be answered any more) and its
// handler has ended.
struct Request {
  RequestToken token = 0;
  session::ConnectionId connection_id = 0;
  session::RequestId id = 0;
  Method const* method = nullptr;
  std::optional<OperationId> operation;  // as which it is tracked
  bool is_answered = false;              // or will never be: its attempt is over
  bool has_handler = false;              // that has not ended
  bool is_stopped = false;               // its handler was told so
  // Kept while the store is asked, or another execution of the operation has to end first.
  std::unique_ptr<event::CallArrived> arrived;
};

// The requests of an endpoint by their tokens. A request stays where it is until another one is
// added.
class RequestTable {
 public:
  Request& add(session::ConnectionId connection_id, session::RequestId id, Method const* method) {
    auto const token = ++last_;
    auto& request = requests_[token];
    request.token = token;
    request.connection_id = connection_id;
    request.id = id;
    request.method = method;
    return request;
  }
  [[nodiscard]] Request* find(RequestToken token) {
    auto const found = requests_.find(token);
    return found == requests_.end() ? nullptr : &found->second;
  }
  void remove(RequestToken token) { requests_.erase(token); }
  [[nodiscard]] std::size_t size() const { return requests_.size(); }

  // The tokens of all requests for which holds(request), in rising order.
  template <class Holds>
  [[nodiscard]] std::vector<RequestToken> tokens_if(Holds const& holds) const {
    std::vector<RequestToken> tokens;
    for (auto const& [token, request] : requests_) {
      if (holds(request)) tokens.push_back(token);
    }
    std::ranges::sort(tokens);
    return tokens;
  }

 private:
  boost::unordered_flat_map<RequestToken, Request> requests_;
  RequestToken last_ = 0;
};

// An answer that the session has no room for, or no link.
struct PendingAnswer {
  session::ConnectionId connection_id = 0;
  session::RequestId request_id = 0;
  session::Body ret;
  session::SharedSchemas schemas;
  wire::Metadata metadata{};

  [[nodiscard]] std::size_t bytes() const { return ret.size() + metadata.view().encoded_bytes(); }
  // Another answer in its place, which has no metadata.
  void replace(Bytes with) {
    ret = std::move(with);
    metadata.clear();
  }
};

}  // namespace vox::rpc
