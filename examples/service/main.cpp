#include "impl/net/typed/service.hpp"
#include <boost/asio.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <iostream>
using namespace vox;
using namespace boost::asio::experimental::awaitable_operators;

struct Calculator {
  static constexpr std::string_view service_name = "Calculator";
  using methods = net::Methods<net::Method<"divide", std::expected<int, std::string>(int, int)>,
                               net::Method<"sum", int(net::Rx<int>)>>;
};
boost::asio::awaitable<int> sum(net::Rx<int> numbers) {
  int total = 0;
  while (auto number = co_await numbers.next()) total += *number;
  co_return total;
}
std::expected<int, std::string> divide(int a, int b) {
  if (b == 0) return std::unexpected("division by zero");
  return a / b;
}
boost::asio::awaitable<void> client(link::Address server) {
  auto calculator = (co_await net::connect<Calculator>(server)).value();
  std::cout << "84 / 2 = " << *co_await calculator.call<"divide">(84, 2) << '\n';
  auto [numbers, input] = net::channel<int>();
  auto sending = numbers.send_all({1, 2, 3});
  auto [total, sent] = co_await (calculator.call<"sum">(std::move(input)) && std::move(sending));
  std::cout << "1 + 2 + 3 = " << *total << '\n';
}
int main() {
  boost::asio::io_context context;
  auto calculator = std::make_shared<net::Dispatcher<Calculator>>();
  calculator->on<"divide">(divide).on<"sum">(sum);
  auto listener = link::listen(context.get_executor(), *link::Address::parse("tcp://127.0.0.1:0"));
  co_spawn(context, net::serve(**listener, calculator), boost::asio::detached);
  co_spawn(context, client((*listener)->address()), [&](std::exception_ptr) { context.stop(); });
  context.run();
}
