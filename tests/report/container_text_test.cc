#include "report/parts/container_text.h"

#include "base/lines.h"
#include "base/printable.h"
#include "catch.h"

using namespace nmtx;

namespace {

ContainerUse made_use() {
    ContainerUse use;
    use.figures.version = 2;
    use.figures.current = mib(400);
    use.figures.limit = mib(512);
    use.rss = mib(300);
    use.beyond_rss = difference(mib(400), mib(300));
    return use;
}

std::string in_one_line(const ContainerUse& use) {
    TextStyle wide;
    wide.width = 1000;
    return container_text(use, wide);
}

}  // namespace

TEST_CASE("container: the text has what is known and nothing else") {
    ContainerUse use = made_use();
    CHECK(in_one_line(use) ==
          "Container (cgroup v2): memory usage 400.0 MiB of 512.0.\n"
          "100.0 MiB more than RSS: page cache, kernel, other processes.\n");
    use.figures.limit.reset();
    use.beyond_rss = Delta{-1024L * 1024};
    CHECK(in_one_line(use) ==
          "Container (cgroup v2): memory usage 400.0 MiB (no limit).\n"
          "1.0 MiB less than RSS: file pages that are charged to another cgroup.\n");
}

TEST_CASE("container: the text says where the limit of a cgroup above is closer") {
    ContainerUse use = made_use();
    use.bound = CgroupBound{mib(1024), mib(1000), mib(24), true};
    CHECK(in_one_line(use) ==
          "Container (cgroup v2): memory usage 400.0 MiB of 512.0 (24.0 left).\n"
          "The limit of a cgroup above is closer: memory usage 1000.0 MiB of 1024.0 there, including "
          "600.0 outside this cgroup.\n"
          "100.0 MiB more than RSS: page cache, kernel, other processes.\n");
}

TEST_CASE("container: the text has each part, and what has gone wrong before") {
    ContainerUse use = made_use();
    use.bound = CgroupBound{mib(512), mib(400), mib(112), false};
    use.working_set = mib(310);
    use.working_set_bound = CgroupBound{mib(512), mib(310), mib(202), false};
    use.figures.peak = mib(512);
    use.figures.anon = mib(250);
    use.figures.file = mib(120);
    use.figures.active_file = mib(30);
    use.figures.inactive_file = mib(90);
    use.figures.kernel = mib(10);
    use.figures.pagetables = mib(2);
    use.figures.sock = Bytes();
    use.figures.swap_current = mib(3);
    use.figures.oom_kills = 2;
    use.figures.limit_hits = 1234;
    CHECK(
        in_one_line(use) ==
        "Container (cgroup v2): memory usage 400.0 MiB of 512.0 (112.0 left, peak 512.0), working set 310.0 "
        "(202.0 left).\n"
        "Charged memory, MiB: anonymous 250.0, files 120.0 (active 30.0, inactive 90.0), kernel 10.0, page "
        "tables 2.0, sockets 0.0. Swapped out, in addition: 3.0 MiB. 100.0 MiB more than RSS: page cache, "
        "kernel, other processes.\n"
        "OOM kills: 2. The limit was hit 1,234 times.\n");
    const std::string text = container_text(use, {});
    for (Lines lines(text); lines.next();) CHECK(display_width(lines.line()) <= 100);
}
