#include "hotspot/areas/pasted_areas.h"

#include <string_view>

#include "catch.h"

using namespace nmtx;

TEST_CASE("pasted areas: heap, code cache and metaspace in one text, with a prompt and a cut line") {
    const auto found = parse_pasted_areas(
        "$ jcmd 1 GC.heap_info\n"
        "1:\n"
        " garbage-first heap   total 133120K, used 5730K [0x00000000e0000000, 0x0000000100000000)\n"
        "  region size 1024K, 5 young (5120K), 0 survivors (0K)\n"
        " Metaspace       used 370K, committed 576K, reserved 1114112K\n"
        "  class space    used 33K, committed 128K, reserved 1048576K\n"
        "\n"
        "CodeHeap 'non-nmethods': size=5692Kb used=1108Kb max_used=1119Kb free=4583Kb\n"
        " bounds [0x00007fe108938000, 0x00007fe108ba8000, 0x00007fe108ec7000]\n"
        "CodeHeap 'profiled nmethods': size=120032Kb us\n"
        "\n"
        "Virtual space:\n"
        "  Non-class space:       64.00 MB reserved,     448.00 KB ( <1%) committed,  1 nodes.\n"
        "      Class space:        1.00 GB reserved,     128.00 KB ( <1%) committed,  1 nodes.\n"
        "\n"
        "MaxMetaspaceSize: unlimited\n"
        "CompressedClassSpaceSize: 1.00 GB\n"
        "Current GC threshold: 21.00 MB\n"
        "CDS: on\n"
        "hello\n"
        "Current GC threshold: 2");
    REQUIRE(found.has_value());
    REQUIRE(found->heap);
    CHECK(found->heap->used() == kib(5730));
    CHECK(found->heap->metaspace->committed == kib(576));
    REQUIRE(found->code_heaps.size() == 1);
    CHECK(found->code_heaps[0].used == kib(1108));
    REQUIRE(found->metaspace);
    CHECK(found->metaspace->class_space.committed == kib(128));
    CHECK_FALSE(found->limits.max_metaspace_size);
    CHECK(found->limits.class_space_size == mib(1024));
    CHECK(found->limits.gc_threshold == mib(21));
    std::vector<std::size_t> lines;
    for (const auto& one : found->not_understood.texts()) lines.push_back(one.line);
    CHECK(lines == std::vector<std::size_t>{1, 10, 20, 21});
    CHECK_FALSE(parse_pasted_areas("hello\n").has_value());
    CHECK_FALSE(parse_pasted_areas("").has_value());
}
