#include "platform/proc/target_root.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <optional>
#include <string_view>

#include "platform/os/system_error.h"
#include "platform/proc/process_files.h"

namespace nmtx {
namespace {

// include/uapi/linux/openat2.h (Linux 5.6), which older headers lack.
struct OpenHow {
    std::uint64_t flags;
    std::uint64_t mode;
    std::uint64_t resolve;
};
constexpr std::uint64_t resolve_no_xdev = 0x01;
constexpr std::uint64_t resolve_no_magiclinks = 0x02;
constexpr std::uint64_t resolve_no_symlinks = 0x04;
constexpr std::uint64_t resolve_in_root = 0x10;
constexpr long openat2_number = 437;  // the same on every architecture

// With RESOLVE_IN_ROOT the kernel gives up with EAGAIN where something above was renamed meanwhile.
constexpr int most_tries = 64;

// The descriptor, or none and errno; ENOSYS where the kernel (before 5.6) or a seccomp filter does not know
// the call.
Descriptor open_resolved(int top, const std::string& path, int flags, std::uint64_t resolve) {
    OpenHow how{static_cast<std::uint64_t>(flags), 0, resolve};
    for (int i = 0; i < most_tries; ++i) {
        Descriptor found(static_cast<int>(::syscall(openat2_number, top, path.c_str(), &how, sizeof how)));
        if (found || errno != EAGAIN) {
            if (!found && errno == EPERM) errno = ENOSYS;  // old seccomp filters of container engines
            return found;
        }
    }
    errno = EAGAIN;
    return {};
}

// The same on an older kernel: one name after the other, no link at all, nothing upwards.
Descriptor open_by_steps(int top, std::string_view path, int flags) {
    Descriptor at(::openat(top, ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
    while (at) {
        path.remove_prefix(std::min(path.find_first_not_of('/'), path.size()));
        if (path.empty()) return Descriptor(::openat(at.get(), ".", flags));
        const std::string name(path.substr(0, path.find('/')));
        path.remove_prefix(name.size());
        if (name == "..") {
            errno = EXDEV;
            return {};
        }
        const bool last = path.find_first_not_of('/') == std::string_view::npos;
        const int step = last ? flags : O_PATH | O_DIRECTORY | O_CLOEXEC;
        at = Descriptor(::openat(at.get(), name.c_str(), step | O_NOFOLLOW));
        if (last) return at;
    }
    return {};
}

Descriptor open_at(int top, const std::string& path, int flags, Links links, std::uint64_t further = 0) {
    std::uint64_t resolve = resolve_in_root | resolve_no_magiclinks | further;
    if (links == Links::none) resolve |= resolve_no_symlinks;
    Descriptor found = open_resolved(top, path, flags, resolve);
    if (found || errno != ENOSYS) return found;
    return open_by_steps(top, path, flags);
}

std::optional<unsigned long> file_system_type(const Descriptor& file) {
    struct statfs info{};
    if (!file || ::fstatfs(file.get(), &info) != 0) return std::nullopt;
    return static_cast<unsigned long>(info.f_type);
}

bool is_cgroup(std::optional<unsigned long> type) {
    return type == CGROUP_SUPER_MAGIC || type == CGROUP2_SUPER_MAGIC;
}

// Their files count as regular, and opening some of them starts something.
bool made_by_kernel(unsigned long type) {
    constexpr std::array<unsigned long, 9> types = {PROC_SUPER_MAGIC,   SYSFS_MAGIC,   TRACEFS_MAGIC,
                                                    DEBUGFS_MAGIC,      BPF_FS_MAGIC,  SECURITYFS_MAGIC,
                                                    CGROUP_SUPER_MAGIC, SELINUX_MAGIC, CGROUP2_SUPER_MAGIC};
    return std::find(types.begin(), types.end(), type) != types.end();
}

bool same_device(const Descriptor& a, const Descriptor& b) {
    struct stat of_a{};
    struct stat of_b{};
    return ::fstat(a.get(), &of_a) == 0 && ::fstat(b.get(), &of_b) == 0 && of_a.st_dev == of_b.st_dev;
}

}  // namespace

Expected<Descriptor> open_below(const std::string& root, const std::string& directory, Links links) {
    const Descriptor top(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!top) return tl::make_unexpected(process_file_error(root, errno));
    Descriptor found = open_at(top.get(), directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK, links);
    if (!found) return tl::make_unexpected(process_file_error(root + "/" + directory, errno));
    return found;
}

Expected<Descriptor> open_cwd(const std::string& cwd) {
    Descriptor found(::open(cwd.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!found) return tl::make_unexpected(process_file_error(cwd, errno));
    return found;
}

Descriptor find_in(const Descriptor& directory, const std::string& name) {
    return open_at(directory.get(), name, O_PATH | O_NOFOLLOW | O_CLOEXEC, Links::none);
}

Descriptor directory_above(const Descriptor& directory) {
    constexpr int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
    constexpr std::uint64_t resolve = resolve_no_xdev | resolve_no_magiclinks | resolve_no_symlinks;
    Descriptor above = open_resolved(directory.get(), "..", flags, resolve);
    if (above || errno != ENOSYS) return above;
    above = Descriptor(::openat(directory.get(), "..", flags));
    return above && same_device(above, directory) ? std::move(above) : Descriptor();
}

bool on_cgroup_file_system(const Descriptor& file) {
    return is_cgroup(file_system_type(file));
}

Descriptor open_regular(const Descriptor& found, FileSystem file_system) {
    struct stat info{};
    if (!found || ::fstat(found.get(), &info) != 0) return {};
    const auto type = file_system_type(found);
    const bool right = file_system == FileSystem::cgroup ? is_cgroup(type) : type && !made_by_kernel(*type);
    if (!S_ISREG(info.st_mode) || !right) {
        errno = S_ISLNK(info.st_mode) ? ELOOP : EINVAL;
        return {};
    }
    // By way of the descriptor: what was looked at is what is opened. Without waiting: the owner may hold a
    // lease on it.
    return Descriptor(::open(path_of(found).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
}

Expected<std::string> read_in(const Descriptor& directory, const std::string& name, const std::string& shown,
                              std::size_t limit, FileSystem file_system) {
    const bool of_kernel = file_system == FileSystem::cgroup;
    // A file that is mounted over another one is not what the directory's file system has there.
    const Descriptor found = open_at(directory.get(), name, O_PATH | O_NOFOLLOW | O_CLOEXEC, Links::none,
                                     of_kernel ? resolve_no_xdev : 0);
    if (!found) return tl::make_unexpected(process_file_error(shown, errno));
    if (of_kernel && (!on_cgroup_file_system(found) || !same_device(found, directory)))
        return failure(shown, "is not a file of the kernel's cgroup file system", "run on the host");
    const Descriptor file = open_regular(found, file_system);
    if (!file && errno == EINVAL) return failure(shown, "is not a regular file");
    if (!file) return tl::make_unexpected(process_file_error(shown, errno));
    return read_to_end(file.get(), shown, limit, 0);
}

std::string path_of(const Descriptor& descriptor) {
    return "/proc/self/fd/" + std::to_string(descriptor.get());
}

}  // namespace nmtx
