// Files that a target has mapped, as src/ sees them: live through platform/ (libelf), in tests a table.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/address.h"

namespace nmtx {

// An ELF file in the target's address space.
struct MappedFile {
    std::string path;  // as smaps names it
    Range first;  // its lowest mapping, through which it is opened (/proc/PID/map_files) and where its image
                  // begins
    std::uint64_t inode = 0;
    std::uint32_t device = 0;  // encoded as in kernel/mappings/smaps.h
    std::uint64_t offset = 0;  // of that mapping in the file; 0 for all that the loader maps
};

// A segment that the loader maps (PT_LOAD), in the file's own addresses (elf(5)). Its memory beyond the file
// is .bss.
struct FileSegment {
    std::uint64_t offset = 0;
    std::uint64_t file_bytes = 0;
    std::uint64_t address = 0;
    std::uint64_t memory_bytes = 0;
    bool writable = false;
};

// The symbol that covers an address, demangled: "vtable for SessionObj", "inflate", "kind".
struct FileSymbol {
    std::string name;
    std::uint64_t offset = 0;  // of the address from the symbol's start
    bool vtable = false;
};

class TargetFiles {
  public:
    TargetFiles() = default;
    TargetFiles(const TargetFiles&) = delete;
    TargetFiles& operator=(const TargetFiles&) = delete;
    virtual ~TargetFiles() = default;

    // One answer for each address of the target, in their order; nothing where no symbol covers it or the
    // file cannot be read. Symbols come from .symtab where the file has one, else from .dynsym.
    virtual std::vector<std::optional<FileSymbol>> symbols(const MappedFile& file,
                                                           std::span<const Address> addresses) = 0;
    // By their names, where the symbols of its own that the file exports lie in the target; those that it
    // does not have are missing.
    virtual std::unordered_map<std::string, Address> exports(const MappedFile& /*file*/,
                                                             const std::vector<std::string>& /*names*/) {
        return {};
    }
    // The file's own bytes from `offset` on; returns how many. Also of files that are not ELF.
    virtual std::size_t read(const MappedFile& /*file*/, std::uint64_t /*offset*/,
                             std::span<std::byte> /*into*/) {
        return 0;
    }
    // In the file's order, which is ascending; none where it cannot be read or is not an ELF file.
    virtual std::vector<FileSegment> segments(const MappedFile& /*file*/) { return {}; }
    // The release in the banner of a C library: "2.36" from "GNU C Library (…) stable release version
    // 2.36."; nothing where there is none.
    virtual std::optional<std::string> glibc_release(const MappedFile& file) = 0;
    // The banner of a libjvm.so (hotspot/identity.h); nothing where it has none or cannot be read.
    virtual std::optional<std::string> vm_banner(const MappedFile& /*file*/) { return std::nullopt; }
};

}  // namespace nmtx
