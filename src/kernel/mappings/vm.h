// Which virtual machine a process runs, by the files that it has mapped.
#pragma once

#include <string_view>

#include "kernel/mappings/smaps.h"

namespace nmtx {

enum class Vm {
    unknown,  // the mappings could not be read
    none,
    hotspot,
    openj9,        // another attach protocol, no NMT; SIGQUIT makes it write a javacore file
    native_image,  // of GraalVM: a Java program without a JVM
};
std::string_view name_of(Vm vm);  // "unknown", "none", "hotspot", "openj9", "native image"

Vm vm_of(const Smaps& smaps);  // by the names of its files, with their paths or without
// The same of /proc/PID/maps; lines of another shape are skipped.
Vm vm_of_maps(std::string_view maps);

}  // namespace nmtx
