// The names of this host and of a process's user.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace nmtx {

// This host's name, complete and only its first label.
std::vector<std::string> host_names();
// By the user database; the portable program knows only /etc/passwd. Empty for a user without a name.
std::string user_name(std::uint32_t uid);
// The users of the process and of this program, if they have names here.
std::vector<std::string> user_names(std::uint64_t pid);

}  // namespace nmtx
