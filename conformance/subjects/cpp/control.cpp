#include "conformance/subjects/cpp/control.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/describe/enum_to_string.hpp>

#include <array>
#include <iostream>
#include <string_view>
#include <unistd.h>
#include <utility>

namespace voxspec::subject {

namespace asio = boost::asio;
using namespace vox;

namespace {

std::string text_in(Json const& order, std::string_view key, std::string_view otherwise = {}) {
  auto const found = order.find(key);
  return found != order.end() && found->is_string() ? found->get<std::string>()
                                                    : std::string{otherwise};
}

Json failure(session::SessionError const& error) {
  return {{"failed", boost::describe::enum_to_string(error.kind, "?")}, {"text", error.text()}};
}

// What a wrong runtime would have its application see instead.
Json distorted(Misbehaviour how, Json saw) {
  if (!saw.is_object()) return saw;
  if (how == Misbehaviour::wrong_outcomes) {
    return saw.contains("returned") ? Json{{"failed", "cancelled"}} : Json{{"returned", nullptr}};
  }
  if (how == Misbehaviour::hides_lost_channels) {
    if (saw.contains("sent")) saw.erase("failed");
    if (text_in(saw, "ended") == "lost") saw.erase("ended");
  }
  if (how == Misbehaviour::blurs_failures) {
    auto const failed = text_in(saw, "failed");
    bool const is_of_transport =
        failed == "connection_closed" || failed == "session_shutdown" || failed == "send_failed";
    if (is_of_transport) saw["failed"] = "indeterminate";
  }
  return saw;
}

}  // namespace

Control::Control(asio::any_io_executor executor, Parity parity,
                 std::shared_ptr<net::Handler> service)
    : executor_{std::move(executor)},
      parity_{parity},
      service_{std::move(service)},
      input_{executor_, ::dup(STDIN_FILENO)} {}

void Control::start() {
  asio::co_spawn(
      executor_, [self = shared_from_this()] { return self->read_orders(); }, asio::detached);
}

void Control::begin(net::Established established) {
  session_ = established.session;
  clients_.insert_or_assign("root", TestbedClient{std::move(established.root)});
  for (auto const& order : std::exchange(waiting_, {}))
    obey(order);
}

bool Control::decide(net::PendingConnection& pending) {
  if (answers_.empty()) return false;
  auto const answer = std::move(answers_.front());
  answers_.pop_front();
  if (!answer.accepts) {
    wire::Metadata const reasons{{.key = "error", .value = "rejected by order"}};
    std::move(pending).reject(reasons);
    report(answer.name, "rejected");
    return true;
  }
  if (!answer.to.empty()) {
    report(answer.name, join(pending, answer.to));
    return true;
  }
  auto connection = std::move(pending).handle_and_call(service_);
  if (connection) {
    clients_.insert_or_assign(answer.name, TestbedClient{std::move(*connection)});
    report(answer.name, "accepted");
  }
  return true;
}

Json Control::join(net::PendingConnection& pending, std::string const& to) {
  auto const target = clients_.extract(to);
  if (target.empty()) {
    auto const undecided = std::move(pending);
    return {{"failed", "protocol"}, {"text", "there is no such connection"}};
  }
  auto const joined = std::move(pending).proxy_to(target.mapped().connection());
  return joined ? Json("joined") : failure(joined.error());
}

asio::awaitable<void> Control::read_orders() {
  while (true) {
    boost::system::error_code ec;
    auto const count = co_await asio::async_read_until(
        input_, asio::dynamic_buffer(line_), '\n', asio::redirect_error(asio::use_awaitable, ec));
    if (ec) co_return;
    auto const order = Json::parse(line_.substr(0, count), nullptr, false);
    line_.erase(0, count);
    if (!order.is_object()) continue;
    // The peer may know sooner than this application that the session has begun.
    if (session_) {
      obey(order);
    } else {
      waiting_.push_back(order);
    }
  }
}

void Control::obey(Json const& order) {
  struct Verb {
    std::string_view name;
    void (Control::*obey)(std::string const& name, Json const& order);
  };
  static constexpr std::array verbs{
      Verb{"call", &Control::call},   Verb{"cancel", &Control::cancel},
      Verb{"open", &Control::open},   Verb{"answer_next", &Control::answer_next},
      Verb{"close", &Control::close}, Verb{"drop", &Control::drop},
      Verb{"send", &Control::send},   Verb{"take", &Control::take},
      Verb{"end", &Control::end},
  };
  auto const name = text_in(order, "as");
  auto const wanted = text_in(order, "do");
  for (auto const& verb : verbs) {
    if (verb.name == wanted) return (this->*verb.obey)(name, order);
  }
  cannot(name, "there is no such order");
}

void Control::report(std::string const& of, Json saw) const {
  std::cout << Json{{"of", of}, {"saw", distorted(misbehaviour_, std::move(saw))}}.dump()
            << std::endl;  // NOLINT(performance-avoid-endl)
}

void Control::cannot(std::string const& of, std::string const& why) const {
  std::cout << Json{{"of", of}, {"cannot", why}}.dump()
            << std::endl;  // NOLINT(performance-avoid-endl)
}

void Control::spawn(std::string const& name, asio::awaitable<Json> work,
                    std::shared_ptr<asio::cancellation_signal> const& signal) {
  report(name, "begun");
  auto done = [self = shared_from_this(), name, signal](std::exception_ptr const& thrown,
                                                        Json saw) {
    self->report(name, thrown ? Json{{"failed", "given_up"}} : std::move(saw));
  };
  if (signal) {
    asio::co_spawn(executor_, std::move(work),
                   asio::bind_cancellation_slot(signal->slot(), std::move(done)));
  } else {
    asio::co_spawn(executor_, std::move(work), std::move(done));
  }
}

TestbedClient* Control::client(Json const& order) {
  auto const found = clients_.find(text_in(order, "on", "root"));
  return found == clients_.end() ? nullptr : &found->second;
}

std::shared_ptr<Half> Control::half(Json const& order) const {
  return halves_.find(text_in(order, "channel"));
}

void Control::call(std::string const& name, Json const& order) {
  auto const* const on = client(order);
  if (on == nullptr) return cannot(name, "there is no such connection");
  auto const method = text_in(order, "method");
  auto args = order.value("args", Json::array());
  if (auto const why = cannot_call(method, args)) return cannot(name, *why);
  auto const signal = std::make_shared<asio::cancellation_signal>();
  calls_.insert_or_assign(name, signal);
  spawn(name, call_method(*on, method, std::move(args), halves_), signal);
}

void Control::cancel(std::string const& name, Json const& order) {
  auto const found = calls_.find(text_in(order, "call"));
  if (found == calls_.end()) return cannot(name, "there is no such call");
  report(name, "begun");
  found->second->emit(asio::cancellation_type::terminal);
  report(name, "done");
}

void Control::open(std::string const& name, Json const& order) {
  if (!session_) return cannot(name, "there is no session");
  spawn(name, open_connection(name, order.value("max_concurrent_requests", 64U),
                              order.value("to_join", false) ? nullptr : service_));
}

asio::awaitable<Json> Control::open_connection(std::string name, std::uint32_t requests_max,
                                               std::shared_ptr<net::Handler> service) {
  ConnectionSettings const settings{.parity = parity_, .max_concurrent_requests = requests_max};
  std::string const wanted{Testbed::service_name};
  auto const session = *session_;
  auto opened = co_await session.open(settings, wanted, wire::Metadata{}, std::move(service));
  if (!opened) co_return failure(opened.error());
  clients_.insert_or_assign(name, TestbedClient{std::move(*opened)});
  co_return Json("opened");
}

void Control::answer_next(std::string const& name, Json const& order) {
  report(name, "begun");
  answers_.push_back(
      {.name = name, .accepts = text_in(order, "with") != "reject", .to = text_in(order, "to")});
}

void Control::close(std::string const& name, Json const& order) {
  auto const* const on = client(order);
  if (on == nullptr) return cannot(name, "there is no such connection");
  report(name, "begun");
  auto const closed = on->connection().close();
  report(name, closed ? Json("closed") : failure(closed.error()));
}

void Control::drop(std::string const& name, Json const& order) {
  auto const found = clients_.find(text_in(order, "on", "root"));
  if (found == clients_.end()) return cannot(name, "there is no such connection");
  report(name, "begun");
  clients_.erase(found);
  report(name, "done");
}

void Control::send(std::string const& name, Json const& order) {
  auto const on = half(order);
  if (!on) return cannot(name, "there is no such channel");
  auto const items = order.value("items", Json::array());
  auto const times = order.value("times", std::uint64_t{1});
  auto sending = send_items(on, items, times);
  if (misbehaviour_ == Misbehaviour::buffers_items) {
    return buffer(name, std::move(sending), items.size() * times);
  }
  spawn(name, std::move(sending));
}

void Control::buffer(std::string const& name, asio::awaitable<Json> sending, std::uint64_t count) {
  report(name, "begun");
  asio::co_spawn(executor_, std::move(sending), asio::detached);
  report(name, {{"sent", count}});
}

void Control::take(std::string const& name, Json const& order) {
  auto const on = half(order);
  if (!on) return cannot(name, "there is no such channel");
  spawn(name, take_items(on, order.value("count", std::uint64_t{1})));
}

void Control::end(std::string const& name, Json const& order) {
  auto const on = half(order);
  if (!on) return cannot(name, "there is no such channel");
  report(name, "begun");
  end_half(*on);
  report(name, "done");
}

}  // namespace voxspec::subject
