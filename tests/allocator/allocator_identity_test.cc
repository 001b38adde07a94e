#include "allocator/allocator_identity.h"

#include "catch.h"

using namespace nmtx;

namespace {

AllocatorIdentity of(std::vector<std::string_view> names) {
    return identify_allocator(names);
}

}  // namespace

TEST_CASE("allocator identity: each library is known by its file name, wherever it lies") {
    CHECK(allocator_of_file("/usr/lib/x86_64-linux-gnu/libc.so.6") == "glibc");
    CHECK(allocator_of_file("/lib/x86_64-linux-gnu/libc-2.31.so") == "glibc");
    CHECK(allocator_of_file("/lib64/libc-2.17.so") == "glibc");
    CHECK(allocator_of_file("/lib/ld-musl-x86_64.so.1") == "musl");
    CHECK(allocator_of_file("/lib/libc.musl-x86_64.so.1") == "musl");
    CHECK(allocator_of_file("/usr/lib/x86_64-linux-musl/libc.so") == "musl");
    CHECK(allocator_of_file("/usr/lib/x86_64-linux-gnu/libjemalloc.so.2") == "jemalloc");
    CHECK(allocator_of_file("/opt/libtcmalloc_minimal.so.4") == "tcmalloc");
    CHECK(allocator_of_file("/opt/libtcmalloc.so.4.5.9") == "tcmalloc");
    CHECK(allocator_of_file("/opt/libmimalloc-secure.so.2.0") == "mimalloc");
    CHECK(allocator_of_file("libmimalloc.so") == "mimalloc");
}

TEST_CASE("allocator identity: a library that was replaced on disk is still the one that is mapped") {
    CHECK(allocator_of_file("/lib/x86_64-linux-gnu/libc.so.6 (deleted)") == "glibc");
    CHECK(allocator_of_file("/lib/x86_64-linux-gnu/libc-2.31.so (deleted)") == "glibc");
    CHECK(allocator_of_file("/usr/lib/libjemalloc.so.2 (deleted)") == "jemalloc");
}

TEST_CASE("allocator identity: what only sounds like an allocator is none") {
    for (const auto* name :
         {"", "[heap]", "/usr/lib/libcrypt.so.1", "/usr/lib/libc++.so.1", "/usr/lib/libc_malloc_debug.so.0",
          "/app/libjemalloc-docs.jar", "/app/libtcmalloc", "/libjemalloc.so.2/data", "/usr/lib/libcap.so.2",
          "/tmp/libc.so.6.txt/other", "/usr/lib/libnotjemalloc.so", "/usr/lib/ld-linux-x86-64.so.2"}) {
        CAPTURE(name);
        CHECK(allocator_of_file(name).empty());
    }
}

TEST_CASE("allocator identity: a library that takes malloc over counts before the C library") {
    const auto identity = of({"[heap]", "/opt/libjemalloc.so.2", "/opt/libjemalloc.so.2", "/lib/libc.so.6"});
    CHECK(identity.name() == "jemalloc");
    CHECK(identity.c_library == "glibc");
    CHECK_FALSE(identity.mixed());
    CHECK(of({"/lib/libc.so.6", "/opt/libjemalloc.so.2"}).name() == "jemalloc");
    CHECK(of({"/opt/libmimalloc.so.2", "/lib/ld-musl-x86_64.so.1"}).name() == "mimalloc");
}

TEST_CASE("allocator identity: two that take malloc over are mixed, in whatever order they are mapped") {
    const auto identity = of({"/opt/libtcmalloc.so.4", "/lib/libc.so.6", "/opt/libjemalloc.so.2"});
    CHECK(identity.mixed());
    CHECK(identity.name() == "jemalloc and tcmalloc");
    CHECK(of({"/opt/libjemalloc.so.2", "/opt/libtcmalloc.so.4"}).name() == "jemalloc and tcmalloc");
    // Two files of one allocator are still one allocator.
    CHECK_FALSE(of({"/opt/libtcmalloc.so.4", "/a/libtcmalloc_minimal.so.4"}).mixed());
}

TEST_CASE(
    "allocator identity: the C library alone serves malloc itself, and where nothing tells there is no "
    "name") {
    CHECK(of({"/lib/libc-2.31.so", "/lib/libc-2.31.so", "/lib/ld-2.31.so"}).name() == "glibc");
    CHECK(of({"/lib/ld-musl-x86_64.so.1"}).name() == "musl");
    CHECK(of({}).name().empty());
    CHECK(of({"/opt/static-program", "[heap]"}).name().empty());
}
