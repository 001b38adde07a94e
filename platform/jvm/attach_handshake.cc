#include "platform/jvm/attach_handshake.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <utility>

#include "base/cursor.h"
#include "kernel/status.h"
#include "platform/jvm/mapped_vm.h"
#include "platform/os/acting_as.h"
#include "platform/os/clock.h"
#include "platform/os/system_error.h"
#include "platform/proc/target_root.h"

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

// By owner, group and mode; true where an access control list may say something else.
bool may_write(const Descriptor& directory, const ProcessStatus& status) {
    struct stat info{};
    if (::fstat(directory.get(), &info) != 0) return true;
    constexpr std::uint64_t dac_override = std::uint64_t{1} << 1U;  // include/uapi/linux/capability.h
    if ((status.cap_eff.value_or(dac_override) & dac_override) != 0) return true;
    if (::fgetxattr(directory.get(), "system.posix_acl_access", nullptr, 0) >= 0) return true;
    constexpr mode_t write_and_search = 3;
    const auto allows = [&](unsigned shift) {
        return (info.st_mode >> shift & write_and_search) == write_and_search;
    };
    if (status.uid[3] == info.st_uid) return allows(6);
    const auto& groups = status.groups;
    const bool in_group =
        status.gid[3] == info.st_gid || std::find(groups.begin(), groups.end(), info.st_gid) != groups.end();
    return allows(in_group ? 3 : 0);
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

// Whether the file was there before; nothing where it cannot be made there; an Error where something is in
// the JVM's way.
Expected<std::optional<bool>> make_trigger(const Place& place, const std::string& name,
                                           const AttachTarget& target) {
    const Descriptor file(::openat(place.directory.get(), name.c_str(),
                                   O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (file) return false;
    if (errno != EEXIST) return std::nullopt;
    // Left behind, or another tool is attaching right now; it works for us too.
    if (auto clear = check_not_in_the_way(place, name, target); !clear)
        return tl::make_unexpected(clear.error());
    return true;
}

constexpr std::string_view mark = "nmtx sent SIGQUIT ";

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
    auto working = open_cwd(target.cwd);
    Place cwd{working ? std::move(*working) : Descriptor(), target.cwd};
    auto tmp = open_below(target.root, "tmp");
    Place temporary{tmp ? std::move(*tmp) : Descriptor(), target.root + "/tmp"};
    if (cwd.directory) {
        if (auto clear = check_not_in_the_way(cwd, name, target); !clear)
            return tl::make_unexpected(clear.error());
    }
    // The target chooses both directories, so root must not write there by its own right: the file is made as
    // the target's user would make it, and never changes its owner.
    const ActingAs user(target.uid, target.gid);
    if (user.error() != 0) return user.failed(target.root + "/tmp/" + name);
    for (Place* place : {&temporary, &cwd}) {
        if (!place->directory) continue;
        const auto was_there = make_trigger(*place, name, target);
        if (!was_there) return tl::make_unexpected(was_there.error());
        if (*was_there) return TriggerFile(std::move(place->directory), name, target, **was_there);
    }
    return failure(target.root + "/tmp/" + name,
                   "can neither be created there nor in the JVM's working directory",
                   "run as the JVM's user or root, and make its /tmp writable");
}

TriggerFile::TriggerFile(Descriptor directory, std::string name, AttachTarget target, bool was_there)
    : directory_(std::move(directory)),
      name_(std::move(name)),
      target_(std::move(target)),
      was_there_(was_there) {
    struct stat info{};
    if (::fstatat(directory_.get(), name_.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) return;
    device_ = info.st_dev;
    inode_ = info.st_ino;
}

// A regular file of the target's user, or nothing: the name may now refer to anything.
Descriptor TriggerFile::with(int flags) const {
    const ActingAs user(target_.uid, target_.gid);
    if (user.error() != 0) return {};
    Descriptor file(
        ::openat(directory_.get(), name_.c_str(), flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    struct stat info{};
    if (!file || ::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode) || info.st_uid != target_.uid)
        return {};
    return file;
}

std::optional<std::chrono::milliseconds> TriggerFile::signalled_ago(std::uint64_t start_ticks) const {
    const Descriptor file = with(O_RDONLY);
    std::string text(128, '\0');
    const ssize_t got = file ? ::read(file.get(), text.data(), text.size()) : 0;
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    Cursor cursor(text);
    if (!cursor.take(mark)) return std::nullopt;
    const auto at = cursor.decimal();
    if (!at || !cursor.take(" ") || cursor.decimal() != start_ticks) return std::nullopt;
    // Of another boot, where it is in the future.
    const auto now = static_cast<std::uint64_t>(boot_ms());
    if (*at > now) return std::nullopt;
    return std::chrono::milliseconds(now - *at);
}

void TriggerFile::mark_signalled(std::uint64_t start_ticks) const {
    const std::string text =
        std::string(mark) + std::to_string(boot_ms()) + " " + std::to_string(start_ticks) + "\n";
    const Descriptor file = with(O_WRONLY);
    // Where nothing can be noted, the next run may signal once more: it asks for no more than that.
    if (!file || ::ftruncate(file.get(), 0) != 0) return;
    if (::write(file.get(), text.data(), text.size()) < 0) return;
}

void TriggerFile::remove() const {
    struct stat info{};
    if (::fstatat(directory_.get(), name_.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) return;
    if (info.st_dev != device_ || info.st_ino != inode_) return;
    const ActingAs user(target_.uid, target_.gid);
    if (user.error() == 0) ::unlinkat(directory_.get(), name_.c_str(), 0);
}

std::string socket_name_of(const AttachTarget& target) {
    return ".java_pid" + std::to_string(target.nspid);
}

Expected<void> check_socket_can_be_made(const ProcessFiles& process, const Descriptor& tmp,
                                        const AttachTarget& target) {
    const std::string path = target.root + "/tmp";
    const std::string hint = "give the JVM a writable /tmp, or use --attach=never";
    struct statvfs system{};
    if (::fstatvfs(tmp.get(), &system) == 0) {
        if ((system.f_flag & ST_RDONLY) != 0)
            return failure(path, "is mounted read-only: the JVM cannot make its attach socket there", hint);
        // A socket takes no block, only an inode, and the trigger file another one. File systems that make
        // inodes as they need them (btrfs) say that they have 0 in all.
        if (system.f_files > 0 && system.f_favail < 2)
            return failure(path, "has no free inodes: the JVM cannot make its attach socket there",
                           "delete files in it, or use --attach=never");
    }
    const auto status = status_of(process);
    if (status && !may_write(tmp, *status))
        return failure(path, "cannot be written by the JVM's user: it cannot make its attach socket there",
                       hint);
    return {};
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
    const auto vm = mapped_vm(process);
    if (!vm) return tl::make_unexpected(vm.error());
    if (*vm == Vm::openj9) {
        return failure(name_of(process), "runs OpenJ9, which has no native memory tracking to ask for");
    }
    if (*vm != Vm::hotspot) {
        return failure(name_of(process),
                       "has no libjvm.so mapped, so it is not a HotSpot JVM and was not asked");
    }
    return check_catches_quit(process);
}

int deliver_quit(const ProcessFiles& process) {
    if (!process.still_same()) return ESRCH;
    if (!check_catches_quit(process)) return ECANCELED;
    // A descriptor of /proc/PID stands for the process, not for the number (Linux 5.1); a reused pid cannot
    // be hit.
    if (::syscall(SYS_pidfd_send_signal, process.descriptor(), SIGQUIT, nullptr, 0) == 0) return 0;
    const int error = errno;
    const bool unknown_call = error == ENOSYS || error == EPERM;
    if (unknown_call && process.still_same() && ::kill(static_cast<pid_t>(process.pid()), SIGQUIT) == 0)
        return 0;
    return error;
}

Error quit_error(const ProcessFiles& process, int error) {
    const std::string name = name_of(process);
    if (error == EINVAL) {
        return {name, "the /proc that is mounted here belongs to another pid namespace",
                "run outside of the container, or use --attach=never"};
    }
    if (error == ESRCH || !process.still_same())
        return {name, "the process ended or was replaced while it was read", {}};
    if (error == ECANCELED) {
        if (auto safe = check_catches_quit(process); !safe) return safe.error();
        return {name, "did not catch SIGQUIT when it was to be asked", "try again, or use --attach=never"};
    }
    return process_file_error(name, error);
}

bool listener_runs(const ProcessFiles& process) {
    const auto tasks = process.list("task");
    if (!tasks) return false;
    return std::any_of(tasks->begin(), tasks->end(), [&](const std::string& tid) {
        const auto comm = process.read("task/" + tid + "/comm");
        return comm && *comm == "Attach Listener\n";
    });
}

}  // namespace nmtx
