// How the runtime on this host names a container, by its files. No program is run, no daemon asked.
#pragma once

#include <string>

#include "kernel/containers/container_identity.h"

namespace nmtx {

// `id`: 64 hexadecimal digits. Most of these files are root's: what cannot be read, or is not there, leaves
// the names empty. `root`: of the host, for tests.
ContainerNames read_container_names(const std::string& id, const std::string& root = "");

}  // namespace nmtx
