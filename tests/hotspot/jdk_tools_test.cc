// Tests of what the JDK's tools print of a JVM: jstat, jmap -heap, -XshowSettings.
#include "catch.h"
#include "hotspot/tools/jmap_heap.h"
#include "hotspot/tools/jstat.h"
#include "hotspot/tools/launcher_settings.h"

using namespace nmtx;

namespace {

constexpr std::string_view gc_of_8 =
    " S0C    S1C    S0U    S1U      EC       EU        OC         OU       MC     MU    CCSC   CCSU   YGC    "
    " YGCT    "
    "FGC    FGCT     GCT   \n"
    "512.0  512.0  128.0   0.0   20480.0    0.0     44032.0     300.1    4864.0 2804.7 512.0  291.0     752  "
    "  1.608   0      0.000    1.608\n";
constexpr std::string_view util_of_21 =
    "  S0     S1     E      O      M     CCS    YGC     YGCT     FGC    FGCT     CGC    CGCT       GCT   \n"
    "     -  10.36  94.87   4.67  32.55   3.36    737     1.779     0     0.000     0     0.000     1.779\n";
constexpr std::string_view cause_of_8 =
    "  S0     S1     E      O      M     CCS    YGC     YGCT    FGC    FGCT     GCT    LGCC                 "
    "GCC      \n"
    " 18.75   0.00   0.00   0.68  57.66  56.84   1008    2.656     0    0.000    2.656 Allocation Failure   "
    "No GC   \n";

constexpr std::string_view heap_of_g1 = R"(Attaching to process ID 1976, please wait...
Garbage-First (G1) GC with 2 thread(s)

Heap Configuration:
   MaxHeapSize              = 67108864 (64.0MB)
   CompressedClassSpaceSize = 1073741824 (1024.0MB)
   MaxMetaspaceSize         = 17592186044415 MB

Heap Usage:
G1 Heap:
   regions  = 64
   capacity = 67108864 (64.0MB)
   used     = 39967568 (38.11604309082031MB)
   free     = 27141296 (25.883956909179688MB)
   59.55631732940674% used
G1 Young Generation:
Eden Space:
   regions  = 37
   capacity = 40894464 (39.0MB)
   used     = 38797312 (37.0MB)
   free     = 2097152 (2.0MB)
   94.87179487179488% used
)";

constexpr std::string_view settings = R"(Operating System Metrics:
    Provider: cgroupv2
    Effective CPU Count: 2
    Memory Limit: 512.00M
    Memory Soft Limit: Unlimited
    Memory & Swap Limit: N/A

VM settings:
    Stack Size: 512.00K
    Max. Heap Size (Estimated): 5.89G
    Using VM: OpenJDK 64-Bit Server VM
)";

}  // namespace

TEST_CASE("jstat: capacities and uses are kilobytes, a dash is no value, a cause is text") {
    const auto gc = parse_jstat(gc_of_8);
    REQUIRE(gc);
    REQUIRE(gc->samples.size() == 1);
    CHECK(gc->bytes(gc->samples[0], "OC") == kib(44032));
    CHECK(gc->bytes(gc->samples[0], "MU") == Bytes(2872013));
    CHECK(gc->count(gc->samples[0], "YGC") == 752U);
    CHECK_FALSE(gc->value(gc->samples[0], "O"));
    const auto util = parse_jstat(util_of_21);
    REQUIRE(util);
    CHECK_FALSE(util->value(util->samples[0], "S0"));
    CHECK(util->value(util->samples[0], "M") == Approx(32.55));
    const auto cause = parse_jstat(cause_of_8);
    REQUIRE(cause);
    CHECK(cause->samples[0].last_cause == "Allocation Failure");
    CHECK(cause->value(cause->samples[0], "GCT") == Approx(2.656));
}

TEST_CASE("jstat: a repeated heading, other locales, rows that do not fit") {
    const auto table = parse_jstat(
        "  S0     S1     E      O      M     CCS    YGC     YGCT    FGC    FGCT     GCT\n"
        "  0,00  25,00 100,00   0,68  57,66  56,84    796    1,722     0    0,000    1,722\n"
        "  S0     S1     E      O      M     CCS    YGC     YGCT    FGC    FGCT     GCT\n"
        "  0,00  25,00 100,00   0,68  57,66  56,84    799    1,730     0    0,000    1,730\n"
        "  0,00  25,00\n");
    REQUIRE(table);
    CHECK(table->samples.size() == 2);
    CHECK(table->value(table->samples[0], "M") == Approx(57.66));
    REQUIRE(table->not_understood.texts().size() == 1);
    CHECK(table->not_understood.texts()[0].line == 5);
    CHECK_FALSE(is_jstat_heading("S0 S1 of the E O M"));
    for (const std::string_view text : {gc_of_8, util_of_21, cause_of_8}) {
        for (std::size_t n = 0; n <= text.size(); ++n) {
            const auto cut = parse_jstat(text.substr(0, n));
            if (!cut) CHECK(cut.error().where.starts_with("jstat:"));
        }
    }
}

TEST_CASE("jmap -heap: G1's whole heap counts once, and what is printed in MB is no limit") {
    const auto heap = parse_jmap_heap(heap_of_g1);
    REQUIRE(heap);
    CHECK(heap->max_heap == mib(64));
    CHECK_FALSE(heap->max_metaspace);
    CHECK(heap->class_space == mib(1024));
    CHECK(heap->capacity() == mib(64));
    CHECK(heap->used() == Bytes(39967568));
    CHECK(heap->collector == "Garbage-First (G1) GC with 2 thread(s)");
    for (std::size_t n = 0; n <= heap_of_g1.size(); ++n)
        static_cast<void>(parse_jmap_heap(heap_of_g1.substr(0, n)));
    CHECK_FALSE(parse_jmap_heap("Heap Usage:\n"));
}

TEST_CASE("jmap -heap: the serial collector's new generation holds eden and one survivor space") {
    const auto heap = parse_jmap_heap(
        "Heap Usage:\nNew Generation (Eden + 1 Survivor Space):\n   capacity = 30\n   used     = 20\nEden "
        "Space:\n"
        "   capacity = 20\n   used     = 15\nFrom Space:\n   capacity = 10\n   used     = 5\nTo Space:\n"
        "   capacity = 10\n   used     = 0\ntenured generation:\n   capacity = 100\n   used     = 50\n");
    REQUIRE(heap);
    CHECK(heap->capacity() == Bytes(140));
    CHECK(heap->used() == Bytes(70));
}

TEST_CASE("-XshowSettings: the heap and the limits of the container, and what has none") {
    const auto read = parse_launcher_settings(settings);
    REQUIRE(read);
    CHECK(read->max_heap == Bytes(6324339343));
    CHECK(read->max_heap_estimated);
    CHECK(read->stack == kib(512));
    CHECK(read->memory.bytes == mib(512));
    CHECK(read->soft.unlimited);
    CHECK_FALSE(read->memory_and_swap.bytes);
    CHECK_FALSE(read->memory_and_swap.unlimited);
    CHECK(read->provider == "cgroupv2");
    CHECK(read->cpus == 2U);
    for (std::size_t n = 0; n <= settings.size(); ++n)
        static_cast<void>(parse_launcher_settings(settings.substr(0, n)));
    CHECK_FALSE(parse_launcher_settings("VM settings:\n"));
}
