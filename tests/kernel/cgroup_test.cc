#include <string>
#include <vector>

#include "catch.h"
#include "kernel/containers/cgroup_bound.h"

using namespace nmtx;

namespace {

constexpr std::string_view cgroup_v2 =
    "== cgroup.path\n/kubepods.slice/kubepods-pod7.slice/cri-containerd-3f.scope\n"
    "== memory.current\n1073741824\n"
    "== memory.max\n2147483648\n"
    "== memory.high\nmax\n"
    "== memory.swap.current\n4096\n"
    "== memory.swap.max\nmax\n"
    "== memory.events\nlow 0\nhigh 0\nmax 12\noom 2\noom_kill 1\noom_group_kill 0\n"
    "== memory.stat\nanon 700000000\nfile 300000000\nkernel 50000000\nkernel_stack 1000000\npagetables "
    "2000000\nsock 4096\n"
    "shmem 8192\nfile_mapped 100\ninactive_anon 600000000\nactive_anon 5\ninactive_file "
    "200000000\nactive_file 99000000\n"
    "workingset_refault_file 12\n";

constexpr std::string_view cgroup_v1 =
    "== cgroup.path\n/docker/3778e5c4\n"
    "== memory.usage_in_bytes\n920000000\n"
    "== memory.limit_in_bytes\n9223372036854771712\n"
    "== memory.memsw.limit_in_bytes\n9223372036854771712\n"
    "== memory.oom_control\noom_kill_disable 0\nunder_oom 0\noom_kill 3\n"
    "== memory.kmem.usage_in_bytes\n7000000\n"
    "== memory.stat\ncache 13402112\nrss 9179136\nrss_huge 0\nshmem 9097216\nswap 0\ninactive_file 0\n"
    "active_file 4304896\nhierarchical_memory_limit 4294967296\nhierarchical_memsw_limit "
    "9223372036854771712\n"
    "total_cache 904441856\ntotal_rss 16904192\ntotal_shmem 9097217\ntotal_swap 8192\ntotal_inactive_file "
    "462176256\n"
    "total_active_file 433168384\n";

// A container in a pod with a limit, in a slice with a larger one.
constexpr std::string_view above_v2 =
    "== above.memory.max\n3000000000\n"
    "== above.memory.current\n2900000000\n"
    "== above.memory.stat\nanon 1900000000\nfile 900000000\nshmem 8192\ninactive_file 800000000\n"
    "== above.memory.max\n9000000000\n"
    "== above.memory.current\n8950000000\n"
    "== above.memory.stat\nanon 8900000000\nfile 10000\nshmem 0\ninactive_file 10000\n";

void every_prefix(std::string_view text) {
    for (std::size_t length = 0; length <= text.size(); ++length) {
        const std::vector<char> bytes(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(length));
        const std::string_view prefix(bytes.data(), bytes.size());
        const auto memory = parse_cgroup_memory(prefix);
        CHECK((memory.has_value() || memory.error().where.find("cgroup memory:") == 0));
        const auto path = parse_cgroup_path(prefix);
        CHECK((path.has_value() || path.error().where.find("cgroup:") == 0));
    }
}

}  // namespace

TEST_CASE("cgroup path: v2 has one line") {
    const auto path = parse_cgroup_path("0::/kubepods.slice/pod7.scope\n");
    REQUIRE((path.has_value() && path->has_value()));
    CHECK((*path)->version == 2);
    CHECK((*path)->path == "/kubepods.slice/pod7.scope");
    CHECK(parse_cgroup_path("0::/../other\n")->value().path == "/../other");
    CHECK(parse_cgroup_path("0::/a:b (deleted)\n")->value().path == "/a:b (deleted)");
}

