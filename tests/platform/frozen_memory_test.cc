#include "platform/memory/frozen_memory.h"

#include <cstring>

#include "catch.h"
#include "platform/child.h"
#include "platform/pages.h"
#include "platform/proc/memory_left.h"

using namespace nmtx;
using namespace nmtx::test;

namespace {

Expected<std::unique_ptr<FrozenMemory>> freeze(std::uint64_t pid, const std::vector<Range>& ranges,
                                               Bytes left = mib(4096), FreezeBounds bounds = {}) {
    const auto process = ProcessFiles::open(pid);
    if (!process) return tl::make_unexpected(process.error());
    auto residency = PageResidency::open(*process);
    if (!residency) return tl::make_unexpected(residency.error());
    return FrozenMemory::take(*process, *residency, ranges, left, bounds);
}

std::string bytes_at(FrozenMemory& memory, Address at, std::size_t count) {
    std::string text(count, '?');
    text.resize(memory.read(at, std::as_writable_bytes(std::span(text))));
    return text;
}

}  // namespace

TEST_CASE("frozen memory: the copy has what was resident of its ranges, and nothing else") {
    const Pages pages(64);
    const Child child([&](auto ready) {
        for (const std::size_t n : {3U, 4U, 9U, 40U, 50U}) pages.touch(n, static_cast<char>('a' + n % 26));
        ready();
    });
    REQUIRE(eventually([&] {
        return read_text("/proc/" + std::to_string(child.pid()) + "/stat").find(") S ") != std::string::npos;
    }));
    const std::string before = rss_line(child.pid());
    const auto memory = freeze(child.pid(), {pages.pages(0, 32), pages.pages(48, 64)});
    REQUIRE(memory);
    CHECK(rss_line(child.pid()) == before);
    CHECK((*memory)->copied() == Bytes(4 * page));
    CHECK((*memory)->stood_still_ms() > 0);
    CHECK((*memory)->resident_runs(pages.pages(0, 64)) ==
          std::vector<Range>{pages.pages(3, 5), pages.pages(9, 10), pages.pages(50, 51)});
    CHECK((*memory)->resident_runs(pages.pages(4, 9)) == std::vector<Range>{pages.pages(4, 5)});
    CHECK((*memory)->resident_runs(pages.pages(10, 10)).empty());

    CHECK(bytes_at(**memory, pages.pages(3, 4).begin, 3 * page) ==
          std::string(page, 'd') + std::string(page, 'e'));
    CHECK(bytes_at(**memory, pages.pages(9, 10).begin + Bytes(page - 2), 8) == "jj");
    CHECK(bytes_at(**memory, pages.pages(2, 3).begin, 8).empty());
    CHECK(bytes_at(**memory, pages.pages(40, 41).begin, 8).empty());
    CHECK(bytes_at(**memory, Address{16}, 8).empty());
}

TEST_CASE("frozen memory: the copy is of one moment, whatever the target writes meanwhile") {
    constexpr std::size_t count = 8192;
    const Pages pages(count);
    const Child child([&](auto ready) {
        for (std::size_t n = 0; n < count; ++n) pages.touch(n, 'x');
        auto* const first = reinterpret_cast<volatile std::uint64_t*>(pages.at(0));
        auto* const last = reinterpret_cast<volatile std::uint64_t*>(pages.at(count - 1));
        *first = 0;
        *last = 0;
        ready();
        for (std::uint64_t i = 1;; ++i) {
            *first = i;
            *last = i;
        }
    });
    for (int i = 0; i < 5; ++i) {
        const auto memory = freeze(child.pid(), {pages.pages(0, count)});
        REQUIRE(memory);
        CHECK((*memory)->copied() == Bytes(count * page));
        std::uint64_t first = 0;
        std::uint64_t last = 0;
        (*memory)->read(pages.pages(0, 1).begin, std::as_writable_bytes(std::span(&first, 1)));
        (*memory)->read(pages.pages(count - 1, count).begin, std::as_writable_bytes(std::span(&last, 1)));
        CHECK(first - last <= 1);
    }
}

TEST_CASE("frozen memory: a page that may not be read is left out, and what lies behind it is there") {
    const Pages pages(64);
    const Child child([&](auto ready) {
        for (std::size_t n = 0; n < 64; ++n) pages.touch(n, 'y');
        for (const std::size_t n : {0U, 7U, 8U, 63U}) ::mprotect(pages.at(n), page, PROT_NONE);
        ready();
    });
    const auto memory = freeze(child.pid(), {pages.pages(0, 64)});
    REQUIRE(memory);
    CHECK((*memory)->resident_runs(pages.pages(0, 64)) ==
          std::vector<Range>{pages.pages(1, 7), pages.pages(9, 63)});
    CHECK(bytes_at(**memory, pages.pages(9, 63).begin, 54 * page) == std::string(54 * page, 'y'));
}

TEST_CASE("frozen memory: thousands of runs are copied as well as one") {
    constexpr std::size_t count = 8192;
    const Pages pages(count);
    const Child child([&](auto ready) {
        for (std::size_t n = 0; n < count; n += 2) std::memcpy(pages.at(n), &n, sizeof n);
        ready();
    });
    const auto memory = freeze(child.pid(), {pages.pages(0, count)});
    REQUIRE(memory);
    CHECK((*memory)->copied() == Bytes(count / 2 * page));
    std::size_t wrong = 0;
    for (std::size_t n = 0; n < count; n += 2) {
        std::size_t found = 0;
        (*memory)->read(pages.pages(n, n + 1).begin, std::as_writable_bytes(std::span(&found, 1)));
        if (found != n) ++wrong;
    }
    CHECK(wrong == 0);
}

TEST_CASE("frozen memory: where there is no room for the copy nothing is stopped") {
    const Pages pages(64);
    const Child child([&](auto ready) { ready(); });
    const auto memory = freeze(child.pid(), {pages.pages(0, 64)}, mib(100));
    REQUIRE_FALSE(memory);
    CHECK(memory.error().what.find("100 MiB are available") != std::string::npos);
    CHECK_FALSE(memory.error().hint.empty());
    const auto left = memory_left();
    REQUIRE(left);
    CHECK(left->value() > 0);
    CHECK(check_room(mib(2000), mib(2250)));
    CHECK_FALSE(check_room(mib(2000), mib(2249)));
    CHECK_FALSE(check_room(mib(10), mib(137)));
}

TEST_CASE("frozen memory: a copy that takes too long is given up, and the target runs on") {
    const Pages pages(64);
    const Child child([&](auto ready) {
        pages.touch(0, 'z');
        ready();
    });
    const auto memory = freeze(child.pid(), {pages.pages(0, 64)}, mib(4096),
                               {std::chrono::milliseconds(5000), std::chrono::milliseconds(-1)});
    REQUIRE_FALSE(memory);
    CHECK(memory.error().what.find("too long") != std::string::npos);
    const std::string status = read_text("/proc/" + std::to_string(child.pid()) + "/status");
    CHECK(status.find("TracerPid:\t0\n") != std::string::npos);
}
