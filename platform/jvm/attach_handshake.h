// What makes a HotSpot open its attach socket: a file that it looks for, and SIGQUIT.
// Source: HotSpot src/hotspot/share/services/attachListener.cpp (is_init_trigger) and its POSIX part.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/error.h"
#include "platform/os/descriptor.h"
#include "platform/proc/process_files.h"

namespace nmtx {

struct AttachTarget {
    std::uint64_t nspid = 0;  // as the JVM sees itself: it names the files
    std::uint32_t uid = 0;    // effective ones, as we see them
    std::uint32_t gid = 0;
    std::string root;  // "/proc/311/root"
    std::string cwd;   // "/proc/311/cwd"
};

Expected<AttachTarget> attach_target(const ProcessFiles& process);

// ".java_pid4711": the socket in the JVM's /tmp.
std::string socket_name_of(const AttachTarget& target);

// ".attach_pid<nspid>" in the JVM's /tmp, else in its working directory; on SIGQUIT the JVM looks in both.
// Not the other way round: while a JVM starts, it goes to /tmp/hsperfdata_<user> for a moment, with its
// handler of SIGQUIT in place. Owned by the JVM's user, since JDK 8 accepts nothing else.
//
// It must stay until the JVM has looked for it, and go then: one that stays would turn a later SIGQUIT, which
// asks for a thread dump, into the start of the listener. Hence nothing here removes it by itself: see
// AttachKeeper. Its text says when SIGQUIT was sent ("nmtx sent SIGQUIT 8123456 4711": milliseconds since
// boot, and the start of the process in clock ticks), so that whoever finds the file sends no second one.
class TriggerFile {
  public:
    // Makes it, or takes over one that is there already.
    static Expected<TriggerFile> create(const AttachTarget& target);

    [[nodiscard]] bool was_there() const { return was_there_; }
    // How long ago somebody noted that this process has been signalled; nothing where nobody did.
    [[nodiscard]] std::optional<std::chrono::milliseconds> signalled_ago(std::uint64_t start_ticks) const;
    void mark_signalled(std::uint64_t start_ticks) const;
    // Unless another file has its name by now.
    void remove() const;
    [[nodiscard]] int directory() const { return directory_.get(); }

  private:
    TriggerFile(Descriptor directory, std::string name, AttachTarget target, bool was_there);
    [[nodiscard]] Descriptor with(int flags) const;

    Descriptor directory_;
    std::string name_;
    AttachTarget target_;
    bool was_there_ = false;
    std::uint64_t device_ = 0, inode_ = 0;
};

// `tmp`: the JVM's /tmp. Fails where the JVM cannot make its attach socket in there, so that it is of no use
// to wait for it: read-only, without a free inode, or closed to the JVM's user.
Expected<void> check_socket_can_be_made(const ProcessFiles& process, const Descriptor& tmp,
                                        const AttachTarget& target);

// Not stopped (state T or t), so that it can answer at all.
Expected<void> check_can_answer(const ProcessFiles& process);

// SIGQUIT ends a process that does not catch it. Fails unless this one is HotSpot, catches it, and runs.
Expected<void> check_survives_quit(const ProcessFiles& process);

// So young that its JVM may not have started yet.
bool may_be_starting(const ProcessFiles& process);

// Sends SIGQUIT to the process that was opened, or to nobody, if that catches it now. Gives the errno where
// it fails, and what that means; ECANCELED: the process would not survive it.
int deliver_quit(const ProcessFiles& process);
Error quit_error(const ProcessFiles& process, int error);

// The listener thread runs already: then SIGQUIT prints a thread dump, unless the socket file is missing.
bool listener_runs(const ProcessFiles& process);

}  // namespace nmtx
