#include "platform/proc/resident_mappings.h"

#include <sys/mman.h>

#include <array>
#include <cstring>

#include "catch.h"
#include "kernel/mappings/smaps.h"
#include "platform/child.h"
#include "platform/pages.h"

using namespace nmtx;
using namespace nmtx::test;

namespace {

constexpr std::size_t huge_bytes = std::size_t{2} << 20U;

char* mapped(std::size_t bytes, int protection = PROT_READ | PROT_WRITE, int flags = MAP_PRIVATE) {
    void* const at = ::mmap(nullptr, bytes, protection, flags | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) ::_exit(1);
    return static_cast<char*>(at);
}

// A little of everything that smaps does and does not count.
void map_all_kinds() {
    char* const read_only = mapped(64 * page_bytes);
    ::madvise(read_only, 64 * page_bytes, MADV_NOHUGEPAGE);
    char sum = 0;
    for (std::size_t n = 0; n < 64; ++n) sum = static_cast<char>(sum + read_only[n * page_bytes]);
    for (std::size_t n = 0; n < 64; n += 3) read_only[n * page_bytes] = static_cast<char>(sum + 1);
    char* const gone = mapped(64 * page_bytes);
    std::memset(gone, 1, 64 * page_bytes);
    ::mprotect(gone, 32 * page_bytes, PROT_NONE);
    ::madvise(gone + 40 * page_bytes, 8 * page_bytes, MADV_DONTNEED);
    std::memset(mapped(16 * page_bytes, PROT_READ | PROT_WRITE, MAP_SHARED), 1, 5 * page_bytes);
    char* const large = mapped(8 * huge_bytes);
    ::madvise(large, 8 * huge_bytes, MADV_HUGEPAGE);
    std::memset(large + huge_bytes, 1, 2 * huge_bytes);
    const volatile char* const zero = large + 5 * huge_bytes;
    static_cast<void>(*zero);  // the huge zero page, where there is one
    // More regions than one call returns, more pages than one call may find.
    char* const scattered = mapped(4000 * page_bytes);
    ::madvise(scattered, 4000 * page_bytes, MADV_NOHUGEPAGE);
    for (std::size_t n = 0; n < 4000; n += 2) scattered[n * page_bytes] = 1;
    char* const dense = mapped(40'000 * page_bytes);
    ::madvise(dense, 40'000 * page_bytes, MADV_NOHUGEPAGE);
    for (std::size_t n = 7; n < 39'000; ++n) dense[n * page_bytes] = 1;
}

void check_equal(const Child& child) {
    const auto process = ProcessFiles::open(child.pid());
    REQUIRE(process);
    const auto text = read_resident_mappings(*process);
    if (!text) {
        WARN("this kernel has no PAGEMAP_SCAN that knows the huge zero page");
        return;
    }
    const auto scanned = parse_smaps(*text);
    const std::string smaps_text = *process->read_large("smaps");
    const auto smaps = parse_smaps(smaps_text);
    REQUIRE(scanned);
    REQUIRE(smaps);
    REQUIRE(scanned->mappings.size() == smaps->mappings.size());
    for (std::size_t i = 0; i < smaps->mappings.size(); ++i) {
        const Mapping& mapping = smaps->mappings[i];
        CAPTURE(mapping.name, mapping.range.begin.value);
        CHECK(scanned->mappings[i].range == mapping.range);
        CHECK(scanned->mappings[i].name == mapping.name);
        CHECK(scanned->mappings[i].rss == mapping.rss);
    }
    CHECK(scanned->rss == smaps->rss);
}

}  // namespace

TEST_CASE("resident mappings: to the page what smaps says of a process that stands still") {
    const Child child([](auto ready) {
        map_all_kinds();
        ready();
    });
    REQUIRE(child.ready());
    check_equal(child);
}

TEST_CASE("resident mappings: thousands of mappings with a page each") {
    const Child child([](auto ready) {
        for (int i = 0; i < 3000; ++i) {
            char* const at = mapped(3 * page_bytes,
                                    i % 2 == 0 ? PROT_READ | PROT_WRITE : PROT_READ | PROT_WRITE | PROT_EXEC);
            at[static_cast<std::size_t>(i % 3) * page_bytes] = 1;
        }
        ready();
    });
    REQUIRE(child.ready());
    check_equal(child);
}

TEST_CASE("resident mappings: huge pages of hugetlb are not RSS, so smaps is wanted where a file has some") {
    const Child child([](auto ready) {
        void* const at = ::mmap(nullptr, huge_bytes, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
        if (at == MAP_FAILED) ::_exit(0);
        ready();
        std::memset(at, 1, huge_bytes);
    });
    if (!child.ready()) {
        WARN("no huge page of hugetlb can be had here: vm.nr_hugepages is 0");
        return;
    }
    const auto process = ProcessFiles::open(child.pid());
    CHECK(eventually([&] { return !read_resident_mappings(*process); }));
}

TEST_CASE("resident mappings: nothing of a process that has ended") {
    Child child([](auto ready) { ready(); });
    const auto process = ProcessFiles::open(child.pid());
    REQUIRE(process);
    child.end();
    CHECK_FALSE(read_resident_mappings(*process));
}
