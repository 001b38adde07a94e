// limit-too-small and page-cache.
#include "catch.h"
#include "findings/judged_process.h"

using namespace nmtx;
using made::proposes;
using made::says;

namespace {

// 300 MiB, 100 of them heap, in a cgroup of `limit` of which 330 MiB are charged.
made::Judged in_container(std::optional<Bytes> limit, Bytes max_heap) {
    made::Judged made(mib(300));
    made.map("jvm/java heap", "", mib(100));
    made.map("malloc/untracked/libz.so", "", mib(200));
    made.view.version.emplace().feature = 17;
    made.view.version->jdk = "17.0.15";
    made.view.vm_flags = parse_vm_flags("-XX:MaxHeapSize=" + std::to_string(max_heap.value()) + " ").value();
    CgroupMemory& cgroup = made.view.cgroup.emplace();
    cgroup.path = "/docker/1";
    cgroup.limit = limit;
    cgroup.current = mib(330);
    cgroup.anon = mib(300);
    cgroup.file = mib(20);
    cgroup.shmem = Bytes();
    cgroup.active_file = mib(10);
    cgroup.inactive_file = mib(10);
    cgroup.kernel = mib(5);
    cgroup.oom_kills = 0;
    return made;
}

}  // namespace

TEST_CASE("limit-too-small: a heap that does not fit with what is beside it, and the heap that does") {
    const auto found = in_container(mib(512), mib(400)).found("limit-too-small");
    REQUIRE(found.size() == 1);
    CHECK(found[0].severity == Severity::warning);
    CHECK(proposes(found[0], "-Xmx"));
    CHECK(proposes(found[0], "-XX:MaxRAMPercentage="));
    CHECK(proposes(found[0], "nmtx fit 42"));
    CHECK(says(found[0], "VmHWM"));
    CHECK_FALSE(found[0].resident);
}

TEST_CASE("limit-too-small: a heap that fits, and a process without a limit, are left alone") {
    CHECK(in_container(mib(512), mib(250)).found("limit-too-small").empty());
    CHECK(in_container({}, mib(4000)).found("limit-too-small").empty());
    const made::Judged no_cgroup(mib(300));
    CHECK(no_cgroup.found("limit-too-small").empty());
}

TEST_CASE("limit-too-small: it is a problem where something was killed, or next to nothing is left") {
    made::Judged killed = in_container(mib(512), mib(400));
    killed.view.cgroup->oom_kills = 2;
    REQUIRE(killed.found("limit-too-small").size() == 1);
    CHECK(killed.found("limit-too-small")[0].severity == Severity::problem);
    made::Judged full = in_container(mib(512), mib(400));
    full.view.cgroup->current = mib(510);
    full.view.cgroup->anon = mib(500);
    full.view.cgroup->file = mib(3);
    CHECK(full.found("limit-too-small")[0].severity == Severity::problem);
    // As much page cache is no such thing.
    full.view.cgroup->file = mib(100);
    CHECK(full.found("limit-too-small")[0].severity == Severity::warning);
}

TEST_CASE("limit-too-small: other containers of a pod may fill its limit") {
    made::Judged made = in_container(mib(512), mib(250));
    CHECK(made.found("limit-too-small").empty());
    CgroupMemory& pod = made.view.cgroup->above.emplace_back();
    pod.limit = mib(1024);
    pod.current = mib(1020);
    pod.file = mib(10);
    pod.shmem = Bytes();
    const auto found = made.found("limit-too-small");
    REQUIRE(found.size() == 1);
    CHECK(found[0].severity == Severity::problem);
    CHECK(found[0].title ==
          "Only 14.0 MiB of the 1024.0 MiB limit is left, not counting reclaimable page cache");
    CHECK(says(found[0],
               "The limit of a cgroup above is closer: 1010.0 MiB of 1024.0 MiB in use there, not counting "
               "page cache, including 700.0 MiB outside this cgroup."));
    pod.current = mib(900);
    CHECK(made.found("limit-too-small").empty());
}

