#include "platform/proc/user_process.h"

#include <string>

namespace nmtx {

Expected<ProcessFiles> open_user_process(std::uint64_t pid, std::uint64_t start_ticks) {
    auto process = start_ticks != 0 ? ProcessFiles::open_again(pid, start_ticks) : ProcessFiles::open(pid);
    if (!process) return process;
    const std::string name = "pid " + std::to_string(pid);
    if (process->kernel_thread())
        return failure(name, "is a kernel thread: it has no user memory", "see what runs: nmtx list");
    if (process->zombie()) {
        return failure(name, "is a zombie: it has ended, but its parent has not reaped it yet",
                       "see what runs: nmtx list");
    }
    return process;
}

}  // namespace nmtx
