#include "platform/attach_handshake.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "kernel/status.h"
#include "platform/clock.h"
#include "platform/jvm_kind.h"
#include "platform/system_error.h"
#include "platform/target_root.h"

namespace nmtx {
namespace {

constexpr std::uint64_t quit_bit = std::uint64_t{1} << (SIGQUIT - 1);

// HotSpot installs its handler 50 ms (JDK 8: 180 ms) after exec on an idle machine.
constexpr double seconds_to_start = 5;

Expected<ProcessStatus> status_of(const ProcessFiles& process) {
    const auto text = process.read("status");
    if (!text) return tl::make_unexpected(text.error());
    return parse_status(*text, process.path("status"));
}

std::string name_of(const ProcessFiles& process) {
    return "pid " + std::to_string(process.pid());
}

Expected<void> check_state(const ProcessFiles& process, const ProcessStatus& status) {
    if (status.state == 'T' || status.state == 't') {
        const std::string by = status.state == 't' ? "by a debugger" : "by a signal";
        return failure(name_of(process), "is stopped " + by + " and cannot answer",
                       status.state == 't'
                           ? "detach the debugger, or use --attach=never"
                           : "kill -CONT " + std::to_string(process.pid()) + ", or use --attach=never");
    }
    if (status.zombie()) return failure(name_of(process), "has ended");
    return {};
}

Expected<void> check_catches_quit(const ProcessFiles& process) {
    const auto status = status_of(process);
    if (!status) return tl::make_unexpected(status.error());
    if (auto state = check_state(process, *status); !state) return state;
    const bool catches = (status->sig_cgt.value_or(0) & quit_bit) != 0;
    const bool ignores = (status->sig_ign.value_or(0) & quit_bit) != 0;
    if (catches && !ignores) return {};
    if (may_be_starting(process)) {
        return failure(name_of(process),
                       "the JVM is still starting, or runs with -Xrs; it cannot be asked yet",
                       "try again in a few seconds");
    }
    // With -Xrs the listener starts with the JVM. Where there is no socket to ask through, it was removed
    // from /tmp.
    return failure(name_of(process), "the JVM runs with -Xrs, has lost its attach socket and cannot be asked",
                   "restart it, or use --attach=never");
}

struct Place {
    Descriptor directory;
    std::string path;
};

// A file of this name that somebody else owns: the JVM looks in its working directory first, and no further
// once it has found one.
Expected<void> check_not_in_the_way(const Place& place, const std::string& name, const AttachTarget& target) {
    struct stat info{};
    if (::fstatat(place.directory.get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) return {};
    if (info.st_uid == target.uid) return {};
    return failure(place.path + "/" + name,
                   "is owned by uid " + std::to_string(info.st_uid) +
                       ", not by the JVM's user, and keeps the JVM from answering",
                   "remove the file, or use --attach=never");
}

// False where the file cannot be made there; an Error where something is in the JVM's way.
Expected<bool> make_trigger(const Place& place, const std::string& name, const AttachTarget& target) {
    const int directory = place.directory.get();
    const Descriptor file(
        ::openat(directory, name.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file) {
        if (errno != EEXIST) return false;
        // Left by somebody, or another tool is at it this moment; it serves us as well.
        if (auto clear = check_not_in_the_way(place, name, target); !clear)
            return tl::make_unexpected(clear.error());
        return true;
    }
    struct stat info{};
    const bool right_owner = ::fstat(file.get(), &info) == 0 && info.st_uid == target.uid;
    if (right_owner || ::fchown(file.get(), target.uid, target.gid) == 0) return true;
    ::unlinkat(directory, name.c_str(), 0);
    return false;
}

}  // namespace

Expected<AttachTarget> attach_target(const ProcessFiles& process) {
    const auto status = status_of(process);
    if (!status) return tl::make_unexpected(status.error());
    AttachTarget target;
    target.nspid = status->nspid.empty() ? process.pid() : status->nspid.back();
    target.uid = status->uid[1];
    target.gid = status->gid[1];
    target.root = process.path("root");
    target.cwd = process.path("cwd");
    return target;
}

Expected<TriggerFile> TriggerFile::create(const AttachTarget& target) {
    const std::string name = ".attach_pid" + std::to_string(target.nspid);
    Place cwd{Descriptor(::open(target.cwd.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)), target.cwd};
    auto tmp = open_below(target.root, "tmp");
    Place temporary{tmp ? std::move(*tmp) : Descriptor(), target.root + "/tmp"};
    if (cwd.directory) {
        if (auto clear = check_not_in_the_way(cwd, name, target); !clear)
            return tl::make_unexpected(clear.error());
    }
    for (Place* place : {&temporary, &cwd}) {
        if (!place->directory) continue;
        const auto made = make_trigger(*place, name, target);
        if (!made) return tl::make_unexpected(made.error());
        if (*made) return TriggerFile(std::move(place->directory), name);
    }
    return failure(target.root + "/tmp/" + name,
                   "can neither be created there nor in the JVM's working directory",
                   "run as the JVM's user or root, and see that its /tmp can be written");
}

TriggerFile::~TriggerFile() {
    if (directory_) ::unlinkat(directory_.get(), name_.c_str(), 0);
}

bool may_be_starting(const ProcessFiles& process) {
    return seconds_since_start(process.start_ticks()) < seconds_to_start;
}

Expected<void> check_can_answer(const ProcessFiles& process) {
    const auto status = status_of(process);
    if (!status) return tl::make_unexpected(status.error());
    return check_state(process, *status);
}

Expected<void> check_survives_quit(const ProcessFiles& process) {
    const auto kind = jvm_kind_of(process);
    if (!kind) return tl::make_unexpected(kind.error());
    if (*kind == JvmKind::openj9) {
        return failure(name_of(process), "runs OpenJ9, which has no native memory tracking to ask for");
    }
    if (*kind == JvmKind::none) {
        return failure(name_of(process), "has no libjvm.so mapped: it is no HotSpot JVM and is not asked");
    }
    return check_catches_quit(process);
}

Expected<void> send_quit(const ProcessFiles& process) {
    if (!process.still_same())
        return failure(name_of(process), "the process ended or was replaced while it was read");
    if (auto safe = check_catches_quit(process); !safe) return safe;
    // A descriptor of /proc/PID stands for the process, not for the number (Linux 5.1); a reused pid cannot
    // be hit.
    if (::syscall(SYS_pidfd_send_signal, process.descriptor(), SIGQUIT, nullptr, 0) == 0) return {};
    const bool unknown_call = errno == ENOSYS || errno == EPERM;
    if (unknown_call && process.still_same() && ::kill(static_cast<pid_t>(process.pid()), SIGQUIT) == 0)
        return {};
    if (errno == EINVAL) {
        return failure(name_of(process), "the /proc that is mounted here belongs to another pid namespace",
                       "run outside of the container, or use --attach=never");
    }
    return tl::make_unexpected(process_file_error(name_of(process), errno));
}

}  // namespace nmtx
