// Reads of another process ahead of their use, and copies by several threads: the same bytes as a plain read.
#include "platform/memory/read_ahead.h"

#include <sys/mman.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <stdexcept>

#include "catch.h"
#include "platform/mapped_here.h"
#include "platform/memory/live_memory.h"
#include "platform/memory/memory_copy.h"

using namespace nmtx;
using test::this_process;

namespace {

constexpr std::size_t numbered_page = 4096;

// Memory of our own that is looked at as if it were another process's: each word says where it lies.
class Numbered {
  public:
    explicit Numbered(std::size_t bytes) : bytes_(bytes) {
        memory_ = static_cast<std::byte*>(
            mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        REQUIRE(memory_ != MAP_FAILED);
        for (std::size_t i = 0; i < bytes; i += 8) std::memcpy(memory_ + i, &i, 8);
    }
    ~Numbered() { munmap(memory_, bytes_); }
    Numbered(const Numbered&) = delete;
    Numbered& operator=(const Numbered&) = delete;

    [[nodiscard]] std::uint64_t at(std::size_t offset) const {
        return reinterpret_cast<std::uintptr_t>(memory_) + offset;
    }
    [[nodiscard]] Range range(std::size_t begin, std::size_t end) const {
        return range_of(at(begin), at(end));
    }
    void close(std::size_t offset) const {
        REQUIRE(mprotect(memory_ + offset, numbered_page, PROT_NONE) == 0);
    }

  private:
    std::byte* memory_;
    std::size_t bytes_;
};

std::uint64_t word(std::span<const std::byte> bytes, std::size_t offset) {
    std::uint64_t value = 0;
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

}  // namespace

TEST_CASE("read ahead: what was begun is what a read at once gives, from any place in it") {
    const Numbered memory(8 * numbered_page);
    ReadAhead ahead(getpid());
    CHECK(ahead.take({memory.at(0)}).empty());
    const auto first = ahead.now(memory.range(0, 2 * numbered_page));
    REQUIRE(first.size() == 2 * numbered_page);
    CHECK(word(first, 8) == 8);
    ahead.begin(memory.range(numbered_page, 4 * numbered_page));
    CHECK(ahead.take({memory.at(6 * numbered_page)}).empty());
    const auto next = ahead.take({memory.at(2 * numbered_page - 16)});
    REQUIRE(next.size() == 2 * numbered_page + 16);
    CHECK(word(next, 0) == 2 * numbered_page - 16);
    CHECK(word(next, next.size() - 8) == 4 * numbered_page - 8);
    CHECK(ahead.take({memory.at(2 * numbered_page)}).empty());  // taken once
}

TEST_CASE("read ahead: a page that cannot be read ends the piece, and what is not taken is dropped") {
    const Numbered memory(8 * numbered_page);
    memory.close(3 * numbered_page);
    ReadAhead ahead(getpid());
    CHECK(ahead.now(memory.range(numbered_page, 6 * numbered_page)).size() == 2 * numbered_page);
    CHECK(ahead.now(memory.range(3 * numbered_page, 4 * numbered_page)).empty());
    ahead.begin(memory.range(0, numbered_page));
    ahead.begin(memory.range(4 * numbered_page, 6 * numbered_page));
    CHECK(ahead.take({memory.at(0)}).empty());
    CHECK(ahead.take({memory.at(4 * numbered_page)}).size() == 2 * numbered_page);
}

TEST_CASE("live memory: looking on through many megabytes gives every byte of them once, in order") {
    constexpr std::size_t size = std::size_t{9} << 20U;
    const Numbered memory(size);
    const ProcessFiles process = this_process();
    LiveMemory live(process, PageResidency::open(process).value());
    std::size_t at = 0;
    while (at < size) {
        const auto bytes = live.look({memory.at(at)}, std::size_t{1} << 20U);
        REQUIRE(!bytes.empty());
        REQUIRE(word(bytes, 0) == at);
        REQUIRE(word(bytes, bytes.size() - 8) == at + bytes.size() - 8);
        at += bytes.size();
    }
    CHECK(at == size);
}

TEST_CASE("live memory: two readers at once, each with a memory of its own, get the same bytes") {
    constexpr std::size_t size = std::size_t{9} << 20U;
    const Numbered memory(size);
    const ProcessFiles process = this_process();
    LiveMemory live(process, PageResidency::open(process).value());
    live.know_resident({memory.range(0, size / 2)});
    struct Read {
        TargetMemory* memory = nullptr;
        std::size_t bytes = 0, wrong = 0;
    };
    const auto reader = [&](Read& read) {
        return [&](TargetMemory& own) {
            read.memory = &own;
            while (read.bytes < size) {
                const auto bytes = own.look({memory.at(read.bytes)}, std::size_t{1} << 20U);
                if (bytes.empty()) return;
                read.wrong += word(bytes, 0) == read.bytes ? 0U : 1U;
                read.bytes += bytes.size();
            }
        };
    };
    Read one, other;
    live.both(reader(one), reader(other));
    CHECK(one.memory == &live);
    CHECK(other.memory != &live);
    for (const Read& read : {one, other}) {
        CHECK(read.bytes == size);
        CHECK(read.wrong == 0);
    }
    const auto fails = [](TargetMemory&) { throw std::runtime_error("in its thread"); };
    CHECK_THROWS_AS(live.both([](TargetMemory&) {}, fails), std::runtime_error);
    CHECK_THROWS_AS(live.both(fails, [](TargetMemory&) {}), std::runtime_error);
}

TEST_CASE("copy: several threads copy what one would, and leave out the pages that cannot be read") {
    constexpr std::size_t size = std::size_t{96} << 20U;  // enough for several threads
    const Numbered memory(size);
    memory.close(5 * numbered_page);
    memory.close(size - numbered_page);
    std::vector<std::byte> buffer(size);
    const std::vector<Range> wanted{memory.range(0, size / 2), memory.range(size / 2 + numbered_page, size)};
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    const auto copied = copy_memory(this_process(), wanted, buffer.data(), deadline);
    REQUIRE(copied.has_value());
    std::uint64_t sum = 0;
    Address last;
    for (const CopiedRun& run : *copied) {
        CHECK(last <= run.range.begin);
        last = run.range.end;
        const auto bytes = std::span<const std::byte>(buffer).subspan(run.offset, run.range.size().value());
        CHECK(word(bytes, 0) == run.range.begin.value - memory.at(0));
        CHECK(word(bytes, bytes.size() - 8) == run.range.end.value - memory.at(0) - 8);
        sum += bytes.size();
    }
    CHECK(sum == size - 3 * numbered_page);
    const auto late = copy_memory(this_process(), wanted, buffer.data(), std::chrono::steady_clock::now());
    CHECK_FALSE(late.has_value());
}
