#include "findings/figures/no_walk.h"

#include "allocator/malloc_walk.h"
#include "catch.h"
#include "findings/judged_process.h"

using namespace nmtx;

namespace {

MallocWalk failed(std::string allocator, std::string_view why) {
    MallocWalk walk;
    walk.allocator = std::move(allocator);
    walk.why_not_walked = std::string(why);
    return walk;
}

}  // namespace

TEST_CASE("no walk: each reason is said, with the one command that helps") {
    made::Judged made(mib(100));
    made.view.origin = Origin::capture;
    made.view.missing.clear();
    std::string why, command;
    SECTION("a capture of before there was one") {
        why = "this snapshot has no malloc walk";
        command = "nmtx malloc PID";
    }
    SECTION("a paste") {
        made.view.origin = Origin::pasted;
        why = "a pasted text does not have malloc's blocks";
        command = "nmtx malloc PID";
    }
    SECTION("not asked for") {
        made.view.missing.push_back({std::string(document::malloc_walk),
                                     "malloc's memory was not walked: --malloc=never",
                                     "leave --malloc=never out"});
        why = "--malloc=never was given";
        command = "nmtx malloc PID";
    }
    SECTION("redacted: nothing brings it back") {
        made.view.missing.push_back({std::string(document::malloc_walk), "left out by --redact", ""});
        why = "left out by --redact";
    }
    SECTION("no rights at all: the walk that was then tried on nothing is not the reason") {
        made.view.missing.push_back(
            {std::string(document::residency), "permission denied", "run as the JVM's user or root"});
        made.view.malloc_walk = failed("glibc", "none of the C library's data is resident");
        why = "nmtx could not read the process's memory: permission denied";
        command = "sudo nmtx malloc PID";
    }
    SECTION("no right to read, as by Yama") {
        made.view.malloc_walk = failed("glibc", memory_not_readable);
        why = "nmtx could not read the process's memory";
        command = "sudo nmtx malloc PID";
    }
    SECTION("glibc's layout is not known") {
        made.view.malloc_walk = failed("glibc", "no main arena of glibc's was found in the C library's data");
        why = "no main arena of glibc's was found in the C library's data";
        command = "nmtx doctor PID";
    }
    SECTION("musl") {
        made.view.malloc_walk = failed("musl", "no glibc (libc.so.6) is mapped");
        why = "musl serves malloc, and nmtx knows only glibc's layout";
        command = "LD_PRELOAD=libjemalloc.so.2";
    }
    SECTION("jemalloc") {
        made.view.malloc_walk = failed("jemalloc", "glibc's malloc has taken no memory");
        why = "jemalloc serves malloc, and nmtx knows only glibc's layout";
        command = "MALLOC_CONF=stats_print:true";
    }
    const auto no_walk = why_no_walk(made.view);
    REQUIRE(no_walk);
    CHECK(no_walk->why == why);
    CHECK(no_walk->remedy.command == command);
    CHECK((command.empty() || !no_walk->remedy.what.empty()));
}

TEST_CASE("no walk: nothing is said of a walk that was made") {
    made::Judged made(mib(100));
    made.view.malloc_walk = failed("glibc", "");
    CHECK_FALSE(why_no_walk(made.view));
}
