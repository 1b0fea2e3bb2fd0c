#pragma once
#include "impl/link/condition.hpp"
#include "impl/link/link_end.hpp"
#include "impl/link/write_buffer.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace vox::link {

// What a link has to write: the half that its user fills, and the half that is being written. A
// link shares this with its write, which goes on even if the flush that wanted it was cancelled.
// Batches, what one flush writes, are numbered from 1.
class Outgoing {
 public:
  Outgoing(boost::asio::any_io_executor const& executor, std::size_t header_bytes,
           std::size_t payload_bytes_max)
      : changed{executor},
        filling_{header_bytes, payload_bytes_max},
        batch_{header_bytes, payload_bytes_max} {}

  [[nodiscard]] WriteBuffer& filling() { return filling_; }
  [[nodiscard]] WriteBuffer const& batch() const { return batch_; }
  [[nodiscard]] bool is_writing() const { return is_writing_; }
  [[nodiscard]] std::optional<LinkEnd> const& end() const { return end_; }

  // Asks for a write of all that is committed: the number of the batch that it goes with.
  [[nodiscard]] std::uint64_t ask();
  // Whether there is a batch to be written now. Whoever writes it calls done() or fail().
  [[nodiscard]] bool take_batch();
  void done();
  void fail(LinkEnd end);
  // Ends the sending; the first end stays. A write that is under way is not touched.
  void stop(LinkEnd end);

  [[nodiscard]] bool is_settled(std::uint64_t batch) const { return done_ >= batch || end_; }
  // How a settled batch went.
  [[nodiscard]] Sent outcome(std::uint64_t batch);

  Condition changed;  // notified by done, fail and stop

 private:
  WriteBuffer filling_;
  WriteBuffer batch_;
  bool is_asked_ = false;
  bool is_writing_ = false;
  std::uint64_t begun_ = 0;
  std::uint64_t done_ = 0;
  std::optional<LinkEnd> end_;
};

}  // namespace vox::link
