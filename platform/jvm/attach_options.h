// Options that a JVM without readable counters may have besides its command line's.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "platform/jvm/attach_handshake.h"
#include "platform/proc/process_files.h"

namespace nmtx {

// With -XX:+DisableAttachMechanism a JVM takes SIGQUIT for a request to print a thread dump. Fails where one
// of the variables that Java reads (JAVA_TOOL_OPTIONS, JDK_JAVA_OPTIONS, _JAVA_OPTIONS) or a file of options
// (@FILE, -XX:Flags=FILE, -XX:VMOptionsFile=FILE) says so, or cannot be read. What comes later in that order
// counts, as it does for the JVM.
Expected<void> check_attach_enabled(const ProcessFiles& process, const AttachTarget& target);

// The same of /proc/PID/environ and cmdline; `read` gives the files that they name. Errors have no `where`.
using OptionFiles = std::function<Expected<std::string>(const std::string& path)>;
Expected<void> check_attach_enabled(std::string_view environment, std::string_view command,
                                    const OptionFiles& read);

}  // namespace nmtx
