#include "platform/proc/child_work.h"

#include <sys/mman.h>

#include <csignal>
#include <cstdlib>

#include "catch.h"
#include "platform/child.h"

using namespace nmtx;

TEST_CASE("child work: what the child returns comes back, however long") {
    const std::string large(1 << 20, 'x');
    CHECK(work_in_child([&] { return large; }).value() == large);
    CHECK(work_in_child([] { return std::string(); }).value().empty());
}

TEST_CASE("child work: a crash is the child's own") {
    const auto crashed = work_in_child([]() -> std::string {
        ::signal(SIGSEGV, SIG_DFL);
        ::raise(SIGSEGV);
        return "unreached";
    });
    REQUIRE_FALSE(crashed);
    CHECK(crashed.error().what == "it crashed: Segmentation fault");
}

TEST_CASE("child work: more text, or more time, than it may have is refused, and the child is gone") {
    ChildBounds bounds;
    bounds.output = 1000;
    CHECK(work_in_child([] { return std::string(2000, 'x'); }, bounds).error().what ==
          "it took too long or produced too much output");
    bounds.time = std::chrono::seconds(1);
    const auto late = work_in_child(
        [] {
            while (true) ::pause();
            return std::string();
        },
        bounds);
    CHECK(late.error().what == "it took too long or produced too much output");
}

#ifndef __SANITIZE_ADDRESS__
TEST_CASE("child work: more memory than it may have is refused") {
    ChildBounds bounds;
    bounds.memory = Bytes(std::uint64_t{64} << 20U);
    const auto greedy =
        work_in_child([] { return std::string(std::size_t{1} << 30U, 'x').substr(0, 10); }, bounds);
    REQUIRE_FALSE(greedy);
    CHECK(greedy.error().what == "it ran out of memory");
}
#endif