TEST_CASE("cgroup path: each controller of v1 has its own") {
    const std::string_view hybrid = "8:pids:/pods/7\n4:memory:/docker/3778e5c4\n0::/unified\n";
    const auto path = parse_cgroup_path(hybrid, "cgroup", "pids").value().value();
    CHECK(path.path == "/pods/7");
    CHECK(path.controller == "pids");
    CHECK(parse_cgroup_path("4:memory:/m\n0::/u\n", "cgroup", "pids")->value().path == "/u");
}

TEST_CASE("cgroup pids: the least limit of the cgroup and those above it holds") {
    const auto pids = parse_cgroup_pids(
                          "== cgroup.path\n/a/b\n== pids.current\n118\n== pids.max\nmax\n== pids.max\n2048\n"
                          "== pids.max\n9000\n")
                          .value();
    CHECK(pids.current == 118);
    CHECK(pids.limit == 2048);
    CHECK_FALSE(parse_cgroup_pids("== cgroup.path\n/\n")->limit);
    CHECK_FALSE(parse_cgroup_pids("== pids.max\nmax\n")->limit);
    CHECK(parse_cgroup_pids("== pids.max\nmany\n").error().where == "cgroup pids:2");
    CHECK(parse_cgroup_pids("118\n").error().where == "cgroup pids:1");
}

TEST_CASE("cgroup path: v1's memory controller wins over the unified hierarchy beside it") {
    const std::string_view hybrid =
        "9:name=systemd:/\n8:pids:/\n4:memory:/docker/3778e5c4\n1:cpu,cpuacct:/other\n0::/unified\n";
    CHECK(parse_cgroup_path(hybrid)->value().version == 1);
    CHECK(parse_cgroup_path(hybrid)->value().path == "/docker/3778e5c4");
    CHECK(parse_cgroup_path("4:hugetlb,memory:/joined\n0::/u\n")->value().path == "/joined");
    CHECK(parse_cgroup_path("9:name=memory:/no\n4:memory2:/no\n0::/u\n")->value().path == "/u");
}

TEST_CASE("cgroup path: nothing where no line is about memory") {
    CHECK_FALSE(parse_cgroup_path("")->has_value());
    CHECK_FALSE(parse_cgroup_path("8:pids:/\n")->has_value());
}

TEST_CASE("cgroup path: a malformed line names itself") {
    for (const std::string_view line : {"", "0:", "0::", "0::relative", "x::/", "memory:/", "0:/"}) {
        CAPTURE(line);
        const auto path = parse_cgroup_path("8:pids:/\n" + std::string(line) + "\n");
        REQUIRE_FALSE(path.has_value());
        CHECK(path.error().where == "cgroup:2");
    }
}

TEST_CASE("cgroup memory: v2") {
    const auto memory = parse_cgroup_memory(cgroup_v2);
    REQUIRE(memory.has_value());
    CHECK(memory->version == 2);
    CHECK(memory->limit == Bytes(2147483648));
    CHECK(memory->current == Bytes(1073741824));
    CHECK(memory->swap_current == Bytes(4096));
    CHECK(memory->anon == Bytes(700000000));
    CHECK(memory->file == Bytes(300000000));
    CHECK(memory->active_file == Bytes(99000000));
    CHECK(memory->inactive_file == Bytes(200000000));
    CHECK(memory->shmem == Bytes(8192));
    CHECK(memory->kernel == Bytes(50000000));
    CHECK(memory->pagetables == Bytes(2000000));
    CHECK(memory->sock == Bytes(4096));
    CHECK(memory->oom_kills == 1);
}

TEST_CASE("cgroup memory: v1 counts the cgroups below as v2 does, and the least limit above") {
    const auto memory = parse_cgroup_memory(cgroup_v1);
    REQUIRE(memory.has_value());
    CHECK(memory->version == 1);
    CHECK(memory->limit == Bytes(4294967296));
    CHECK(memory->current == Bytes(920000000));
    CHECK(memory->swap_current == Bytes(8192));
    CHECK(memory->anon == Bytes(16904192));
    CHECK(memory->file == Bytes(904441856));
    CHECK(memory->active_file == Bytes(433168384));
    CHECK(memory->inactive_file == Bytes(462176256));
    CHECK(memory->shmem == Bytes(9097217));
    CHECK(memory->kernel == Bytes(7000000));
    CHECK_FALSE(memory->pagetables.has_value());
    CHECK_FALSE(memory->sock.has_value());
    CHECK(memory->oom_kills == 3);
}

