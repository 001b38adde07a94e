// The files of one process below /proc. The directory is opened once: a descriptor of /proc/PID belongs to
// that process for good, so that a pid that is used anew is never read by mistake (each read then fails with
// ESRCH).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "kernel/tasks.h"
#include "platform/os/descriptor.h"

namespace nmtx {

class ProcessFiles {
  public:
    // Fails for a pid that is not there or hidden from us, and for the id of a thread. Zombies and kernel
    // threads can be opened.
    static Expected<ProcessFiles> open(std::uint64_t pid);

    // The process that had this pid before, in a moment when it had started at `start_ticks`. Fails where
    // another one has it by now.
    static Expected<ProcessFiles> open_again(std::uint64_t pid, std::uint64_t start_ticks);

    // A whole file, as many bytes as there are; more than `limit` is an error. `expected` bytes are set aside
    // at first.
    [[nodiscard]] Expected<std::string> read(std::string_view name, std::size_t limit = std::size_t{16} << 20,
                                             std::size_t expected = 0) const;
    // smaps, and other texts of tens of megabytes.
    [[nodiscard]] Expected<std::string> read_large(std::string_view name) const;
    // The text of a symbolic link ("exe").
    [[nodiscard]] Expected<std::string> link(std::string_view name) const;
    // Names in a directory ("task", "fd"), in the kernel's order.
    [[nodiscard]] Expected<std::vector<std::string>> list(std::string_view directory) const;
    // Opens a file or directory for reading.
    [[nodiscard]] Expected<Descriptor> open_file(std::string_view name, int flags) const;

    // Is it still the process that was opened, running the program that it ran then? False after exit and
    // after exec.
    [[nodiscard]] bool still_same() const;

    [[nodiscard]] std::uint64_t pid() const { return pid_; }
    // Its name to the kernel when it was opened: any bytes.
    [[nodiscard]] const std::string& comm() const { return at_opening_.comm; }
    // Since boot, in clock ticks.
    [[nodiscard]] std::uint64_t start_ticks() const { return at_opening_.start_ticks; }
    [[nodiscard]] bool kernel_thread() const;
    [[nodiscard]] bool zombie() const;
    // Of /proc/PID; good for openat and, since Linux 5.1, for pidfd_send_signal.
    [[nodiscard]] int descriptor() const { return directory_.get(); }
    // "/proc/311/smaps"
    [[nodiscard]] std::string path(std::string_view name) const;

  private:
    ProcessFiles(std::uint64_t pid, Descriptor directory) : pid_(pid), directory_(std::move(directory)) {}
    [[nodiscard]] Expected<Task> stat() const;

    std::uint64_t pid_ = 0;
    Descriptor directory_;
    Task at_opening_;
    std::string exe_at_opening_;
};

// Reads on from the present offset to the end. `path` names the file in errors.
Expected<std::string> read_to_end(int fd, const std::string& path, std::size_t limit, std::size_t expected);

}  // namespace nmtx
