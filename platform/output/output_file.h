// Writes a file completely or not at all.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace nmtx {

// Through a temporary file (mode 0600) in the same directory, which is synced and renamed, or removed on
// failure. An existing file is only replaced with `overwrite`; a symbolic link is replaced, not followed.
// Anything but a regular file (/dev/null, a pipe) is never replaced, but written to.
Expected<void> write_file(const std::string& path, std::string_view bytes, bool overwrite);
// The same with mode 0644, always replacing what is there: for a text that programs of other users read.
Expected<void> write_public_file(const std::string& path, std::string_view bytes);

// Would it be refused for what is there already? To be asked before work that takes long; write_file() looks
// again.
Expected<void> check_output(const std::string& path, bool overwrite);

struct NamedFile {
    std::string name;  // without "/"
    std::string bytes;
};
// All into one directory, or none. A new directory appears with the files in it, mode 0700; in an existing
// one, a file of the same name is only replaced with `overwrite`.
Expected<void> write_files(const std::string& directory, const std::vector<NamedFile>& files, bool overwrite);

// Writes everything to an open descriptor.
Expected<void> write_all(int fd, std::string_view bytes, const std::string& path);

}  // namespace nmtx
