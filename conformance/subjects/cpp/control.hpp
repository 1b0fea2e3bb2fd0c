#pragma once
#include "conformance/subjects/cpp/control_calls.hpp"
#include "conformance/subjects/cpp/settings.hpp"
#include "impl/net/session_builder.hpp"
#include "spec/parity.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace voxspec::subject {

// The control channel (docs/control.md): orders come as lines on standard input, and what the
// application sees goes out as lines on standard output. It judges nothing. Everything that it
// began ends with the process.
class Control : public std::enable_shared_from_this<Control> {
 public:
  // `service` is served on the connections that it opens, with `parity` as ours.
  Control(boost::asio::any_io_executor executor, vox::Parity parity,
          std::shared_ptr<vox::net::Handler> service);

  // Reads orders until standard input ends.
  void start();
  // From now on what it tells, and how it sends items, is wrong in this way.
  void misbehave(Misbehaviour how) { misbehaviour_ = how; }
  // The session's root is called "root" from now on. Control has the only caller of it, unless
  // somebody else keeps one.
  void begin(vox::net::Established established);
  // A connection that the peer opens: decided as the last order of the kind says; false if there is
  // none.
  [[nodiscard]] bool decide(vox::net::PendingConnection& pending);

 private:
  struct Answer {
    std::string name;
    bool accepts = true;
    std::string to{};  // the connection that it is joined with, if any
  };

  boost::asio::awaitable<void> read_orders();
  void obey(Json const& order);
  void report(std::string const& of, Json saw) const;
  void cannot(std::string const& of, std::string const& why) const;

  // The verbs. Each says first that it has begun, or that it cannot.
  void call(std::string const& name, Json const& order);
  void cancel(std::string const& name, Json const& order);
  void open(std::string const& name, Json const& order);
  void answer_next(std::string const& name, Json const& order);
  void close(std::string const& name, Json const& order);
  void drop(std::string const& name, Json const& order);
  void send(std::string const& name, Json const& order);
  void buffer(std::string const& name, boost::asio::awaitable<Json> sending, std::uint64_t count);
  void take(std::string const& name, Json const& order);
  void end(std::string const& name, Json const& order);

  [[nodiscard]] Json join(vox::net::PendingConnection& pending, std::string const& to);
  // Without a service to serve it is one to be joined with another.
  boost::asio::awaitable<Json> open_connection(std::string name, std::uint32_t requests_max,
                                               std::shared_ptr<vox::net::Handler> service);
  // Does the work, and reports what came of it.
  void spawn(std::string const& name, boost::asio::awaitable<Json> work,
             std::shared_ptr<boost::asio::cancellation_signal> const& signal = nullptr);
  [[nodiscard]] TestbedClient* client(Json const& order);
  [[nodiscard]] std::shared_ptr<Half> half(Json const& order) const;

  boost::asio::any_io_executor executor_;
  vox::Parity parity_;
  std::shared_ptr<vox::net::Handler> service_;
  boost::asio::posix::stream_descriptor input_;
  std::string line_;
  std::optional<vox::net::SessionHandle> session_;
  std::map<std::string, TestbedClient> clients_;
  std::map<std::string, std::shared_ptr<boost::asio::cancellation_signal>> calls_;
  std::deque<Answer> answers_;
  std::deque<Json> waiting_;  // orders that came before there was a session
  Halves halves_;
  Misbehaviour misbehaviour_ = Misbehaviour::none;
};

}  // namespace voxspec::subject
