#include "platform/os/last_resort.h"

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <new>
#include <string_view>

namespace nmtx {
namespace {

// Nothing here takes memory.
void say(std::string_view text) {
    if (::write(STDERR_FILENO, text.data(), text.size()) < 0) return;
}

int complain() {
    say("nmtx: ");
    try {
        throw;
    } catch (const std::bad_alloc&) {
        say("out of memory; raise the limit (ulimit -v, the container's), or read less: --malloc=never");
    } catch (const std::exception& error) {
        say(error.what());
    } catch (...) {
        say("failed for an unknown reason");
    }
    say("\n");
    return 1;
}

std::atomic<void (*)()> put_right{nullptr};

void put_right_once() {
    if (auto* const work = put_right.exchange(nullptr)) work();
}

// The default action follows: a core file is as good as without us.
void end_by_signal(int number) {
    put_right_once();
    static_cast<void>(std::signal(number, SIG_DFL));
    ::raise(number);
}

// Of an exception in another thread, or in a place where none may pass.
[[noreturn]] void end_with_words() {
    put_right_once();
    if (std::current_exception() == nullptr) std::abort();  // a bug of ours, which deserves its core file
    ::_exit(complain());
}

// SQLite maps a file next to a record, and its owner may truncate it at any time.
void end_for_lost_page(int, siginfo_t* info, void*) {
    put_right_once();
    if (info->si_code != BUS_ADRERR) std::abort();
    say("nmtx: a file was cut short while it was read; try again, or read a copy of it\n");
    ::_exit(1);
}

}  // namespace

void before_a_crash(void (*work)()) {
    put_right.store(work);
    for (const int number : {SIGSEGV, SIGABRT, SIGFPE, SIGILL})
        static_cast<void>(std::signal(number, work != nullptr ? end_by_signal : SIG_DFL));
}

int with_last_resort(const std::function<int()>& work) {
    std::set_terminate(end_with_words);
    struct sigaction action{};
    action.sa_sigaction = end_for_lost_page;
    action.sa_flags = SA_SIGINFO;
    ::sigaction(SIGBUS, &action, nullptr);
    try {
        return work();
    } catch (...) {
        return complain();
    }
}

}  // namespace nmtx
