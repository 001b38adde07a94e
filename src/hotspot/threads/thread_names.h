// The names that HotSpot gives its own threads, and what those do. A comm of the kernel is the first 15 bytes
// of such a name up to JDK 25; from 26 on a longer name is its first 7 bytes, "..", and its last 6
// (os::Linux::set_native_thread_name). The table's prefixes are 15 bytes at most.
// Source: HotSpot, the names given to NamedThread, WorkerThreads, JavaThread of the VM's own (8 to 28).
#pragma once

#include <optional>
#include <string_view>

namespace nmtx {

enum class ThreadKind {
    java,      // runs Java code of the application or of the class library
    compiler,  // C1, C2, JVMCI
    gc,        // workers, concurrent and service threads of a collector
    vm,        // the VM thread, its timer, signals, attach, events
    native     // not the JVM's: started by native code
};

std::string_view name_of(ThreadKind kind);  // "Java", "compiler", "GC", "VM", "native"

// Of a thread with one of HotSpot's own names; nothing for any other.
std::optional<ThreadKind> kind_of_hotspot_name(std::string_view name);
// Its stack has HotSpot's guard zone: compilers and those of the VM that are Java threads as well.
bool is_java_thread_of_vm(std::string_view name);

}  // namespace nmtx
