#include "platform/target_root.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "platform/system_error.h"

namespace nmtx {
namespace {

// include/uapi/linux/openat2.h (Linux 5.6), which older headers lack.
struct OpenHow {
    std::uint64_t flags;
    std::uint64_t mode;
    std::uint64_t resolve;
};
constexpr std::uint64_t resolve_in_root = 0x10;
constexpr long openat2_number = 437;  // the same on every architecture

}  // namespace

Expected<Descriptor> open_below(const std::string& root, const std::string& directory) {
    const Descriptor top(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!top) return tl::make_unexpected(process_file_error(root, errno));
    constexpr int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
    OpenHow how{static_cast<std::uint64_t>(flags), 0, resolve_in_root};
    Descriptor found(
        static_cast<int>(::syscall(openat2_number, top.get(), directory.c_str(), &how, sizeof how)));
    const bool unknown_call = !found && (errno == ENOSYS || errno == EPERM);
    if (unknown_call && directory.find('/') == std::string::npos) {
        // Linux before 5.6, or a seccomp filter that does not know the call: then no symbolic link at all.
        found = Descriptor(::openat(top.get(), directory.c_str(), flags | O_NOFOLLOW));
    }
    if (!found) return tl::make_unexpected(process_file_error(root + "/" + directory, errno));
    return found;
}

std::string path_of(const Descriptor& descriptor) {
    return "/proc/self/fd/" + std::to_string(descriptor.get());
}

}  // namespace nmtx
