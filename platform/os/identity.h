// The names of this host and of a process's user.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace nmtx {

// This host's name, complete and only its first label.
std::vector<std::string> host_names();
// The users of the process and of this program, if they have names here.
std::vector<std::string> user_names(std::uint64_t pid);

}  // namespace nmtx
