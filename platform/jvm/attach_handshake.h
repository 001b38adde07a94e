// What makes HotSpot open its attach socket: a trigger file, and SIGQUIT. Source: HotSpot
// src/hotspot/share/services/attachListener.cpp (is_init_trigger) and its POSIX part.
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
    std::uint64_t nspid = 0;  // in the JVM's own pid namespace: it is in the file names
    std::uint32_t uid = 0;    // effective ids, as we see them
    std::uint32_t gid = 0;
    std::string root;  // "/proc/311/root"
    std::string cwd;   // "/proc/311/cwd"
};

Expected<AttachTarget> attach_target(const ProcessFiles& process);

// ".java_pid4711": the socket in the JVM's /tmp.
std::string socket_name_of(const AttachTarget& target);

// ".attach_pid<nspid>" in the JVM's /tmp, else in its working directory; on SIGQUIT the JVM looks in both.
// In this order, because a starting JVM changes to /tmp/hsperfdata_<user> for a short time, while it already
// handles SIGQUIT. Owned by the JVM's user, since JDK 8 accepts no other.
//
// It must stay until the JVM has looked for it, and be removed then: a file that stays would turn a later
// SIGQUIT, meant as a request for a thread dump, into the start of the listener. So nothing here removes it
// by itself: see AttachKeeper. Its text says when SIGQUIT was sent ("nmtx sent SIGQUIT 8123456 4711":
// milliseconds since boot, and the start of the process in clock ticks), so that the next run that finds the
// file does not send a second one.
class TriggerFile {
  public:
    // Creates it, or takes over an existing one.
    static Expected<TriggerFile> create(const AttachTarget& target);

    [[nodiscard]] bool was_there() const { return was_there_; }
    // How long ago the file says that this process was signalled; nothing where it does not.
    [[nodiscard]] std::optional<std::chrono::milliseconds> signalled_ago(std::uint64_t start_ticks) const;
    void mark_signalled(std::uint64_t start_ticks) const;
    // Removes it, unless another file has its name now.
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

// `tmp`: the JVM's /tmp. Fails where the JVM cannot create its attach socket there, so that waiting would be
// useless: read-only, without a free inode, or not writable for the JVM's user.
Expected<void> check_socket_can_be_made(const ProcessFiles& process, const Descriptor& tmp,
                                        const AttachTarget& target);

// Fails where it is stopped (state T or t), because it could not answer.
Expected<void> check_can_answer(const ProcessFiles& process);

// SIGQUIT kills a process that does not catch it. Fails unless this one is HotSpot, catches it, and runs.
Expected<void> check_survives_quit(const ProcessFiles& process);

// Is it so young that its JVM may not have started yet?
bool may_be_starting(const ProcessFiles& process);

// Sends SIGQUIT to the opened process, never to another one, if it catches the signal now. On failure, gives
// errno and its meaning; ECANCELED: the process would not survive the signal.
int deliver_quit(const ProcessFiles& process);
Error quit_error(const ProcessFiles& process, int error);

// Is the listener thread already running? Then SIGQUIT prints a thread dump, unless the socket file is
// missing.
bool listener_runs(const ProcessFiles& process);

}  // namespace nmtx
