// What makes a HotSpot open its attach socket: a file that it looks for, and SIGQUIT.
// Source: HotSpot src/hotspot/share/services/attachListener.cpp (is_init_trigger) and its POSIX part.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"
#include "platform/descriptor.h"
#include "platform/process_files.h"

namespace nmtx {

struct AttachTarget {
    std::uint64_t nspid = 0;  // as the JVM sees itself: it names the files
    std::uint32_t uid = 0;    // effective ones, as we see them
    std::uint32_t gid = 0;
    std::string root;  // "/proc/311/root"
    std::string cwd;   // "/proc/311/cwd"
};

Expected<AttachTarget> attach_target(const ProcessFiles& process);

// ".attach_pid<nspid>" in the JVM's /tmp, else in its working directory; on SIGQUIT the JVM looks in both.
// Not the other way round: while a JVM starts, it goes to /tmp/hsperfdata_<user> for a moment, with its
// handler of SIGQUIT in place. Owned by the JVM's user, since JDK 8 accepts nothing else. Removed by the
// destructor: one that stays would turn a later SIGQUIT, which asks for a thread dump, into the start of the
// listener.
class TriggerFile {
  public:
    static Expected<TriggerFile> create(const AttachTarget& target);
    TriggerFile(TriggerFile&&) = default;
    TriggerFile& operator=(TriggerFile&&) = delete;
    TriggerFile(const TriggerFile&) = delete;
    TriggerFile& operator=(const TriggerFile&) = delete;
    ~TriggerFile();

  private:
    TriggerFile(Descriptor directory, std::string name)
        : directory_(std::move(directory)), name_(std::move(name)) {}
    Descriptor directory_;
    std::string name_;
};

// Not stopped (state T or t), so that it can answer at all.
Expected<void> check_can_answer(const ProcessFiles& process);

// SIGQUIT ends a process that does not catch it. Fails unless this one is HotSpot, catches it, and runs.
Expected<void> check_survives_quit(const ProcessFiles& process);

// So young that its JVM may not have started yet.
bool may_be_starting(const ProcessFiles& process);

// Checks once more, then sends. The signal reaches the process that was opened or nobody.
Expected<void> send_quit(const ProcessFiles& process);

}  // namespace nmtx
