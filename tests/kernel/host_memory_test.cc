// Tests of a machine's memory, and of what its control groups are charged.
#include "kernel/host_memory.h"

#include <string>

#include "catch.h"
#include "kernel/containers/cgroup_top.h"

using namespace nmtx;

namespace {

constexpr std::string_view meminfo = R"(MemTotal:       16267204 kB
MemFree:          171240 kB
MemAvailable:     203112 kB
Buffers:            1120 kB
Cached:           311452 kB
Active(anon):       9120 kB
SwapTotal:       2097148 kB
SwapFree:         524288 kB
AnonPages:      15120300 kB
HugePages_Total:     128
Hugepagesize:       2048 kB
)";

constexpr std::string_view free_in_mib =
    R"(               total        used        free      shared  buff/cache   available
Mem:           24105         656       22641           8        1095       23448
Swap:           2047         100        1947
)";

}  // namespace

TEST_CASE("meminfo: kilobytes, and huge pages where the kernel has no sum of them") {
    const auto memory = parse_meminfo(meminfo);
    REQUIRE(memory);
    CHECK(memory->total == kib(16267204));
    CHECK(memory->available == kib(203112));
    CHECK(memory->cached == kib(311452));
    CHECK(memory->anonymous == kib(15120300));
    CHECK(memory->swap_used == kib(2097148 - 524288));
    CHECK(memory->huge_pages == mib(256));
    CHECK(memory->not_understood.empty());
    for (std::size_t n = 0; n <= meminfo.size(); ++n) static_cast<void>(parse_meminfo(meminfo.substr(0, n)));
    CHECK(parse_meminfo("hello\n").error().where == "meminfo:1");
}

TEST_CASE(
    "free: the unit is the command's, or that of its letters, or the one that gives a plausible machine") {
    const auto typed = parse_free(free_in_mib, "free -m");
    REQUIRE(typed);
    CHECK_FALSE(typed->inferred_unit);
    CHECK(typed->total == mib(24105));
    CHECK(typed->available == mib(23448));
    CHECK(typed->cached == mib(1095));
    CHECK(typed->swap_used == mib(100));
    const auto bare = parse_free(free_in_mib);
    REQUIRE(bare);
    CHECK(bare->inferred_unit == mib(1));
    CHECK(bare->total == mib(24105));
    const auto kilobytes = parse_free("      total   used  free\nMem: 24683620 673076 23183576\n", "free");
    REQUIRE(kilobytes);
    CHECK(kilobytes->total == kib(24683620));
    const auto human = parse_free("      total   used  free\nMem:  23Gi  656Mi  22Gi\nSwap: 0B 0B 0B\n");
    REQUIRE(human);
    CHECK_FALSE(human->inferred_unit);
    CHECK(human->total == mib(23 * 1024));
    CHECK(human->swap_total == Bytes());
    CHECK(parse_free("      total   used  free\nMem: 15 3 12\n")->inferred_unit == mib(1024));
    CHECK(parse_free("      total   used  free\nMem: 25276026880 3 12\n")->inferred_unit == kib(1));
}

TEST_CASE("free: the form of before 2014") {
    const auto memory = parse_free(
        "             total       used       free     shared    buffers     cached\n"
        "Mem:       7883620    7573076     310544          0     120000     900000\n"
        "-/+ buffers/cache:    6553076    1330544\n"
        "Swap:            0          0          0\n",
        "free -k");
    REQUIRE(memory);
    CHECK(memory->buffers == kib(120000));
    CHECK(memory->cached == kib(900000));
    CHECK_FALSE(memory->available);
    CHECK(memory->not_understood.empty());
    for (std::size_t n = 0; n <= free_in_mib.size(); ++n)
        static_cast<void>(parse_free(free_in_mib.substr(0, n)));
    CHECK_FALSE(parse_free("Mem:\n"));
}

TEST_CASE("systemd-cgtop: rows by their shape, the heading is no row") {
    constexpr std::string_view text =
        "Control Group                     Tasks   %CPU   Memory  Input/s Output/s\n"
        "/                                   210    3.1     4.2G        -        -\n"
        "system.slice/my app.service           -      -   512.0M        -        -\n";
    const auto top = parse_cgroup_top(text);
    REQUIRE(top);
    REQUIRE(top->rows.size() == 2);
    CHECK(top->rows[0].tasks == 210U);
    CHECK(top->rows[1].path == "system.slice/my app.service");
    CHECK(top->rows[1].memory == mib(512));
    CHECK_FALSE(is_cgroup_top_row("a b c"));
    CHECK_FALSE(is_cgroup_top_row("there are 5 of them"));
    for (std::size_t n = 0; n <= text.size(); ++n) static_cast<void>(parse_cgroup_top(text.substr(0, n)));
}
