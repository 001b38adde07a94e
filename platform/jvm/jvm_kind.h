// Which virtual machine a process runs, by the libraries that it has mapped.
#pragma once

#include "base/error.h"
#include "platform/proc/process_files.h"

namespace nmtx {

enum class JvmKind {
    none,  // no JVM; an image of GraalVM's native-image is none either
    hotspot,
    openj9,  // another attach protocol, no NMT; SIGQUIT makes it write a javacore file
};

Expected<JvmKind> jvm_kind_of(const ProcessFiles& process);

// The same from the text of /proc/PID/maps.
JvmKind jvm_kind_of_maps(std::string_view maps);

}  // namespace nmtx
