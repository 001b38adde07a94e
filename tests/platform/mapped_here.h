// What the test process itself has mapped, as the pure side would name it to TargetFiles.
#pragma once

#include <dlfcn.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <string_view>

#include "base/lines.h"
#include "base/target_files.h"
#include "kernel/mappings/mapping_header.h"
#include "platform/proc/process_files.h"

namespace nmtx::test {

inline ProcessFiles this_process() {
    return ProcessFiles::open(static_cast<std::uint64_t>(::getpid())).value();
}

inline Address address_of(const volatile void* at) {
    return {reinterpret_cast<std::uintptr_t>(at)};
}

// The file that is mapped at an address: the lowest of the mappings that it has.
inline std::optional<MappedFile> mapped_at(const ProcessFiles& process, Address at) {
    const std::string maps = process.read_large("maps").value();
    std::optional<MappedFile> lowest;
    for (Lines lines(maps); lines.next();) {
        Mapping mapping;
        if (!read_mapping_header(lines.line(), mapping)) continue;
        const bool same = lowest && lowest->inode == mapping.inode && lowest->path == mapping.name;
        if (!same) {
            lowest = MappedFile{std::string(mapping.name), mapping.range, mapping.inode, mapping.device,
                                mapping.offset};
        }
        if (mapping.range.contains(at) && mapping.inode != 0) return lowest;
    }
    return std::nullopt;
}

// The C library's own, whoever else has put one before it (the address sanitizer does).
inline Address malloc_of_libc() {
    void* libc = ::dlopen("libc.so.6", RTLD_NOW | RTLD_NOLOAD);
    return address_of(::dlsym(libc, "malloc"));
}

}  // namespace nmtx::test
