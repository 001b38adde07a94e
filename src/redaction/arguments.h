// Options and command lines: flags and figures stay, values that are names are replaced.
#pragma once

#include <string>
#include <string_view>

#include "redaction/names.h"

namespace nmtx {

// "-XX:HeapDumpPath=/srv/acme" → "-XX:HeapDumpPath=/srv/nameA"; "-Xmx2g" and "-XX:MaxHeapSize=2147483648"
// stay.
std::string redact_argument(NameRedactor& names, std::string_view argument);

// NUL-separated, as /proc/PID/cmdline.
std::string redact_cmdline(NameRedactor& names, std::string_view cmdline);

// Joined by blanks, where the quoting is lost: java.rt.vmArgs, VM.flags.
std::string redact_joined_options(NameRedactor& names, std::string_view line);

}  // namespace nmtx
