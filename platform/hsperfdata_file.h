// The counters that a HotSpot JVM keeps in a file, /tmp/hsperfdata_<user>/<nspid> as the JVM sees it.
#pragma once

#include <string>

#include "base/error.h"
#include "platform/attach_handshake.h"
#include "platform/process_files.h"

namespace nmtx {

// The bytes of the newest such file that belongs to the process: regular, of at most 4 MiB, owned by the
// process's user, and not left by an earlier process that had the same pid.
Expected<std::string> read_hsperfdata(const ProcessFiles& process, const AttachTarget& target);

}  // namespace nmtx
