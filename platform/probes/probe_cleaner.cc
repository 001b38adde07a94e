#include "platform/probes/probe_cleaner.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>

namespace nmtx {
namespace {

constexpr std::byte breakpoint{0xcc};
constexpr int looks = 50, pause_ms = 200;

std::byte byte_of(int file, std::uint64_t at) {
    std::byte byte{};
    return ::pread(file, &byte, 1, static_cast<off_t>(at)) == 1 ? byte : std::byte{};
}

// True where nothing was left to do.
bool clean(int memory, pid_t process, const std::vector<ProbedAllocator>& allocators,
           const UprobeType& type) {
    bool is_clean = true;
    for (const ProbedAllocator& allocator : allocators) {
        for (const ProbedFunction& function : allocator.functions) {
            const int file = allocator.file_of(function);
            const bool left = byte_of(memory, function.address.value) == breakpoint &&
                              byte_of(file, function.offset) != breakpoint;
            if (!left) continue;
            is_clean = false;
            int why = 0;
            PerfProbe::insert(type, {file, function.offset, false}, process, {}, why).take().close();
        }
    }
    return is_clean;
}

// The kernel still closes what we had open, one after the other: it is clean once it stays so.
[[noreturn]] void wait_and_clean(int alive, int memory, pid_t process,
                                 const std::vector<ProbedAllocator>& allocators, const UprobeType& type) {
    char done = 0;
    ssize_t got = 0;
    do {
        got = ::read(alive, &done, 1);
    } while (got < 0 && errno == EINTR);
    for (int look = 0, calm = 0; got == 0 && look < looks && calm < 3; ++look) {
        ::poll(nullptr, 0, pause_ms);
        calm = clean(memory, process, allocators, type) ? calm + 1 : 0;
    }
    ::_exit(0);
}

}  // namespace

ProbeCleaner::ProbeCleaner(const ProcessFiles& process, const std::vector<ProbedAllocator>& allocators,
                           const UprobeType& type) {
    const auto memory = process.open_file("mem", O_RDONLY | O_CLOEXEC);
    std::array<int, 2> ends{};
    if (!memory || ::pipe2(ends.data(), O_CLOEXEC) != 0) return;
    const Descriptor reading(ends[0]);
    alive_ = Descriptor(ends[1]);
    child_ = ::fork();
    if (child_ != 0) return;
    alive_.close();
    ::setsid();  // what is meant for us is not for it
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) ::signal(signal, SIG_IGN);
    wait_and_clean(reading.get(), memory->get(), static_cast<pid_t>(process.pid()), allocators, type);
}

ProbeCleaner::~ProbeCleaner() {
    if (child_ <= 0) return;
    const char done = 1;
    if (::write(alive_.get(), &done, 1) != 1) alive_.close();
    while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

}  // namespace nmtx
