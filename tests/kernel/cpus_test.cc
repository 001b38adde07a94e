#include "kernel/cpus.h"

#include "catch.h"
#include "kernel/status.h"

using namespace nmtx;

TEST_CASE("cpus: a list is counted, ranges and single ones") {
    CHECK(parse_cpu_list("0-3,8\n") == 5U);
    CHECK(parse_cpu_list("0\n") == 1U);
    CHECK(parse_cpu_list("\t0-1,4-7") == 6U);
    for (const char* wrong : {"", "\n", "0-", "3-1", "0,", "0-99999999999", "0 x", "-1"}) {
        CAPTURE(wrong);
        CHECK_FALSE(parse_cpu_list(wrong));
    }
    CHECK(parse_cpu_list("many").error().where == "cpus online");
}

TEST_CASE("cpus: status tells on how many the process may run") {
    CHECK(parse_status("Name:\tjava\nPid:\t7\nCpus_allowed_list:\t0-3,8\n")->cpus_allowed == 5U);
    CHECK_FALSE(parse_status("Name:\tjava\nPid:\t7\n")->cpus_allowed);
}

TEST_CASE("cpus: the least quota of the cgroup and those above it holds, of v2 and of v1") {
    const auto v2 = parse_cgroup_cpu(
        "== cgroup.path\n/a/b\n== cpu.max\nmax 100000\n== cpu.max\n150000 100000\n== cpu.max\n400000 "
        "100000\n");
    CHECK(v2->quota == 1.5);
    CHECK_FALSE(parse_cgroup_cpu("== cgroup.path\n/\n")->quota);
    CHECK_FALSE(parse_cgroup_cpu("== cpu.max\nmax 100000\n")->quota);
    const auto v1 = parse_cgroup_cpu(
        "== cgroup.path\n/a\n== cpu.cfs_quota_us\n50000\n== cpu.cfs_period_us\n100000\n"
        "== cpu.cfs_quota_us\n-1\n== cpu.cfs_period_us\n100000\n");
    CHECK(v1->quota == 0.5);
    CHECK_FALSE(parse_cgroup_cpu("== cpu.max\n100000 0\n")->quota);
    CHECK(parse_cgroup_cpu("== cpu.max\nlots 100000\n").error().where == "cgroup cpu:2");
    CHECK(parse_cgroup_cpu("== cpu.max\n100000\n").error().where == "cgroup cpu:2");
    CHECK(parse_cgroup_cpu("100000\n").error().where == "cgroup cpu:1");
}
