// Opens the file of a mapping: exactly that file or none, even if it was replaced since.
#pragma once

#include <cstdint>
#include <optional>

#include "base/target_files.h"
#include "platform/os/descriptor.h"
#include "platform/proc/process_files.h"

namespace nmtx {

// A file's identity in maps and smaps.
struct FileIdentity {
    std::uint32_t device = 0;  // major << 20 | minor, as in kernel/mappings/smaps.h
    std::uint64_t inode = 0;
    friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};

// The same file, mapped at the same place?
bool is_same_mapping(const MappedFile& a, const MappedFile& b);

// For reading; only regular files, anything else is not even opened. No descriptor where that fails.
Descriptor open_mapped_file(const ProcessFiles& process, const MappedFile& file);

// There are two ways. Through the mapping, /proc/PID/map_files: also finds a deleted file, but needs
// CAP_CHECKPOINT_RESTORE or CAP_SYS_ADMIN.
Descriptor open_by_mapping(const ProcessFiles& process, const MappedFile& file);
// By name, below the target's root or ours.
Descriptor open_by_name(const ProcessFiles& process, const MappedFile& file);

// Is an open file the mapped one?
bool is_that_file(const Descriptor& opened, const MappedFile& file);

// What maps would print for an open file if it were mapped. On overlayfs and btrfs fstat gives other values.
std::optional<FileIdentity> identity_when_mapped(const Descriptor& file);

}  // namespace nmtx
