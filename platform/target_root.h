// Directories as the target sees them, in its mount namespace and below its root. The names in there are the
// target's to choose: a /tmp that is a symbolic link must lead somewhere inside the target's root, never into
// ours.
#pragma once

#include <string>

#include "base/error.h"
#include "platform/descriptor.h"

namespace nmtx {

// Opens `directory` ("tmp") below `root` ("/proc/311/root").
Expected<Descriptor> open_below(const std::string& root, const std::string& directory);

// The name under which our own kernel finds an open file, short enough for a socket's address:
// "/proc/self/fd/7".
std::string path_of(const Descriptor& descriptor);

}  // namespace nmtx
