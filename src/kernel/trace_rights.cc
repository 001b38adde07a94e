#include "kernel/trace_rights.h"

#include "base/cursor.h"

namespace nmtx {
namespace {

// include/uapi/linux/capability.h
constexpr std::uint64_t dac_bits = std::uint64_t{0b110};
constexpr std::uint64_t sys_ptrace_bit = std::uint64_t{1} << 19U;

// "         0          0 4294967295": every user is mapped to itself.
bool maps_all_users(std::string_view uid_map) {
    Cursor cursor(uid_map);
    cursor.skip_blanks();
    const auto inside = cursor.decimal();
    cursor.skip_blanks();
    const auto outside = cursor.decimal();
    cursor.skip_blanks();
    const auto count = cursor.decimal();
    return inside == 0U && outside == 0U && count == 4294967295U;
}

}  // namespace

TraceRights trace_rights(const ProcessStatus& self, const std::optional<ProcessStatus>& target,
                         std::string_view uid_map) {
    TraceRights rights;
    rights.root = self.uid[1] == 0;
    rights.sys_ptrace = (self.cap_eff.value_or(0) & sys_ptrace_bit) != 0;
    rights.reads_any_file = (self.cap_eff.value_or(0) & dac_bits) != 0;
    rights.initial_user_namespace = uid_map.empty() || maps_all_users(uid_map);
    if (!target) return rights;
    const std::uint32_t own = self.uid[3];  // the file system's decides below /proc
    rights.same_user = target->uid[0] == own && target->uid[1] == own && target->uid[2] == own;
    if (target->cap_prm && self.cap_eff) rights.more_capable = (*target->cap_prm & ~*self.cap_eff) != 0;
    return rights;
}

std::string hint_after_refusal(const TraceRights& rights) {
    if (rights.sys_ptrace && !rights.initial_user_namespace)
        return "CAP_SYS_PTRACE of this user namespace does not reach the process: run nmtx on the host";
    // Files of /proc that only their owner may read: pagemap, smaps, maps.
    if (rights.sys_ptrace && !rights.reads_any_file && rights.same_user == false)
        return "CAP_SYS_PTRACE does not open files of another user's process: add CAP_DAC_READ_SEARCH, or run as "
               "the JVM's user or root";
    if (rights.sys_ptrace)
        return "CAP_SYS_PTRACE is there, so a security module (SELinux, AppArmor, Yama) or a sandbox forbids "
               "it: its log says which";
    if (rights.root) {
        const std::string add = "root lacks CAP_SYS_PTRACE here: add it to the container";
        return rights.same_user.value_or(false) ? add : add + ", or run as the JVM's user";
    }
    if (!rights.same_user.value_or(false)) return "run as the JVM's user or root";
    if (rights.more_capable.value_or(false))
        return "the process belongs to your user but has capabilities that you lack: run as root";
    return "the process belongs to your user but is not dumpable, or a security module forbids "
           "it: run as root";
}

}  // namespace nmtx
