#include "platform/last_resort.h"

#include <unistd.h>

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
        say("out of memory; raise its limit (ulimit -v, the container's), or ask for less: --malloc=never");
    } catch (const std::exception& error) {
        say(error.what());
    } catch (...) {
        say("failed for an unknown reason");
    }
    say("\n");
    return 1;
}

// Of an exception in another thread, or in a place where none may pass.
[[noreturn]] void end_with_words() {
    if (std::current_exception() == nullptr) std::abort();  // a bug of ours, which deserves its core file
    ::_exit(complain());
}

}  // namespace

int with_last_resort(const std::function<int()>& work) {
    std::set_terminate(end_with_words);
    try {
        return work();
    } catch (...) {
        return complain();
    }
}

}  // namespace nmtx
