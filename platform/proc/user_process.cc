#include "platform/proc/user_process.h"

#include <string>

namespace nmtx {
namespace {

// The first thread may end before the others do: /proc/PID then has no word of the memory that they use.
std::string why_zombie(const ProcessFiles& process) {
    const auto threads = process.list("task");
    if (threads && threads->size() > 1) {
        return "runs on in " + std::to_string(threads->size() - 1) +
               " of its threads, but its first one has ended, and the kernel shows no memory of such a process";
    }
    return "is a zombie: it has ended, but its parent has not reaped it yet";
}

}  // namespace

Expected<ProcessFiles> open_user_process(std::uint64_t pid, std::uint64_t start_ticks) {
    auto process = start_ticks != 0 ? ProcessFiles::open_again(pid, start_ticks) : ProcessFiles::open(pid);
    if (!process) return process;
    const std::string name = "pid " + std::to_string(pid);
    if (process->kernel_thread())
        return failure(name, "is a kernel thread: it has no user memory", "see what runs: nmtx list");
    if (process->zombie()) return failure(name, why_zombie(*process), "see what runs: nmtx list");
    return process;
}

}  // namespace nmtx