TEST_CASE("cgroup memory: the most so far and how often the limit was reached, by both versions' names") {
    const auto of_v2 = parse_cgroup_memory("== memory.peak\n700\n== memory.events\nmax 12\noom_kill 1\n");
    CHECK(of_v2->peak == Bytes(700));
    CHECK(of_v2->limit_hits == 12);
    const auto of_v1 = parse_cgroup_memory(
        "== memory.max_usage_in_bytes\n800\n== memory.failcnt\n13\n== "
        "memory.kmem.tcp.usage_in_bytes\n4096\n");
    CHECK(of_v1->version == 1);
    CHECK(of_v1->peak == Bytes(800));
    CHECK(of_v1->limit_hits == 13);
    CHECK(of_v1->sock == Bytes(4096));
    CHECK(parse_cgroup_memory("== memory.failcnt\nmany\n").error().where == "cgroup memory:2");
}

TEST_CASE("cgroup memory: those above with a limit have figures of their own") {
    const auto parsed = parse_cgroup_memory(std::string(cgroup_v2) + std::string(above_v2));
    REQUIRE(parsed.has_value());
    CHECK(parsed->current == Bytes(1073741824));
    CHECK(parsed->inactive_file == Bytes(200000000));
    CHECK(parsed->limit == Bytes(2147483648));
    REQUIRE(parsed->above.size() == 2);
    CHECK(parsed->above[0].limit == Bytes(3000000000));
    CHECK(parsed->above[0].current == Bytes(2900000000));
    CHECK(parsed->above[1].inactive_file == Bytes(10000));
    // The own one, the pod, and the slice leave 1,073,741,824, 100,000,000 and 50,000,000.
    CHECK(tightest_bound(*parsed, CgroupUse::charged) ==
          CgroupBound{Bytes(9000000000), Bytes(8950000000), Bytes(50000000), true});
    CHECK(tightest_bound(*parsed, CgroupUse::working_set) ==
          CgroupBound{Bytes(9000000000), Bytes(8949990000), Bytes(50010000), true});
    CHECK(tightest_bound(*parsed, CgroupUse::kept)->left == Bytes(50010000));
}

TEST_CASE("cgroup memory: v1, a limit above with what is charged to all below it") {
    const auto parsed = parse_cgroup_memory(std::string(cgroup_v1) +
                                            "== above.memory.limit_in_bytes\n4294967296\n"
                                            "== above.memory.usage_in_bytes\n4200000000\n"
                                            "== above.memory.stat\ncache 0\nhierarchical_memory_limit "
                                            "4294967296\ntotal_cache 5000\ntotal_inactive_file 4000\n");
    REQUIRE(parsed.has_value());
    CHECK(parsed->limit == Bytes(4294967296));
    CHECK(parsed->current == Bytes(920000000));
    CHECK(tightest_bound(*parsed, CgroupUse::charged) ==
          CgroupBound{Bytes(4294967296), Bytes(4200000000), Bytes(94967296), true});
    CHECK(tightest_bound(*parsed, CgroupUse::working_set)->used == Bytes(4199996000));
}

TEST_CASE("cgroup memory: of a limit above without figures, what the own cgroup uses is known to count") {
    const auto parsed =
        parse_cgroup_memory("== memory.current\n1000\n== memory.max\nmax\n== memory.max\n5000\n");
    REQUIRE(parsed.has_value());
    CHECK(tightest_bound(*parsed, CgroupUse::charged) ==
          CgroupBound{Bytes(5000), Bytes(1000), Bytes(4000), false});
    CHECK_FALSE(tightest_bound(*parsed, CgroupUse::working_set));
    CHECK_FALSE(tightest_bound(*parse_cgroup_memory("== memory.current\n1\n"), CgroupUse::charged));
    // A figure of a cgroup above whose limit is not there belongs to none.
    CHECK(parse_cgroup_memory("== memory.current\n7\n== above.memory.current\n9\n")->current == Bytes(7));
}

