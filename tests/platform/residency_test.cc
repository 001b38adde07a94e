#include "platform/proc/residency.h"

#include <cstring>
#include <set>

#include "catch.h"
#include "platform/child.h"
#include "platform/memory/live_memory.h"
#include "platform/pages.h"

using namespace nmtx;
using namespace nmtx::test;

TEST_CASE("residency: exactly the pages that were written are resident, whichever way they are asked for") {
    const Pages pages(64);
    const Child child([&](auto ready) {
        for (const std::size_t n : {0U, 1U, 5U, 6U, 7U, 63U}) pages.touch(n, 'x');
        ready();
    });
    const auto process = ProcessFiles::open(child.pid());
    for (const auto method :
         {ResidencyMethod::best, ResidencyMethod::pagemap, ResidencyMethod::pagemap_scan}) {
        auto kernel = PageResidency::open(*process, method);
        if (!kernel && method == ResidencyMethod::pagemap_scan) {
            WARN("this kernel has no PAGEMAP_SCAN: " + to_string(kernel.error()));
            continue;
        }
        REQUIRE(kernel);
        const std::vector<Range> asked{pages.pages(0, 32), pages.pages(40, 64)};
        const Residency residency = kernel->of(asked);
        CAPTURE(residency.method);
        CHECK(residency.page_size == Bytes(page));
        CHECK(residency.asked == asked);
        CHECK(residency.present ==
              std::vector<Range>{pages.pages(0, 2), pages.pages(5, 8), pages.pages(63, 64)});
    }
}

TEST_CASE("residency: a run is cut where the question ends") {
    const Pages pages(64);
    const Child child([&](auto ready) {
        for (std::size_t n = 0; n < 8; ++n) pages.touch(n, 'x');
        ready();
    });
    auto kernel = PageResidency::open(*ProcessFiles::open(child.pid()));
    REQUIRE(kernel);
    Range middle = pages.pages(2, 4);
    middle.begin.value += 100;
    middle.end.value -= 100;
    CHECK(kernel->runs(middle) == std::vector<Range>{middle});
}

TEST_CASE("residency: what lies beyond user space is not answered for") {
    const Child child([](auto ready) { ready(); });
    auto kernel = PageResidency::open(*ProcessFiles::open(child.pid()));
    REQUIRE(kernel);
    const std::vector<Range> beyond{range_of(0xffffffffff600000, 0xffffffffff601000)};
    CHECK(kernel->of(beyond).asked.empty());
    CHECK(kernel->runs(range_of(0xfffffffffffff000, 0xffffffffffffffff)).empty());
}

TEST_CASE("target memory: resident bytes are read, others are not, and none becomes resident by it") {
    const Pages pages(64);
    const Child child([&](auto ready) {
        pages.touch(3, 'a');
        pages.touch(4, 'b');
        pages.touch(20, 'c');
        ready();
    });
    const auto process = ProcessFiles::open(child.pid());
    REQUIRE(eventually([&] { return process->read("stat")->find(") S ") != std::string::npos; }));
    const std::string before = rss_line(child.pid());
    LiveMemory memory(*process, std::move(*PageResidency::open(*process)));

    std::vector<std::byte> into(4 * page);
    CHECK(memory.read(pages.pages(2, 3).begin, into) == 0);
    CHECK(memory.read(pages.pages(3, 4).begin, into) == 2 * page);
    CHECK(into[0] == std::byte{'a'});
    CHECK(into[page] == std::byte{'b'});
    CHECK(memory.read(pages.pages(20, 21).begin + Bytes(page - 1), into) == 1);
    CHECK(into[0] == std::byte{'c'});
    for (std::size_t n = 0; n < 64; ++n) memory.read(pages.pages(n, n + 1).begin, into);
    CHECK(memory.read(Address{16}, into) == 0);
    CHECK(memory.resident_runs(pages.pages(0, 64)) ==
          std::vector<Range>{pages.pages(3, 5), pages.pages(20, 21)});
    CHECK(rss_line(child.pid()) == before);
}

TEST_CASE("target memory: what was expected is read at once, and pages that are not resident stay so") {
    const Pages pages(64);
    const Child child([&](auto ready) {
        pages.touch(3, 'a');
        pages.touch(9, 'b');
        pages.touch(10, 'c');
        ready();
    });
    const auto process = ProcessFiles::open(child.pid());
    REQUIRE(eventually([&] { return process->read("stat")->find(") S ") != std::string::npos; }));
    const std::string before = rss_line(child.pid());
    LiveMemory memory(*process, std::move(*PageResidency::open(*process)));
    memory.know_resident({pages.pages(9, 11)});
    std::vector<Address> heads{Address{16}};
    for (std::size_t n = 0; n < 64; ++n) heads.push_back(pages.pages(n, n + 1).begin);
    memory.expect(heads);

    std::vector<std::byte> into(16);
    for (std::size_t n = 0; n < 64; ++n) {
        CAPTURE(n);
        const std::size_t got = memory.read(pages.pages(n, n + 1).begin, into);
        const char value = n == 3 ? 'a' : n == 9 ? 'b' : n == 10 ? 'c' : '\0';
        CHECK(got == (value == '\0' ? 0U : 16U));
        if (got != 0) CHECK(into[15] == static_cast<std::byte>(value));
    }
    CHECK(rss_line(child.pid()) == before);
}
