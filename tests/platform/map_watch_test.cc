#include "platform/probes/map_watch.h"

#include <linux/perf_event.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <span>
#include <string_view>
#include <thread>
#include <vector>

#include "catch.h"
#include "platform/record_bytes.h"

using namespace nmtx;
using nmtx::test::append;

namespace {

// As perf_event_open(2) describes it.
std::vector<std::byte> record_of(std::string_view name, std::uint32_t protection) {
    std::vector<std::byte> out;
    append(out, std::uint32_t{4711});
    append(out, std::uint32_t{4712});
    append(out, std::uint64_t{0x7f0000001000});
    append(out, std::uint64_t{0x3000});
    append(out, std::uint64_t{0});
    append(out, std::array<std::uint64_t, 3>{});
    append(out, protection);
    append(out, std::uint32_t{MAP_PRIVATE});
    for (const char one : name) append(out, one);
    append(out, std::uint64_t{0});
    return out;
}

void* map(std::size_t bytes, int protection, int flags, int file = -1) {
    return ::mmap(nullptr, bytes, protection, flags, file, 0);
}

}  // namespace

TEST_CASE("map watch: a record is of memory where it has no file and can be used") {
    MappingRecord record;
    REQUIRE(read_mapping_record(record_of("//anon", PROT_READ | PROT_WRITE), record));
    CHECK(record.tid == 4712);
    CHECK(record.range == range_of(0x7f0000001000, 0x7f0000004000));
    CHECK(record.anonymous);
    CHECK(record.usable);
    REQUIRE(read_mapping_record(record_of("//anon", PROT_NONE), record));
    CHECK_FALSE(record.usable);
    REQUIRE(read_mapping_record(record_of("//anonymous", PROT_READ), record));
    CHECK_FALSE(record.anonymous);
    REQUIRE(read_mapping_record(record_of("/usr/lib/libz.so.1", PROT_READ), record));
    CHECK_FALSE(record.anonymous);
    const auto bytes = record_of("//anon", PROT_READ);
    CHECK_FALSE(read_mapping_record(std::span(bytes).first(60), record));
}

TEST_CASE("map watch: what a thread maps for use, and nothing of another one") {
    const std::array own{::gettid()};
    int why = 0;
    const bool allowed{PerfProbe::of_mappings(own[0], why)};
    INFO(std::strerror(why));
    REQUIRE(allowed);
    constexpr std::size_t bytes = std::size_t{1} << 20U;
    MapWatch watch;
    watch.follow(own);
    std::vector<void*> mapped{map(bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS),
                              map(bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE)};
    std::thread([&] {
        mapped.push_back(map(bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS));
    }).join();
    const auto found = watch.take();
    REQUIRE(found.size() == 1);
    REQUIRE(found.contains(own[0]));
    // The thread's stack is mapped here, too.
    CHECK(found.at(own[0]).calls >= 1);
    CHECK(found.at(own[0]).bytes >= bytes);
    CHECK(watch.take().empty());
    watch.follow({});
    mapped.push_back(map(bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS));
    CHECK(watch.take().empty());
    for (void* const one : mapped) ::munmap(one, bytes);
}
