// The counters that a HotSpot JVM keeps in a file, /tmp/hsperfdata_<user>/<nspid> as the JVM sees it.
#pragma once

#include <string>

#include "base/error.h"
#include "platform/jvm/attach_handshake.h"
#include "platform/proc/process_files.h"

namespace nmtx {

// The bytes of the file that the process itself has mapped for writing: regular, of at most 4 MiB and owned
// by the process's user. Its name is not enough: containers that share a /tmp may each have a JVM with the
// same pid. A deleted file is read through its mapping, which needs root.
Expected<std::string> read_hsperfdata(const ProcessFiles& process, const AttachTarget& target);

}  // namespace nmtx
