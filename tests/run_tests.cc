// Catch2 3.x is a library; of 2.x the whole implementation is compiled here, once for all test programs.
#include "run_tests.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string>

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_session.hpp>
#include <catch2/reporters/catch_reporter_event_listener.hpp>
#include <catch2/reporters/catch_reporter_registrars.hpp>
using Listener = Catch::EventListenerBase;
using EndOfAssertion = void;
#else
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
using Listener = Catch::TestEventListenerBase;
using EndOfAssertion = bool;
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
std::array<char, 200> running{};  // no text: no case runs

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
    void testCaseEnded(const Catch::TestCaseStats&) override {
        ::alarm(0);
        running.fill(0);
    }
};

CATCH_REGISTER_LISTENER(Watchdog)

// What failed, a line each, once more at the end: before it may stand thousands of lines of what JVMs
// printed.
class FailureList : public Listener {
  public:
    using Listener::Listener;
    void testCaseStarting(const Catch::TestCaseInfo& info) override { case_ = info.name; }
    EndOfAssertion assertionEnded(const Catch::AssertionStats& stats) override {
        const Catch::AssertionResult& result = stats.assertionResult;
        if (!result.isOk()) {
            failures_ += "failed: " + case_ + "\n  " + result.getSourceInfo().file + ":" +
                         std::to_string(result.getSourceInfo().line) + ": " + result.getExpressionInMacro() +
                         "\n  " + result.getExpandedExpression().substr(0, most_of_one) + "\n";
            for (const Catch::MessageInfo& info : stats.infoMessages)
                failures_ += "  " + info.message.substr(0, most_of_one) + "\n";
        }
        return EndOfAssertion();
    }
    void testRunEnded(const Catch::TestRunStats&) override { std::fputs(failures_.c_str(), stdout); }

  private:
    static constexpr std::size_t most_of_one = 2000;
    std::string case_, failures_;
};

CATCH_REGISTER_LISTENER(FailureList)

}  // namespace

namespace nmtx::test {

int run_tests(int argc, char** argv) {
    return Catch::Session().run(argc, argv);
}

bool in_test_case() {
    return running.front() != 0;
}

}  // namespace nmtx::test
