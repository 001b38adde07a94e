// The functions of an allocator that hand out memory, and where probes go in its file.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/error.h"
#include "platform/os/descriptor.h"
#include "platform/probes/probe_ring.h"
#include "platform/proc/process_files.h"

namespace nmtx {

// Which arguments have the size.
enum class SizeArgument : std::uint8_t { first, second, third, first_times_second };

struct ProbedFunction {
    std::string name;
    std::uint64_t offset = 0;  // of the probe, in the file
    Address address;           // the same in the process
    SizeArgument size = SizeArgument::first;
    bool returns_address = true;  // posix_memalign writes it to memory
    bool frees = false;           // its first argument is a block; each call is recorded, without its stack
    bool maps = false;            // mmap: is_memory() says whether a call is for memory
    bool traps_twice = false;     // no instruction that the kernel emulates comes soon enough
};

// More than an address space has: the call fails.
inline constexpr std::uint64_t most_asked = std::uint64_t{1} << 47U;
// At a probe the arguments are in their registers; saturates.
std::uint64_t requested_bytes(SizeArgument size, const ProbeRecord& record);
// A call of mmap that maps memory of no file, for use and not only to reserve the addresses.
bool is_memory(const ProbeRecord& record);

struct ProbedAllocator {
    std::string allocator;  // "glibc", "jemalloc"; "program" where the program itself has malloc
    std::string path;
    Descriptor file;
    Descriptor c_library;         // which has mmap, where the allocator is another file
    std::vector<Range> own_code;  // of both: what they map is not for their callers, or it is malloc's
    // Its own, where it is a library that replaces malloc: what it calls of itself is one call, the outer
    // one.
    Range only_itself;
    std::vector<ProbedFunction> functions;
    [[nodiscard]] int file_of(const ProbedFunction& function) const {
        return function.maps && c_library ? c_library.get() : file.get();
    }
    [[nodiscard]] bool has_free() const { return !functions.empty() && functions.back().frees; }
    std::vector<std::string> left_out;  // the code cannot be read, or begins with no plain instruction
};

// All files of the process that define a malloc, those that replace the C library's first: which of them
// serves is shown by who is called. `frees`: with free, as the last function. Fails where there is none, or
// none that can be opened.
Expected<std::vector<ProbedAllocator>> find_probed_allocators(const ProcessFiles& process, bool frees);

// A probe in one of their functions does.
[[nodiscard]] bool trap_twice(std::span<const ProbedAllocator> allocators);

// Where libjvm.so's code is; empty where there is none.
Expected<Range> code_of_jvm(const ProcessFiles& process);

}  // namespace nmtx
