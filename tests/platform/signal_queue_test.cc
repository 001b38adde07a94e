#include "platform/os/signal_queue.h"

#include <poll.h>

#include "catch.h"

using namespace nmtx;

TEST_CASE("signal queue: signals wait in it one by one, and are what they were before when it goes") {
    sigset_t before{}, after{};
    ::pthread_sigmask(SIG_SETMASK, nullptr, &before);
    {
        const SignalQueue queue{SIGTERM, SIGWINCH};
        CHECK(queue.next() == 0);
        ::raise(SIGWINCH);
        ::raise(SIGTERM);
        pollfd readable{queue.descriptor(), POLLIN, 0};
        CHECK(::poll(&readable, 1, 0) == 1);
        const int first = queue.next(), second = queue.next();
        CHECK(first + second == SIGTERM + SIGWINCH);
        CHECK(queue.next() == 0);
    }
    ::pthread_sigmask(SIG_SETMASK, nullptr, &after);
    CHECK(::sigismember(&after, SIGTERM) == ::sigismember(&before, SIGTERM));
}
