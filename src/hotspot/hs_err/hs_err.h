// hs_err_pid.log of JDK 6 to 28, whole or in pieces, and the reply of VM.info, which is the same report
// without a crash. VmInfo has the parts with addresses; this has the rest, and the places of embedded texts
// that have their own parsers. Source: HotSpot VMError::report, VMError::print_vm_info
// (utilities/vmError.cpp), os_linux.cpp, osContainer_linux.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/address.h"
#include "base/error.h"
#include "base/not_understood.h"
#include "hotspot/hs_err/vm_info.h"

namespace nmtx {

// The sections that are separated. `other` has a known heading and nothing that we read.
enum class HsErrPart : std::uint8_t {
    thread,             // "T H R E A D": the thread that crashed, registers, stack
    java_threads,       // "Java Threads: ( => current thread )"
    other_threads,      // "Other Threads:"
    thread_list,        // "Threads class SMR info:"
    heap,               // "Heap:"; what GC.heap_info prints
    metaspace,          // "Metaspace:"; what VM.metaspace basic prints
    code_cache,         // what Compiler.codecache prints
    dynamic_libraries,  // "Dynamic libraries:"; on Linux /proc/self/maps
    vm_arguments,       // "VM Arguments:"
    global_flags,       // "[Global flags]"
    environment,        // "Environment Variables:"
    native_memory,      // "Native Memory Tracking:", the title included; what VM.native_memory summary prints
    meminfo,            // "/proc/meminfo:"
    process_memory,     // "Process Memory:"
    container,          // "container (cgroup) information:"
    other
};

struct HsErrSection {
    HsErrPart part = HsErrPart::other;
    std::string_view heading;    // the line
    std::string_view text;       // below the heading, or including it where it is part of the embedded format
    std::size_t first_line = 0;  // the number of the first line of `text`
};

struct HsErrThread {
    std::string name;   // empty where the log has none (VMThread in 8)
    std::string kind;   // "JavaThread", "VMThread", "GCTaskThread", "CompilerThread", …
    std::string state;  // "_thread_blocked"; empty for threads that are not Java's
    bool current = false, daemon = false;
    std::uint64_t tid = 0;  // 0 where not printed
    std::optional<Range> stack;
};

// "Process Memory:" (11.0.10, 16 and later)
struct HsErrProcessMemory {
    std::optional<Bytes> virtual_size, virtual_peak;
    std::optional<Bytes> resident, resident_peak;
    std::optional<Bytes> resident_anon, resident_file, resident_shmem;
    std::optional<Bytes> swapped;
};

// "container (cgroup) information:" A figure is absent where it is "unlimited", "no quota", "not supported".
struct HsErrContainer {
    std::string type;  // "cgroupv1"
    std::optional<Bytes> memory_limit, memory_usage, memory_max_usage;
    std::optional<std::uint64_t> tasks;
    bool memory_unlimited = false;                                     // printed as no limit
    std::vector<std::pair<std::string_view, std::string_view>> lines;  // as printed: name and value
};

struct HsErr {
    bool crashed = false;  // an hs_err log; false for VM.info and pieces of either
    std::string headline;  // "SIGSEGV (0xb) at pc=0x…, pid=28292, tid=…", "Out of Memory Error
                           // (os_linux.cpp:3229), pid=…"
    // "Native memory allocation (mmap) failed to map 10737418240 bytes for committing reserved memory."
    std::string reason;
    std::optional<Bytes> failed_allocation;  // in that sentence
    std::string problematic_frame;
    std::optional<std::uint64_t> pid;
    std::optional<int> feature;               // 8, 11, …, from the version
    std::string jvm_arguments, java_command;  // "jvm_args:", "java_command:"
    std::string command_line;                 // "Command Line:" (9 and later)
    std::string host, time;
    std::optional<double> elapsed_s;
    std::string vm_state;
    std::string malloc_tunables;  // "glibc malloc tunables:", empty where "(default)" or not printed
    std::vector<std::string_view> environment;  // only the names: values may be secrets
    std::vector<HsErrThread> threads;
    std::optional<HsErrThread> crashed_thread;
    HsErrProcessMemory memory;
    std::optional<HsErrContainer> container;
    std::optional<Bytes> machine_memory,
        machine_memory_free;  // "Memory: 4k page, physical 36347668k(922700k free)"
    VmInfo vm;
    std::vector<HsErrSection> sections;  // in the order of the log; point into the text
    bool whole = false;                  // "END." was there (11 and later), or the last section up to 8
    NotUnderstood not_understood;

    // The first section of that kind with text.
    [[nodiscard]] const HsErrSection* find(HsErrPart part) const;
};

// An error where there is no line of such a report.
Expected<HsErr> parse_hs_err(std::string_view text, std::string_view document = "hs_err");

}  // namespace nmtx
