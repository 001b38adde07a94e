// Opens the file behind a mapping of a process: that very file or none, whatever has been put in its place
// since.
#pragma once

#include <cstdint>
#include <optional>

#include "base/target_files.h"
#include "platform/os/descriptor.h"
#include "platform/proc/process_files.h"

namespace nmtx {

// How the kernel names a file in maps and smaps.
struct FileIdentity {
    std::uint32_t device = 0;  // major << 20 | minor, as kernel/mappings/smaps.h has it
    std::uint64_t inode = 0;
    friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};

// For reading; regular files only, anything else is not even opened. No descriptor where it cannot be had.
Descriptor open_mapped_file(const ProcessFiles& process, const MappedFile& file);

// Its two ways. By the mapping itself, /proc/PID/map_files: also a file that was deleted, but the kernel lets
// only CAP_CHECKPOINT_RESTORE or CAP_SYS_ADMIN do it.
Descriptor open_by_mapping(const ProcessFiles& process, const MappedFile& file);
// And by its name, below the target's root or ours.
Descriptor open_by_name(const ProcessFiles& process, const MappedFile& file);

// Is an open file the one that is mapped?
bool is_that_file(const Descriptor& opened, const MappedFile& file);

// What maps would print for an open file, had it been mapped. On overlayfs and btrfs fstat says something
// else.
std::optional<FileIdentity> identity_when_mapped(const Descriptor& file);

}  // namespace nmtx
