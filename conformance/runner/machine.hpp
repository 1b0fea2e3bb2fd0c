#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace voxspec {

// What the machine may lack: descriptors, processes, memory, disk, ports. None of it is a word
// about a subject.

// True for an error number of the system that speaks of such a want.
[[nodiscard]] bool is_want(int error);
// True for a sentence that ends with the system's words for one.
[[nodiscard]] bool tells_of_want(std::string_view sentence);

// How many of `jobs` cases can run at a time with the descriptors that this process may open; at
// least one.
[[nodiscard]] std::size_t affordable_jobs(std::size_t jobs);

}  // namespace voxspec
