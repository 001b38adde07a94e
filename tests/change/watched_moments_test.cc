#include "change/watched_moments.h"

#include <fmt/format.h>

#include "catch.h"
#include "support/made_process.h"

using namespace nmtx;

namespace {

// A moment whose one mapping has so many resident KiB, after so many seconds.
std::shared_ptr<KeptMoment> moment_of(std::uint64_t rss_kib, double uptime) {
    auto kept = std::make_shared<KeptMoment>();
    kept->view = made::Process().view;
    kept->view.header.target_uptime_s = uptime;
    kept->capture.add(
        document::smaps,
        fmt::format("10000-9010000 rw-p 00000000 00:00 0 [heap]\nRss: {0} kB\nPss: {0} kB\n", rss_kib));
    kept->view.smaps = parse_smaps(*kept->capture.text(document::smaps)).value();  // points into the text
    return kept;
}

// As glibc's main arena was walked: half of it is live.
void walk(KeptMoment& kept) {
    MallocWalk found;
    found.allocator = "glibc";
    found.layout = "2.27 to 2.42";
    ArenaFigures arena;
    arena.main = true;
    const Bytes half(kept.view.smaps->rss.value() / 2);
    arena.untracked = {1, half, half};
    arena.resident = half;
    found.arenas = {arena};
    kept.view.malloc_walk = std::move(found);
}

}  // namespace

TEST_CASE("watched moments: the first is the start, and has not changed") {
    WatchedMoments moments(false);
    CHECK(moments.empty());
    const auto first = moment_of(100, 5);
    REQUIRE(reconcile_moment(*first, true));
    REQUIRE(moments.add(first));
    const WatchedChange change = moments.change();
    CHECK(change.start.ledger == change.now.ledger);
    CHECK(change.since_start->rss.change() == Delta{});
    CHECK(change.since_last->seconds == 0);
}

TEST_CASE("watched moments: changes are since the start and since the last but one, until it begins anew") {
    WatchedMoments moments(false);
    for (const auto& [rss, at] : {std::pair{100U, 5.0}, {140U, 7.0}, {130U, 8.0}}) {
        const auto next = moment_of(rss, at);
        REQUIRE(reconcile_moment(*next, true));
        REQUIRE(moments.add(next));
    }
    CHECK(moments.change().since_start->rss.change() == Delta{30720});
    CHECK(moments.change().since_start->seconds == 3);
    CHECK(moments.change().since_last->rss.change() == Delta{-10240});
    const WatchedMoments copy = moments;
    moments.begin_anew();
    CHECK(moments.empty());
    CHECK(copy.change().since_last->seconds == 1);
    const auto next = moment_of(131, 9);
    REQUIRE(reconcile_moment(*next, true));
    REQUIRE(moments.add(next));
    CHECK(moments.change().since_start->rss.change() == Delta{});
}

TEST_CASE("watched moments: a walk of malloc changes nothing for those who compare without") {
    const auto before = moment_of(1000, 5), after = moment_of(1000, 6);
    walk(*after);
    REQUIRE(reconcile_moment(*before, true));
    REQUIRE(reconcile_moment(*after, true));
    CHECK(after->ledger.malloc.parts.has_value());
    CHECK(after->view.malloc_walk.has_value());
    CHECK_FALSE(after->moment_unwalked().ledger->malloc.parts.has_value());
    WatchedMoments moments(false);
    REQUIRE(moments.add(before));
    REQUIRE(moments.add(after));
    for (const OwnerChange& owner : moments.change().since_start->owners) {
        CAPTURE(owner.path);
        CHECK(owner.resident.change() == Delta{});
    }
}

TEST_CASE("watched moments: a JVM that did not say which it is has not answered, what is no JVM need not") {
    ProcessView view;
    view.vm = Vm::none;
    CHECK(jvm_answered(view));
    view.vm = Vm::hotspot;
    CHECK_FALSE(jvm_answered(view));
    view.version.emplace();
    CHECK(jvm_answered(view));
}
