// Catch2 3.x is a library; of 2.x the whole implementation is compiled here, once for all test programs.
#include "run_tests.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <string>

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_session.hpp>
#include <catch2/reporters/catch_reporter_event_listener.hpp>
#include <catch2/reporters/catch_reporter_registrars.hpp>
using Listener = Catch::EventListenerBase;
#else
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
using Listener = Catch::TestEventListenerBase;
#endif

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define NMTX_PRINTS_STACK
#include <sanitizer/common_interface_defs.h>
#endif
#endif

namespace {

// No case takes as long. One that hangs says which one it is, and where; ctest ends it in the end.
constexpr unsigned most_seconds = 240;
std::array<char, 200> running{};

void say(const char* text) {
    [[maybe_unused]] const ssize_t ignored = ::write(STDERR_FILENO, text, std::strlen(text));
}

void complain(int) {
    say("\nThis test case takes very long: ");
    say(running.data());
    say("\n");
#ifdef NMTX_PRINTS_STACK
    __sanitizer_print_stack_trace();
#endif
}

class Watchdog : public Listener {
  public:
    using Listener::Listener;
    void testCaseStarting(const Catch::TestCaseInfo& info) override {
        const std::string name = info.name;
        running.fill(0);
        std::copy_n(name.begin(), std::min(name.size(), running.size() - 1), running.begin());
        ::signal(SIGALRM, complain);
        ::alarm(most_seconds);
    }
    void testCaseEnded(const Catch::TestCaseStats&) override { ::alarm(0); }
};

CATCH_REGISTER_LISTENER(Watchdog)

}  // namespace

namespace nmtx::test {

int run_tests(int argc, char** argv) {
    return Catch::Session().run(argc, argv);
}

}  // namespace nmtx::test
