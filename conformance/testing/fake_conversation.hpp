#pragma once
#include "conformance/testing/fake_subject.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>

namespace voxspec::test {

// The fake's side of one link, from the prologue to the link's end. The port and the habits outlive
// it.
boost::asio::awaitable<void> converse(FakePort& port, Habits const& habits,
                                      std::unique_ptr<vox::link::Link> link);

}  // namespace voxspec::test
