// A container's names, from files of the runtime on this host. No program is run, and no daemon is asked.
#pragma once

#include <string>

#include "kernel/containers/container_identity.h"

namespace nmtx {

// `id`: 64 hexadecimal digits. Most of these files belong to root: where they are missing or unreadable, the
// names are empty. `root`: the host's root directory, for tests.
ContainerNames read_container_names(const std::string& id, const std::string& root = "");

}  // namespace nmtx
