// Tests of Compiler.memory and of SapMachine's VM.vitals.
#include "hotspot/tools/compiler_memory.h"

#include <string>

#include "catch.h"
#include "hotspot/tools/vitals.h"

using namespace nmtx;

namespace {

constexpr std::string_view of_22 =
    "Compilation memory statistics\n\nLegend:\n  total  : memory allocated via arenas while compiling\n"
    "  NA     : ...how much in node arenas (if c2)\n\n"
    "total     NA        RA        result  #nodes  limit   time    type  #rc thread              method\n"
    "5368M     5102M     261M      ok      3811245 -       97.412  c2    2   0x00007f3c4c1a2b30  "
    "com/shop/Rules::apply((Lcom/shop/Order;I)Z) \n"
    "352K      0B        352K      oom     -       1M      0.912   c1    1   0x00007f3c4c1a4e20  "
    "java/lang/String::hashCode(()I) \n";

constexpr std::string_view of_28 =
    "Compiler Memory Statistic\n"
    "    ctyp  total     ra        node      comp      type      cienv     other     #nodes  result  limit   "
    "  time    "
    "id    thread             method\n"
    "    c2    2040680   1602064   163640    131896    66440     65456     0         553     ok      "
    "1048576*  0.685   "
    "85    0x00007f929c08c7a0 Churn::f((I)J) \n"
    "    c1    425464    392736    0         0         0         32728     0         -       ok      1048576 "
    "  0.632   "
    "84    0x00007f929c08e050 java/util/HashMap::hash((Ljava/lang/Object;)I) \n"
    "    Total: 2 (C1: 1, C2: 1)\n";

constexpr std::string_view verbose =
    "Compiler Memory Statistic\n"
    "    Method              : Churn::f((I)J)\n"
    "    Compiler            : c2\n"
    "    Arena Usage at peak : 4053592 (3.87M)\n"
    "    Nodes at peak       : 1486\n"
    "    Compile ID          : 87\n"
    "    Result              : ok\n"
    "    Thread              : 0x00007f49380923d0\n"
    "    Timestamp           : 0.629\n\n"
    "    Arena Usage by Arena Type and compilation phase, at arena usage peak of 4053592:\n"
    "    Phase                         Total        ra      node      comp      type    states     other\n"
    "    none                         208536     32728     98184     33712     33712     10200         0\n"
    "    Allocation timelime by phase:\n"
    "    Phase seq. number                             Bytes                  Nodes\n"
    "    >0                            (outside)    102120 (+102120)       3 (+3) \n";

constexpr std::string_view vitals =
    "                      --------system-------- ---------process---------- -----------jvm-----------\n"
    "                            -----cgroup-----      ----rss----           --heap--- --meta---\n"
    "                      avail lim  slim usg    virt all  anon swdo thr    comm used comm used num uld\n"
    "                Now   54.4g 8.0g      118m   5.1g 609m 572m   0k  21    130m   7m   3m   2m 34    0\n"
    "2022-05-14 14:52:26   54.4g 8.0g      118m   5.1g 109m  72m   0k  20    130m   7m   3m   2m 34    0\n";

}  // namespace

TEST_CASE("Compiler.memory of 22: sizes with letters, the largest compilation, a limit") {
    const auto memory = parse_compiler_memory(of_22);
    REQUIRE(memory);
    CHECK(memory->not_understood.empty());
    REQUIRE(memory->compilations.size() == 2);
    const CompilationMemory& first = memory->compilations[0];
    CHECK(first.peak == mib(5368));
    CHECK(first.method == "com/shop/Rules::apply((Lcom/shop/Order;I)Z)");
    CHECK(first.compiler == "c2");
    CHECK(first.nodes == 3811245U);
    CHECK(first.time_s == Approx(97.412));
    CHECK_FALSE(first.limit);
    CHECK(memory->compilations[1].result == "oom");
    CHECK(memory->compilations[1].limit == mib(1));
}

TEST_CASE("Compiler.memory of 25 and later: bytes, where \"type\" is an arena and \"ctyp\" the compiler") {
    const auto memory = parse_compiler_memory(of_28);
    REQUIRE(memory);
    CHECK(memory->not_understood.empty());
    REQUIRE(memory->compilations.size() == 2);
    CHECK(memory->compilations[0].peak == Bytes(2040680));
    CHECK(memory->compilations[0].compiler == "c2");
    CHECK(memory->compilations[0].limit == mib(1));
    CHECK(memory->compilations[0].method == "Churn::f((I)J)");
    CHECK(memory->compilations[1].compiler == "c1");
    CHECK_FALSE(memory->compilations[1].nodes);
    const auto details = parse_compiler_memory(verbose);
    REQUIRE(details);
    CHECK(details->not_understood.empty());
    REQUIRE(details->compilations.size() == 1);
    CHECK(details->compilations[0].peak == Bytes(4053592));
    CHECK(details->compilations[0].nodes == 1486U);
}

TEST_CASE("Compiler.memory: off, and cut anywhere") {
    const auto off = parse_compiler_memory("Compilation memory statistics disabled.\n");
    REQUIRE(off);
    CHECK(off->disabled);
    for (const std::string_view text : {of_22, of_28, verbose}) {
        for (std::size_t n = 0; n <= text.size(); ++n)
            static_cast<void>(parse_compiler_memory(text.substr(0, n)));
    }
}

TEST_CASE("VM.vitals: cells belong to the column they stand below, empty ones to none") {
    const auto read = parse_vitals(vitals);
    REQUIRE(read);
    REQUIRE(read->samples.size() == 2);
    const VitalsSample& now = read->newest();
    CHECK(now.time == "Now");
    CHECK(now.rss == mib(609));
    CHECK(now.anonymous == mib(572));
    CHECK(now.cgroup_limit == mib(8192));
    CHECK(now.cgroup_usage == mib(118));
    CHECK(now.heap_committed == mib(130));
    CHECK(now.heap_used == mib(7));
    CHECK(now.metaspace_committed == mib(3));
    CHECK(now.metaspace_used == mib(2));
    CHECK(now.threads == 21U);
    CHECK_FALSE(now.c_heap_free);
    CHECK(read->oldest().rss == mib(109));
    for (std::size_t n = 0; n <= vitals.size(); ++n) static_cast<void>(parse_vitals(vitals.substr(0, n)));
    CHECK_FALSE(parse_vitals("2022-05-14 14:52:26   54.4g 8.0g 118m 5.1g 109m 72m 0k 20 130m\n"));
}
