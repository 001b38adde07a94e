// By which names people know this host, and the user of a process.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace nmtx {

// This host's, whole and its first label alone.
std::vector<std::string> host_names();
// The users that run the process and this program, as far as they have names here.
std::vector<std::string> user_names(std::uint64_t pid);

}  // namespace nmtx