TEST_CASE("limit-too-small: a heap that a day's work has not asked for is worth knowing, no more") {
    made::Judged made = in_container(mib(1024), mib(900));
    CHECK(made.found("limit-too-small")[0].severity == Severity::warning);
    made.view.header.target_uptime_s = 2 * 86400;
    CHECK(made.found("limit-too-small")[0].severity == Severity::note);
    made.view.status->vm_hwm = mib(800);
    CHECK(made.found("limit-too-small")[0].severity == Severity::warning);
}

TEST_CASE("limit-too-small: a heap that fits in a container that is full, or in which another was killed") {
    made::Judged made = in_container(mib(512), mib(200));
    made.view.cgroup->oom_kills = 1;
    auto found = made.found("limit-too-small");
    REQUIRE(found.size() == 1);
    CHECK(found[0].severity == Severity::warning);
    CHECK(says(found[0], "1 process OOM-killed"));
    made.view.cgroup->current = mib(511);
    made.view.cgroup->anon = mib(490);
    made.view.cgroup->file = mib(3);
    found = made.found("limit-too-small");
    CHECK(found[0].severity == Severity::problem);
    CHECK(says(found[0], "Other processes in the cgroup hold 190.0 MiB"));
}

TEST_CASE("limit-too-small: where an older JDK takes the percentage of the machine it is not proposed") {
    made::Judged made = in_container(mib(512), mib(400));
    made.view.version->feature = 11;
    made.view.version->jdk = "11.0.15";
    CHECK_FALSE(proposes(made.found("limit-too-small")[0], "MaxRAMPercentage"));
    made.view.cgroup->version = 1;
    CHECK(proposes(made.found("limit-too-small")[0], "MaxRAMPercentage"));
    made.view.version->feature = 8;
    made.view.version->jdk = "8.0_181";
    CHECK_FALSE(proposes(made.found("limit-too-small")[0], "MaxRAMPercentage"));
}

TEST_CASE("page-cache: what the kernel drops when memory is wanted is told from what it keeps") {
    made::Judged made = in_container(mib(2048), mib(250));
    CHECK(made.found("page-cache").empty());
    made.view.cgroup->current = mib(900);
    made.view.cgroup->file = mib(590);
    made.view.cgroup->inactive_file = mib(500);
    made.view.cgroup->active_file = mib(90);
    auto found = made.found("page-cache");
    REQUIRE(found.size() == 1);
    CHECK(found[0].severity == Severity::note);
    CHECK(found[0].bytes == mib(590));
    CHECK(found[0].confidence == Confidence::high);
    CHECK(says(found[0], "400.0 MiB"));  // the working set
    made.view.cgroup->anon = mib(500);
    CHECK(says(made.found("page-cache")[0], "Other processes"));
    CHECK(made.found("page-cache")[0].confidence == Confidence::medium);
}

TEST_CASE("page-cache: tmpfs is no page cache: it stays") {
    made::Judged made = in_container(mib(2048), mib(250));
    made.view.cgroup->current = mib(900);
    made.view.cgroup->file = mib(590);
    made.view.cgroup->shmem = mib(580);
    auto found = made.found("page-cache");
    REQUIRE(found.size() == 1);
    CHECK(found[0].bytes == mib(580));
    CHECK(says(found[0], "it stays"));
    // ZGC's heap on 17 is shared memory of this process.
    made.view.status->rss_shmem = mib(580);
    CHECK(made.found("page-cache").empty());
}

TEST_CASE("page-cache: the whole machine's figures are nobody's, and a small share is not worth a word") {
    made::Judged made = in_container({}, mib(250));
    made.view.cgroup->version = 1;
    made.view.cgroup->path = "/";
    made.view.cgroup->current = mib(9000);
    made.view.cgroup->file = mib(8000);
    CHECK(made.found("page-cache").empty());
    made.view.cgroup->path = "/docker/1";
    CHECK(made.found("page-cache").size() == 1);
    // Without a limit, and mostly others' memory: a session of a desktop.
    made.view.cgroup->anon = mib(700);
    CHECK(made.found("page-cache").empty());
    made.view.cgroup->limit = mib(10'000);
    CHECK(made.found("page-cache").size() == 1);
    made.view.cgroup->file = mib(800);
    CHECK(made.found("page-cache").empty());
}
