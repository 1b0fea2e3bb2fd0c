#include "conformance/subjects/cpp/testbed_client.hpp"

#include "impl/schema/plan.hpp"
#include "impl/schema/translate.hpp"

#include <boost/describe/enum_to_string.hpp>

namespace voxspec::subject {

using namespace vox;

wire::Strictness TestbedClient::strictness() const {
  return rulebook_ == Rulebook::spec ? wire::Strictness::strict : wire::Strictness::vox_0_4;
}

std::expected<Bytes, std::string> TestbedClient::translated(net::CallOutcome const& answer,
                                                            schema::LocalType const& type) const {
  if (!answer) {
    return std::unexpected("the call failed: " +
                           std::string{boost::describe::enum_to_string(answer.error(), "?")});
  }
  if (!answer->type) return std::unexpected(std::string{"the answer's type was not announced"});
  // A peer of 0.4.0 may have announced another type when its first answer was no value.
  auto const plan = schema::build_plan(*answer->type, type, {.stand_ins = true});
  if (!plan) return std::unexpected("the answer is of another type: " + plan.error().text());
  wire::Buffer bytes;
  auto const done = schema::translate(*plan, answer->ret, bytes, {.strictness = strictness()});
  if (!done) return std::unexpected("the answer is none: " + done.error().detail);
  return bytes.take();
}

}  // namespace voxspec::subject