TEST_CASE("cgroup memory: of the limits of v2, its own and those above it, the least holds") {
    const auto limit = [](std::string_view text) { return parse_cgroup_memory(text)->limit; };
    CHECK(limit("== memory.max\n900\n== memory.stat\nanon 1\n== memory.max\n700\n== memory.max\nmax\n") ==
          Bytes(700));
    CHECK(limit("== memory.max\nmax\n== memory.max\n700\n") == Bytes(700));
    CHECK_FALSE(limit("== memory.max\nmax\n== memory.max\nmax\n"));
}

TEST_CASE("cgroup memory: v1 without hierarchy has its own figures only") {
    const auto memory =
        parse_cgroup_memory("== memory.limit_in_bytes\n1000\n== memory.stat\ncache 5\nrss 6\n");
    REQUIRE(memory.has_value());
    CHECK(memory->limit == Bytes(1000));
    CHECK(memory->file == Bytes(5));
    CHECK(memory->anon == Bytes(6));
    CHECK(memory->version == 1);
}

TEST_CASE("cgroup memory: the order of v1's own and total figures does not matter") {
    CHECK(parse_cgroup_memory("== memory.stat\ntotal_rss 9\nrss 6\n")->anon == Bytes(9));
    CHECK(parse_cgroup_memory("== memory.stat\nhierarchical_memory_limit 50\n== memory.limit_in_bytes\n70\n")
              ->limit == Bytes(50));
}

TEST_CASE("cgroup memory: no limit is nothing, as \"max\" and as v1's largest number for each page size") {
    CHECK_FALSE(parse_cgroup_memory("== memory.max\nmax\n")->limit.has_value());
    for (const std::string_view none :
         {"9223372036854771712", "9223372036854710272", "9223372036854775807"}) {
        const auto memory = parse_cgroup_memory("== memory.limit_in_bytes\n" + std::string(none) + "\n");
        REQUIRE(memory.has_value());
        CHECK_FALSE(memory->limit.has_value());
    }
}

TEST_CASE("cgroup memory: what could not be read is absent, what is new is ignored") {
    const auto memory =
        parse_cgroup_memory("== memory.new\nwhatever 7\n== memory.current\n\n== memory.stat\nnew_key x\n");
    REQUIRE(memory.has_value());
    CHECK_FALSE(memory->current.has_value());
    CHECK_FALSE(memory->anon.has_value());
    CHECK(parse_cgroup_memory("").has_value());
}

TEST_CASE("cgroup memory: a figure that cannot be read names its line") {
    CHECK(parse_cgroup_memory("memory.current\n").error() ==
          Error{"cgroup memory:1", "expected \"== NAME\", found \"memory.current\"", ""});
    for (const std::string_view block :
         {"== memory.current\nmany", "== memory.current\nmax", "== memory.current\n-1",
          "== memory.max\n99999999999999999999", "== memory.stat\nanon", "== memory.stat\nanon max",
          "== memory.stat\nhierarchical_memory_limit x", "== memory.events\noom_kill x",
          "== memory.usage_in_bytes\n12 13"}) {
        CAPTURE(block);
        const auto memory = parse_cgroup_memory(block);
        REQUIRE_FALSE(memory.has_value());
        CHECK(memory.error().where == "cgroup memory:2");
    }
}

TEST_CASE("cgroup: every prefix gives a value or an error") {
    every_prefix(cgroup_v2);
    every_prefix(cgroup_v1);
    every_prefix(above_v2);
    every_prefix("9:name=systemd:/\n4:memory:/docker/3778e5c4\n0::/unified\n");
}
