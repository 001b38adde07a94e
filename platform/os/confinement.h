// Reading an untrusted file needs no network, no other process and no program: from then on the kernel
// refuses them (seccomp), even if the file exploits a bug.
#pragma once

namespace nmtx {

enum class FileWork {
    read,            // opens files for reading, writes only to open descriptors
    read_and_write,  // also creates, writes, renames and removes files
};

// Permanent, and for this process only: call it before there is a second thread. False where the kernel has
// no seccomp; nothing has changed then.
bool confine_to_files(FileWork work);

}  // namespace nmtx
