// Options of a JVM without readable counters that are not on its command line.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "platform/jvm/attach_handshake.h"
#include "platform/proc/process_files.h"

namespace nmtx {

// With -XX:+DisableAttachMechanism a JVM prints a thread dump on SIGQUIT. Fails where one of the variables
// that Java reads (JAVA_TOOL_OPTIONS, JDK_JAVA_OPTIONS, _JAVA_OPTIONS) or an options file (@FILE,
// -XX:Flags=FILE, -XX:VMOptionsFile=FILE) has that option, or cannot be read. Later options win, as in the
// JVM.
Expected<void> check_attach_enabled(const ProcessFiles& process, const AttachTarget& target);

// The same for the texts of /proc/PID/environ and cmdline; `read` returns the files that they name. Errors
// have no `where`.
using OptionFiles = std::function<Expected<std::string>(const std::string& path)>;
Expected<void> check_attach_enabled(std::string_view environment, std::string_view command,
                                    const OptionFiles& read);

}  // namespace nmtx
