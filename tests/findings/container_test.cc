#include "findings/figures/container.h"

#include "catch.h"
#include "support/made_process.h"

using namespace nmtx;

namespace {

struct ChargedProcess : made::Process {
    ChargedProcess() : Process(mib(300)) {
        view.cgroup.emplace();
        view.cgroup->current = mib(400);
        view.cgroup->limit = mib(512);
        view.cgroup->inactive_file = mib(90);
    }
    [[nodiscard]] ContainerUse use() const { return container_use({&view, &ledger}).value(); }
};

Bytes left(const std::optional<CgroupBound>& bound) {
    return bound.value().left;
}

}  // namespace

TEST_CASE(
    "container: the working set is what is charged without inactive pages of files, and both leave room") {
    const ContainerUse use = ChargedProcess().use();
    CHECK(use.working_set == mib(310));
    CHECK(left(use.bound) == mib(112));
    CHECK(left(use.working_set_bound) == mib(202));
    CHECK(use.beyond_rss == difference(mib(400), mib(300)));
}

TEST_CASE("container: charged beyond the limit leaves nothing, not less than nothing") {
    ChargedProcess made;
    made.view.cgroup->limit = mib(399);
    CHECK(left(made.use().bound) == Bytes());
    CHECK(left(made.use().working_set_bound) == mib(89));
}

TEST_CASE(
    "container: more of files inactive than is charged, at another moment, is a working set of nothing") {
    ChargedProcess made;
    made.view.cgroup->inactive_file = mib(401);
    CHECK(made.use().working_set == Bytes());
}

TEST_CASE("container: what is left is the least of the cgroup and those above it") {
    ChargedProcess made;
    CgroupMemory above;
    above.limit = mib(1024);
    above.current = mib(1000);
    above.inactive_file = mib(700);
    above.file = mib(720);
    made.view.cgroup->above = {above};
    made.view.cgroup->file = mib(95);
    const ContainerUse use = made.use();
    CHECK(use.bound == CgroupBound{mib(1024), mib(1000), mib(24), true});
    // Most of what is charged above are inactive file pages, so by the working set its own limit is closer.
    CHECK(use.working_set_bound == CgroupBound{mib(512), mib(310), mib(202), false});
    CHECK(use.kept_bound == CgroupBound{mib(512), mib(305), mib(207), false});
    CHECK(use.working_set == mib(310));
}

TEST_CASE("container: without a limit there is no headroom, without figures of files no working set") {
    ChargedProcess made;
    made.view.cgroup->limit.reset();
    made.view.cgroup->inactive_file.reset();
    CHECK_FALSE(made.use().bound);
    CHECK_FALSE(made.use().working_set_bound);
    CHECK_FALSE(made.use().working_set);
}

TEST_CASE(
    "container: RSS is compared with each page of the heap counted once, and may be more than is charged") {
    ChargedProcess made;
    made.ledger.rss = mib(700);
    CHECK(made.use().beyond_rss == Delta{-static_cast<std::int64_t>(mib(300).value())});
    made.ledger.mapped_again = mib(400);
    CHECK(made.use().beyond_rss == difference(mib(400), mib(300)));
}

TEST_CASE("container: no cgroup, or one that does not say what is charged, is none") {
    ChargedProcess made;
    made.view.cgroup->current.reset();
    CHECK_FALSE(container_use({&made.view, &made.ledger}));
    made.view.cgroup.reset();
    CHECK_FALSE(container_use({&made.view, &made.ledger}));
}
