#include "ledger/owner_paths.h"

#include "catch.h"

using namespace nmtx;

TEST_CASE("owner paths: below a path lies what goes on with a slash, and the path itself") {
    CHECK(is_below("malloc/untracked/libz.so", owner_path::untracked));
    CHECK(is_below("malloc/untracked/libz.so", owner_path::malloc));
    CHECK(is_below(owner_path::java_heap, owner_path::java_heap));
    CHECK(is_below(owner_path::java_heap_again, owner_path::java_heap));
    CHECK(is_below("jvm/gc", ""));
    CHECK_FALSE(is_below(owner_path::gc_card_set, owner_path::gc));
    CHECK_FALSE(is_below(owner_path::metaspace_or_gc, owner_path::metaspace));
    CHECK_FALSE(is_below("malloc", owner_path::untracked));
    CHECK_FALSE(is_below("malloc/freed", owner_path::freed));
}

TEST_CASE("owner paths: an area that nothing tells from another may be the first of them") {
    CHECK(may_be(owner_path::metaspace_or_gc, owner_path::metaspace));
    CHECK(may_be(owner_path::metaspace, owner_path::metaspace));
    CHECK(may_be("jvm/code cache/CodeCache", owner_path::code_cache));
    CHECK_FALSE(may_be(owner_path::gc_card_set, owner_path::gc));
}

TEST_CASE("owner paths: a name below a path, and back") {
    CHECK(name_below("malloc/untracked/libz.so", owner_path::untracked) == "libz.so");
    CHECK(name_below("jvm/code cache/CodeHeap 'profiled nmethods'", owner_path::jvm) ==
          "code cache/CodeHeap 'profiled nmethods'");
    CHECK(name_below("malloc/untracked", owner_path::untracked).empty());
    CHECK(name_below("file/memfd", owner_path::malloc).empty());
    CHECK(path_below(owner_path::live, "libz.so") == "malloc/live/libz.so");
}
