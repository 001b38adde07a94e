// The Java threads of a live JVM with their names and states, read from its memory while it runs.
#pragma once

#include <optional>
#include <string>

#include "base/error.h"
#include "platform/proc/process_files.h"

namespace nmtx {

// "threads/java threads.json", in the format of documents/java_threads.h. Nothing where the process has not
// mapped a libjvm.so. Fails where its memory, or HotSpot's tables in it, cannot be read.
Expected<std::optional<std::string>> read_java_threads(const ProcessFiles& process);

}  // namespace nmtx
