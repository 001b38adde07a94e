// The names that HotSpot gives its own threads, and what they do. Up to JDK 25 the kernel's comm is the
// first 15 bytes of such a name; from 26 on a longer name is its first 7 bytes, "..", and its last 6
// (os::Linux::set_native_thread_name). The table's prefixes have at most 15 bytes. Source: HotSpot, the
// names given to NamedThread, WorkerThreads, and the VM's own JavaThreads (8 to 28).
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

// For a thread with one of HotSpot's own names; nothing for any other.
std::optional<ThreadKind> kind_of_hotspot_name(std::string_view name);
// Its stack has HotSpot's guard zone: compilers, and VM threads that are also Java threads.
bool is_java_thread_of_vm(std::string_view name);

}  // namespace nmtx
