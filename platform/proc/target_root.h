// The one door to files that a target can influence: what lies below its root or its working directory, and
// names that it chose. Nothing else in the program opens such a file (tests/house/doors_test.cc looks).
//
// The target may be hostile and we may be root, so a name is never trusted to be what it seems:
//
//   name ─ resolved below the target's root, without its links ─ looked at, still unopened (O_PATH)
//        ─ a regular file on the file system that it must be on ─ opened, never waiting ─ read up to a bound
//
// A link cannot lead out of the root, a FIFO or a device is never opened, and what was looked at is what is
// read, however fast names are exchanged meanwhile.
#pragma once

#include <cstddef>
#include <string>

#include "base/error.h"
#include "platform/os/descriptor.h"

namespace nmtx {

// Symbolic links on the way to a directory. A /tmp that is a link is an ordinary thing in a container; it may
// lead anywhere inside the target's root, where the target could have put a directory as well.
enum class Links { inside_root, none };

// Where a file must be. What only the kernel may say: on a cgroup file system, and in the same mount as the
// directory that it was found in. Anything else: on none of the kernel's file systems, where opening or
// reading may do something.
enum class FileSystem { storage, cgroup };

// Opens `directory` ("tmp") below `root` ("/proc/311/root").
Expected<Descriptor> open_below(const std::string& root, const std::string& directory,
                                Links links = Links::inside_root);

// The target's working directory ("/proc/311/cwd").
Expected<Descriptor> open_cwd(const std::string& cwd);

// What has this name in the directory, without opening it and without following a link: the descriptor
// (O_PATH) is good for fstat, and for the rest of this header. `name` may be a path downwards.
// No descriptor, and errno, where there is none.
Descriptor find_in(const Descriptor& directory, const std::string& name);

// The directory above, while that is on the same mount. No descriptor at its root.
Descriptor directory_above(const Descriptor& directory);

// Is the file on a cgroup file system (of either version)?
bool on_cgroup_file_system(const Descriptor& file);

// Opens what find_in has found for reading where it is a regular file there; never waits. No descriptor, and
// errno, for anything else.
Descriptor open_regular(const Descriptor& found, FileSystem file_system = FileSystem::storage);

// A whole regular file of at most `limit` bytes. `shown` names it in errors.
Expected<std::string> read_in(const Descriptor& directory, const std::string& name, const std::string& shown,
                              std::size_t limit, FileSystem file_system);

// The name under which our own kernel finds an open file, short enough for a socket's address:
// "/proc/self/fd/7".
std::string path_of(const Descriptor& descriptor);

}  // namespace nmtx
