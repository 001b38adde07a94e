// After SIGQUIT the trigger file has to stay until the JVM has looked for it. A JVM in a GC pause looks when
// the pause is over. If the file is gone by then, it prints a thread dump on the application's standard
// output, and a JVM whose socket file was cleaned from /tmp never starts its listener again
// (AttachListener::check_socket_file leaves it half restarted).
//
// So a child process signals and waits, in its own session: it outlives nmtx, whether that ends, is
// interrupted or killed. It holds nothing that others wait for: its standard streams and all other
// descriptors of nmtx are closed.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>

#include "base/error.h"
#include "platform/jvm/attach_handshake.h"
#include "platform/os/descriptor.h"
#include "platform/proc/process_files.h"

namespace nmtx {

// How long a trigger file stays for a JVM that does not open its socket.
inline constexpr std::chrono::milliseconds trigger_stays{60000};

class AttachKeeper {
  public:
    // Forks the child. It sends SIGQUIT, unless the trigger says that it was already sent within `stays`,
    // because a second one could only cause a thread dump. Then it waits for the socket in `tmp`, and
    // removes the trigger when the socket is there, the process has ended, or `stays` is over. A stopped
    // process cannot look, so the time in which it is stopped does not count, up to ten minutes.
    static Expected<AttachKeeper> start(const ProcessFiles& process, const AttachTarget& target,
                                        const TriggerFile& trigger, const Descriptor& tmp,
                                        std::chrono::milliseconds stays);
    AttachKeeper(AttachKeeper&& other) noexcept;
    AttachKeeper& operator=(AttachKeeper&&) = delete;
    AttachKeeper(const AttachKeeper&) = delete;
    AttachKeeper& operator=(const AttachKeeper&) = delete;
    // Leaves the child running.
    ~AttachKeeper();

    // The errno of a failed signal; nothing where it was sent, or is not known yet.
    [[nodiscard]] std::optional<int> not_sent() const;
    // The socket is there, and the caller has removed the trigger: ends the child.
    void finish();

  private:
    AttachKeeper(pid_t child, Descriptor news) : child_(child), news_(std::move(news)) {}
    pid_t child_;
    Descriptor news_;
};

}  // namespace nmtx
