// Files and directories that are written under a temporary name before they get the requested one. A run
// that is killed leaves them behind. Each is locked (flock) as long as its writer lives, so the next run
// that writes to the same directory knows which ones are abandoned, and removes those.
#pragma once

#include <string>

#include "base/error.h"
#include "platform/os/descriptor.h"

namespace nmtx {

struct TemporaryName {
    std::string path;  // ".nmtx-a1B2c3.tmp" in the same directory
    Descriptor lock;   // of the file, open for writing, or of the directory
};

// Mode 0600, and 0700 for a directory.
Expected<TemporaryName> temporary_file_beside(const std::string& becomes);
Expected<TemporaryName> temporary_directory_beside(const std::string& becomes);

// The directory of `path`: "." if it has none.
std::string parent_of(const std::string& path);

// Removes this user's temporary files and directories in `directory` whose writers have ended. Those that
// cannot be removed stay.
void remove_abandoned_temporaries(const std::string& directory);

}  // namespace nmtx
