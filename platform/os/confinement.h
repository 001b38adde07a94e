// Reading a stranger's file takes no network, no other process and no program: the kernel refuses them from
// then on (seccomp), whatever the file makes of us.
#pragma once

namespace nmtx {

enum class FileWork {
    read,            // files are opened for reading, what comes of them goes to descriptors that are open
    read_and_write,  // also creates, writes, renames and removes files
};

// For good, and for this process only: call it before there is a second thread. False where the kernel has no
// seccomp; then nothing has changed.
bool confine_to_files(FileWork work);

}  // namespace nmtx
