#include "platform/proc/child_work.h"

#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

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

namespace {

Expected<std::string> asked(ServingChild& child, std::string_view request) {
    if (auto given = child.ask(request); !given) return tl::make_unexpected(given.error());
    while (!child.take()) {
        pollfd news{child.descriptor(), POLLIN, 0};
        ::poll(&news, 1, static_cast<int>(child.left().count()) + 1);
    }
    return child.answer();
}

}  // namespace

TEST_CASE("serving child: knows for one request what it did for those before, however long they are") {
    auto child = ServingChild::begin([all = std::string()](std::string_view request) mutable {
        all += request;
        return all;
    });
    REQUIRE(child);
    CHECK(asked(*child, "one").value() == "one");
    CHECK(asked(*child, "").value() == "one");
    const std::string large(1 << 22, 'x');
    CHECK(asked(*child, large).value() == "one" + large);
    CHECK(asked(*child, "!").value() == "one" + large + "!");
    CHECK(child->alive());
}

TEST_CASE("serving child: a crash is the child's own, and ends it") {
    auto child = ServingChild::begin([](std::string_view request) {
        if (request == "crash") {
            ::signal(SIGSEGV, SIG_DFL);
            ::raise(SIGSEGV);
        }
        return std::string(request);
    });
    REQUIRE(child);
    CHECK(asked(*child, "one").value() == "one");
    CHECK(asked(*child, "crash").error().what == "it crashed: Segmentation fault");
    CHECK_FALSE(child->alive());
    CHECK_FALSE(asked(*child, "two"));
}

TEST_CASE("serving child: more text, or more time for one request, than it may have is refused") {
    ChildBounds bounds;
    bounds.output = 1000;
    bounds.time = std::chrono::seconds(1);
    const auto serve = [](std::string_view request) {
        while (request == "late") ::pause();
        return std::string(request == "much" ? 2000 : 10, 'x');
    };
    for (const std::string_view request : {"much", "late"}) {
        auto child = ServingChild::begin(serve, bounds);
        REQUIRE(child);
        CHECK(asked(*child, "little").value().size() == 10);
        CHECK(asked(*child, request).error().what == "it took too long or produced too much output");
        CHECK_FALSE(child->alive());
    }
}

TEST_CASE("serving child: one that only closes its end, or does not listen, keeps nobody waiting") {
    auto child = ServingChild::begin([](std::string_view request) {
        if (request == "close") {
            for (int fd = 3; fd < 1024; ++fd) ::close(fd);
            while (true) ::pause();
        }
        return std::string(request);
    });
    REQUIRE(child);
    CHECK_FALSE(asked(*child, "close"));
    CHECK_FALSE(child->alive());
    auto deaf = ServingChild::begin([](std::string_view) -> std::string {
        while (true) ::pause();
    });
    REQUIRE(deaf);
    REQUIRE(deaf->ask(std::string(1 << 22, 'x')));
    CHECK_FALSE(deaf->take());
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
