// By which names people know this host, and the user of a process.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace nmtx {

// This host's, whole and its first label alone.
std::vector<std::string> host_names();
// By the user database; the portable program knows only /etc/passwd. Empty for a user without a name.
std::string user_name(std::uint32_t uid);
// The users that run the process and this program, as far as they have names here.
std::vector<std::string> user_names(std::uint64_t pid);

}  // namespace nmtx
