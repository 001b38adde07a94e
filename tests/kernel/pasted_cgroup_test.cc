#include <string>

#include "catch.h"
#include "kernel/containers/cgroup.h"

using namespace nmtx;

namespace {

constexpr std::string_view pasted_v1 =
    R"($ kubectl exec web-0 -- cat /sys/fs/cgroup/memory/memory.usage_in_bytes
2535804928
$ cat /sys/fs/cgroup/memory/memory.limit_in_bytes
4294967296
$ kubectl exec web-0 -- cat /sys/fs/cgroup/memory/memory.stat | grep inactive_file
inactive_file 334565370
total_inactive_file 334565376

$ expr 2535804928 - 334565376
2201239552
# This is the working set
)";

constexpr std::string_view pasted_v2 = R"(==> /sys/fs/cgroup/memory.max <==
2147483648

==> /sys/fs/cgroup/memory.current <==
904441856

==> /sys/fs/cgroup/memory.events <==
low 0
max 12
oom 3
oom_kill 2

==> /sys/fs/cgroup/memory.stat <==
anon 16904192
file 854441856   # page cache
workingset_refault_anon 0
)";

}  // namespace

TEST_CASE("pasted cgroup v1: answers belong to the file that the line above asks for, and to no other") {
    const auto pasted = parse_pasted_cgroup(pasted_v1);
    REQUIRE(pasted);
    const CgroupMemory& memory = pasted->memory;
    CHECK(memory.version == 1);
    CHECK(memory.current == Bytes(2535804928));
    CHECK(memory.limit == Bytes(4294967296));
    CHECK(memory.inactive_file == Bytes(334565376));
    const std::vector<UnreadText> expected{{9, "$ expr 2535804928 - 334565376", false},
                                           {10, "2201239552", false},
                                           {11, "# This is the working set", false}};
    CHECK(pasted->not_understood.texts() == expected);
}

TEST_CASE("pasted cgroup v2: as head and tail print files") {
    const auto pasted = parse_pasted_cgroup(pasted_v2);
    REQUIRE(pasted);
    const CgroupMemory& memory = pasted->memory;
    CHECK(memory.version == 2);
    CHECK(memory.current == Bytes(904441856));
    CHECK(memory.limit == Bytes(2147483648));
    CHECK(memory.anon == Bytes(16904192));
    CHECK(memory.file == Bytes(854441856));
    CHECK(memory.oom_kills == 2);
    CHECK(memory.limit_hits == 12);
    CHECK(pasted->not_understood.texts() == std::vector<UnreadText>{{15, "# page cache", true}});
}

TEST_CASE("pasted cgroup: as grep prints it, several files asked at once, and memory.stat alone") {
    const auto grep = parse_pasted_cgroup(
        "/sys/fs/cgroup/memory.max:max\nmemory.current: 100\n/sys/fs/cgroup/memory.stat:anon 60\nmemory.peak "
        "= 120\n");
    REQUIRE(grep);
    CHECK_FALSE(grep->memory.limit);
    CHECK(grep->memory.current == Bytes(100));
    CHECK(grep->memory.anon == Bytes(60));
    CHECK(grep->memory.peak == Bytes(120));
    CHECK(grep->not_understood.empty());

    const auto several = parse_pasted_cgroup("# cat memory.current memory.max\n100\n200\n300\n");
    REQUIRE(several);
    CHECK(several->memory.current == Bytes(100));
    CHECK(several->memory.limit == Bytes(200));
    CHECK(several->not_understood.texts() == std::vector<UnreadText>{{4, "300", false}});

    const auto stat = parse_pasted_cgroup("anon 5\nshmem 7\nnonsense 8\n");
    REQUIRE(stat);
    CHECK(stat->memory.anon == Bytes(5));
    CHECK(stat->memory.shmem == Bytes(7));
    CHECK(stat->not_understood.texts().size() == 1);
}

TEST_CASE("pasted cgroup: the figures of a second one are not mixed in") {
    const auto pasted = parse_pasted_cgroup("memory.current:100\nmemory.current:90\n");
    REQUIRE(pasted);
    CHECK(pasted->memory.current == Bytes(100));
    CHECK(pasted->not_understood.texts().size() == 1);
}

TEST_CASE("pasted cgroup: every prefix gives a value or an error") {
    for (const std::string_view text : {pasted_v1, pasted_v2}) {
        for (std::size_t n = 0; n <= text.size(); ++n) {
            const auto pasted = parse_pasted_cgroup(text.substr(0, n));
            if (!pasted) CHECK(pasted.error().where.starts_with("cgroup:"));
        }
    }
    CHECK_FALSE(parse_pasted_cgroup("$ cat memory.max\ncat: no such file\n"));
}
