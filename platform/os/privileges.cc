#include "platform/os/privileges.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdint>

namespace nmtx {
namespace {

// Older headers lack them.
constexpr unsigned perfmon = 38;             // CAP_PERFMON (Linux 5.8)
constexpr unsigned checkpoint_restore = 40;  // CAP_CHECKPOINT_RESTORE (Linux 5.9)

constexpr std::uint64_t bit(unsigned capability) {
    return std::uint64_t{1} << capability;
}

std::uint64_t wanted(const Needs& needs) {
    std::uint64_t set = bit(CAP_DAC_READ_SEARCH);
    // /proc/PID/map_files: the files behind a mapping, deleted ones too.
    if (needs.processes) set |= bit(CAP_SYS_PTRACE) | bit(checkpoint_restore);
    if (needs.attach) set |= bit(CAP_KILL) | bit(CAP_SETUID) | bit(CAP_SETGID);
    if (needs.stops) set |= bit(CAP_SYS_NICE);
    // Uprobes: CAP_SYS_ADMIN, but for Linux 5.8 to 6.15, where CAP_PERFMON is enough. Stable kernels of
    // these, too, have gone back to CAP_SYS_ADMIN, so a version does not tell.
    if (needs.probes) set |= bit(perfmon) | bit(CAP_SYS_ADMIN) | bit(CAP_IPC_LOCK);
    // Into directories of other users; SQLite gives what it makes beside a record to the record's owner.
    if (needs.writes) set |= bit(CAP_DAC_OVERRIDE) | bit(CAP_FOWNER) | bit(CAP_CHOWN);
    return set;
}

struct Sets {
    std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> halves{};

    bool read() { return call(SYS_capget); }
    bool write() { return call(SYS_capset); }
    [[nodiscard]] std::uint64_t effective() const {
        return halves[0].effective | std::uint64_t{halves[1].effective} << 32U;
    }
    void keep(std::uint64_t set) {
        for (std::size_t i = 0; i < halves.size(); ++i) {
            const auto half = static_cast<std::uint32_t>(set >> (32 * i));
            halves[i].effective &= half;
            halves[i].permitted &= half;
            halves[i].inheritable = 0;
        }
    }

  private:
    bool call(long number) {
        __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
        return ::syscall(number, &header, halves.data()) == 0;
    }
};

}  // namespace

void drop_privileges(const Needs& needs) {
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    Sets sets;
    if (!sets.read()) return;
    if (needs.processes && (sets.effective() & bit(CAP_SYS_PTRACE)) == 0) return;
    ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    sets.keep(wanted(needs));
    sets.write();
}

}  // namespace nmtx
