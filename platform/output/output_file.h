// Writes a file as a whole or not at all.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace nmtx {

// By way of a temporary file (mode 0600) in the same directory, which is synced, renamed, and removed where
// anything fails. A file that is there already is only replaced with `overwrite`; a symbolic link is
// replaced, not followed. What is not a regular file (/dev/null, a pipe) is never replaced, but written to.
Expected<void> write_file(const std::string& path, std::string_view bytes, bool overwrite);

// Would it be refused for what is there already? To be asked before work that takes long; write_file() looks
// again.
Expected<void> check_output(const std::string& path, bool overwrite);

struct NamedFile {
    std::string name;  // without "/"
    std::string bytes;
};
// All of them into one directory, or none. A directory that is not there yet appears with them in it, mode
// 0700; in one that is, a file of these names is only replaced with `overwrite`.
Expected<void> write_files(const std::string& directory, const std::vector<NamedFile>& files, bool overwrite);

// To an open descriptor, all of it.
Expected<void> write_all(int fd, std::string_view bytes, const std::string& path);

}  // namespace nmtx
