// Encodes a message, decodes it again and reads an address, with nothing but installed headers.
#include "impl/link/address.hpp"
#include "impl/wire/message.hpp"

#include <iostream>

int main() {
  using namespace vox::wire;
  Message const ping{.connection_id = 3, .payload = Ping{.nonce = 42}};
  auto const bytes = encode_message(ping);
  auto const decoded = decode_message(bytes);
  auto const address = vox::link::Address::parse("ws://localhost:4433/rpc");
  bool const good = decoded && *decoded == ping && address && address->port == 4433;
  std::cout << vox::to_hex(bytes) << (good ? " came back\n" : " got lost\n");
  return good ? 0 : 1;
}
