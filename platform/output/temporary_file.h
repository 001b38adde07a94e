// Files and directories that are written under a name of their own before they get the one that was asked
// for. A run that is killed leaves them behind. Each is locked (flock) for as long as its writer lives, so
// that the next run that writes beside them knows which ones nobody will finish, and removes those.
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

// The directory in which `path` lies: "." where it names none.
std::string parent_of(const std::string& path);

// Removes those of this user in `directory` whose writers have ended, with the files in them. What cannot be
// removed stays.
void remove_abandoned_temporaries(const std::string& directory);

}  // namespace nmtx
