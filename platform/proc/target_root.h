// The only way to open files that a target can influence: everything below its root or its working
// directory, and names that it chose. tests/house/doors_test.cc checks that nothing else opens such a file.
//
// The target may be hostile and we may be root, so names are not trusted:
//
//   name ─ resolved below the target's root, without its links ─ looked at, still unopened (O_PATH)
//        ─ a regular file on the file system that it must be on ─ opened, never waiting ─ read up to a bound
//
// A link cannot lead out of the root, a FIFO or a device is never opened, and the file that was checked is
// the one that is read, even if names are swapped meanwhile.
#pragma once

#include <cstddef>
#include <string>

#include "base/error.h"
#include "platform/os/descriptor.h"

namespace nmtx {

// Symbolic links on the way to a directory. In a container /tmp is often a link; it may lead anywhere inside
// the target's root, where the target could also have created a directory.
enum class Links { inside_root, none };

// The file system that a file must be on. For kernel files: a cgroup file system, in the same mount as the
// directory in which it was found. For all others: none of the kernel's file systems, where opening or
// reading may have side effects.
enum class FileSystem { storage, cgroup };

// Opens `directory` ("tmp") below `root` ("/proc/311/root").
Expected<Descriptor> open_below(const std::string& root, const std::string& directory,
                                Links links = Links::inside_root);

// The target's working directory ("/proc/311/cwd").
Expected<Descriptor> open_cwd(const std::string& cwd);

// The file with this name in the directory, without opening it or following a link: the descriptor (O_PATH)
// works for fstat, and for the functions below. `name` may be a path downwards. No descriptor, and errno,
// where there is none.
Descriptor find_in(const Descriptor& directory, const std::string& name);

// The parent directory, if it is on the same mount. No descriptor at its root.
Descriptor directory_above(const Descriptor& directory);

// Is the file on a cgroup file system (of either version)?
bool on_cgroup_file_system(const Descriptor& file);

// Opens a file found by find_in for reading, if it is a regular file there; never blocks. No descriptor, and
// errno, for anything else.
Descriptor open_regular(const Descriptor& found, FileSystem file_system = FileSystem::storage);

// Reads a whole regular file of at most `limit` bytes. `shown` names it in errors.
Expected<std::string> read_in(const Descriptor& directory, const std::string& name, const std::string& shown,
                              std::size_t limit, FileSystem file_system);

// A path to an open file, short enough for a socket address: "/proc/self/fd/7".
std::string path_of(const Descriptor& descriptor);

}  // namespace nmtx
