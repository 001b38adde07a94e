// The counters that a HotSpot JVM keeps in a file, /tmp/hsperfdata_<user>/<nspid> as the JVM sees it.
#pragma once

#include <string>

#include "base/error.h"
#include "platform/jvm/attach_handshake.h"
#include "platform/proc/process_files.h"

namespace nmtx {

// The bytes of the file that the process itself has mapped for writing: regular, of at most 4 MiB and owned
// by the process's user. Its name does not decide: containers that share a /tmp may have a JVM of the same
// pid each. A file that was deleted is read by its mapping, which takes root.
Expected<std::string> read_hsperfdata(const ProcessFiles& process, const AttachTarget& target);

}  // namespace nmtx
