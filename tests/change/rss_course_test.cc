#include "change/rss_course.h"

#include <cmath>

#include "catch.h"

using namespace nmtx;

namespace {

// RSS every five seconds.
template <typename RssAt>
std::vector<Point> course_of(std::size_t samples, RssAt rss_at) {
    std::vector<Point> course;
    for (std::size_t i = 0; i < samples; ++i)
        add_to_course(course, 5.0 * static_cast<double>(i), Bytes(static_cast<std::uint64_t>(rss_at(i))));
    return course;
}

constexpr double mebi = 1 << 20;

}  // namespace

TEST_CASE("rss course: steady growth is evident, and its rate is what was added") {
    const auto course =
        course_of(20, [](std::size_t i) { return 100 * mebi + mebi * static_cast<double>(i); });
    const RssGrowth growth = growth_of(course);
    REQUIRE(growth.per_second);
    CHECK(*growth.per_second == Approx(mebi / 5));
    CHECK(growth.span_s == 95);
    CHECK(growth.samples == 20);
}

TEST_CASE("rss course: too few samples, a flat, a falling, a noisy course and a little growth are none") {
    const auto none = [](std::size_t samples, auto rss_at) {
        return !growth_of(course_of(samples, rss_at)).per_second;
    };
    CHECK(none(0, [](std::size_t) { return 1.0; }));
    CHECK(none(5, [](std::size_t i) { return 100 * mebi + mebi * static_cast<double>(i); }));
    CHECK(none(40, [](std::size_t) { return 100 * mebi; }));
    CHECK(none(40, [](std::size_t i) { return 100 * mebi - mebi * static_cast<double>(i); }));
    CHECK(none(40, [](std::size_t i) { return 100 * mebi + 10 * mebi * static_cast<double>(i % 4); }));
    CHECK(none(40, [](std::size_t i) { return 100 * mebi + 0.01 * mebi * static_cast<double>(i); }));
}

TEST_CASE("rss course: growth that has ended is none, and one long ago is forgotten") {
    const auto ended = course_of(40, [](std::size_t i) {
        return 100 * mebi + mebi * static_cast<double>(std::min<std::size_t>(i, 20));
    });
    CHECK_FALSE(growth_of(ended).per_second);
    const auto long_ago = course_of(400, [](std::size_t i) {
        return 100 * mebi + 5 * mebi * static_cast<double>(std::min<std::size_t>(i, 100));
    });
    CHECK_FALSE(growth_of(long_ago).per_second);
    CHECK(growth_of(long_ago).span_s == 600);
}

TEST_CASE("rss course: a long one is thinned out and stays in order") {
    const auto course = course_of(5000, [](std::size_t i) { return mebi * static_cast<double>(i); });
    CHECK(course.size() <= 720);
    CHECK(course.size() >= 300);
    for (std::size_t i = 1; i < course.size(); ++i) CHECK(course[i - 1].at < course[i].at);
    CHECK(course.back().at == 24995);
}

TEST_CASE(
    "rss course: the cgroup's limit comes before the host, and the Java heap's where most growth is there") {
    ProcessView view;
    Ledger start, now;
    const auto limit = [&](std::optional<Bytes> host) {
        return limit_of({&view, &start}, {&view, &now}, host);
    };
    CHECK_FALSE(limit(std::nullopt));
    REQUIRE(limit(mib(900)));
    CHECK(limit(mib(900))->ceiling == Ceiling::host);
    view.cgroup.emplace();
    view.cgroup->limit = mib(512);
    view.cgroup->current = mib(400);
    CHECK(limit(mib(900))->ceiling == Ceiling::cgroup);
    CHECK(limit(mib(900))->left == mib(112));
    CHECK(seconds_to(*limit(mib(900)), mebi) == 112);
    view.arguments = {"java", "-Xmx128m"};
    start.rss = mib(100), now.rss = mib(140);
    CHECK(limit(mib(900))->ceiling == Ceiling::cgroup);
    Row heap;
    heap.path = "jvm/java heap";
    heap.resident = mib(50);
    start.rows = {heap};
    heap.resident = mib(80);
    now.rows = {heap};
    CHECK(limit(mib(900))->ceiling == Ceiling::java_heap);
    CHECK(limit(mib(900))->left == mib(48));
    CHECK(limit(mib(900))->limit == mib(128));
}
