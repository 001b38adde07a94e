#include "platform/os/acting_as.h"

#include <grp.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "platform/os/system_error.h"

namespace nmtx {
namespace {

constexpr auto unchanged = static_cast<uid_t>(-1);

// Version 3 of the call takes 64 bits in two halves. 0 as the process is the calling thread.
static_assert(_LINUX_CAPABILITY_U32S_3 == 2 && sizeof(__user_cap_data_struct) == 12);

bool capabilities(long call, std::array<std::uint32_t, 6>& sets) {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    return ::syscall(call, &header, sets.data()) == 0;
}

}  // namespace

ActingAs::ActingAs(std::uint32_t uid, std::uint32_t gid) : uid_(::geteuid()), gid_(::getegid()) {
    if (uid_ != 0) return;
    errno = 0;
    if (!capabilities(SYS_capget, capabilities_)) {
        error_ = errno;
        return;
    }
    become(uid, gid);
    if (error_ == 0 && !drop_capabilities()) error_ = errno;
}

void ActingAs::become(std::uint32_t uid, std::uint32_t gid) {
    if (!drop_groups(gid)) {
        error_ = errno;
        return;
    }
    if (gid != gid_) {
        group_changed_ = ::syscall(SYS_setresgid, unchanged, gid, unchanged) == 0;
        if (!group_changed_) error_ = errno;
    }
    if (error_ == 0 && uid != uid_) {
        user_changed_ = ::syscall(SYS_setresuid, unchanged, uid, unchanged) == 0;
        if (!user_changed_) error_ = errno;
    }
}

bool ActingAs::drop_groups(std::uint32_t gid) {
    const int count = ::getgroups(0, nullptr);
    if (count < 0) return false;
    groups_.resize(static_cast<std::size_t>(count));
    if (count > 0 && ::getgroups(count, groups_.data()) < 0) return false;
    // A user namespace may forbid setgroups; the target's own group would give nothing anyway.
    if (std::all_of(groups_.begin(), groups_.end(), [&](gid_t group) { return group == gid; })) return true;
    groups_dropped_ = ::syscall(SYS_setgroups, 0, nullptr) == 0;
    return groups_dropped_;
}

// The kernel has done it where the user is not root any more; a container's root keeps them, and must not
// lend CAP_DAC_OVERRIDE to a target that has given it up.
bool ActingAs::drop_capabilities() {
    auto none = capabilities_;
    none[0] = 0;
    none[3] = 0;
    capabilities_dropped_ = capabilities(SYS_capset, none);
    return capabilities_dropped_;
}

ActingAs::~ActingAs() {
    const int error = errno;  // what was done in between has not been looked at yet
    // To be root again takes no capability: the saved id is root's. Groups take one, so they come last.
    if (user_changed_) ::syscall(SYS_setresuid, unchanged, uid_, unchanged);
    if (user_changed_ || capabilities_dropped_) capabilities(SYS_capset, capabilities_);
    if (group_changed_) ::syscall(SYS_setresgid, unchanged, gid_, unchanged);
    if (groups_dropped_) ::syscall(SYS_setgroups, groups_.size(), groups_.data());
    errno = error;
}

tl::unexpected<Error> ActingAs::failed(const std::string& path) const {
    return failure(path, "root cannot act as the JVM's user here: " + errno_text(error_),
                   "add CAP_SETUID and CAP_SETGID to the container, or run as the JVM's user");
}

}  // namespace nmtx
