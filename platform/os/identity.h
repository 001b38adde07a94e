// The names of this host and of a process's user.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace nmtx {

// This host's name, complete and only its first label.
std::vector<std::string> host_names();
// The user's name, empty if there is none. The portable program reads /etc/passwd only.
std::string user_name(std::uint32_t uid);
// The same from a file like /etc/passwd.
std::string user_name_in(const char* file, std::uint32_t uid);
// The users of the process and of this program, if they have names here.
std::vector<std::string> user_names(std::uint64_t pid);

}  // namespace nmtx
