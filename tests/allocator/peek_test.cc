#include "allocator/peek.h"

#include <algorithm>
#include <string>

#include "allocator/buffer_memory.h"
#include "catch.h"

using namespace nmtx;

namespace {

constexpr std::uint64_t peeked = 0x7f0000000000;
constexpr std::uint64_t page = 4096;

void put_text(BufferMemory& memory, std::uint64_t at, std::string text) {
    text.resize((text.size() + 7) / 8 * 8, '\0');
    for (std::size_t i = 0; i < text.size(); i += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + i, 8);
        memory.put(at + i, word);
    }
}

PointerMap two_libraries() {
    PointerMap map;
    map.names = {"libz.so.1", "liba.so"};
    map.ranges = {
        {range_of(0x1000, 0x2000), 1}, {range_of(0x5000, 0x6000), 0}, {range_of(0x6000, 0x7000), 1}};
    return map;
}

Bytes parts_of(const Peek& peek) {
    return peek.zero + peek.text + peek.pointers + peek.other;
}

// Memory that only counts how much of it was read.
class EndlessMemory : public TargetMemory {
  public:
    std::size_t read(Address at, std::span<std::byte> into) override {
        lowest = std::min(lowest, at);
        highest = std::max(highest, at);
        read_bytes += into.size();
        std::fill(into.begin(), into.end(), std::byte{0x80});
        return into.size();
    }
    std::vector<Range> resident_runs(Range range) override { return {range}; }
    std::uint64_t read_bytes = 0;
    Address lowest{~std::uint64_t{0}}, highest;
};

}  // namespace

TEST_CASE(
    "peek: resident bytes are zero, text, pointers or something else, and these sum to what was looked at") {
    BufferMemory memory;
    put_text(memory, peeked + 64, "a sentence of text");
    memory.put(peeked + 128, 0x5008);
    memory.put(peeked + 136, 0x1ff8);
    memory.put(peeked + 144, 0x2000);  // just behind
    memory.put(peeked + 152, 0x6000);
    memory.touch(peeked + 3 * page);
    const Range range = range_of(peeked, peeked + 8 * page);
    const Peek peek = peek_range(range, range.begin, memory, two_libraries());
    CHECK(peek.asked == Bytes(8 * page));
    CHECK(peek.resident == Bytes(2 * page));
    CHECK(peek.looked_at == Bytes(2 * page));
    CHECK(peek.unreadable == Bytes());
    CHECK(peek.text == Bytes(18));
    CHECK(peek.pointers == Bytes(24));
    CHECK(peek.other == Bytes(8 + 6));  // the word that leads nowhere, the zeros in the text's last one
    CHECK(parts_of(peek) == peek.looked_at);
    CHECK(peek.zero_pages == Bytes(page));
    CHECK(peek.into == std::vector<PointersInto>{{"liba.so", 2}, {"libz.so.1", 1}});
    CHECK(peek.first.empty());
    CHECK(peek.longest == std::vector<PeekedString>{{"a sentence of text", 18, 1}});
    CHECK(peek.sample_at == Address{peeked + 64});
    REQUIRE(peek.sample.size() == 128);
    CHECK(peek.sample[0] == std::byte{'a'});
}

TEST_CASE(
    "peek: the sample of bytes begins at the address that was asked for, or behind it, or at the beginning") {
    BufferMemory memory;
    memory.put(peeked + 8, 1);
    memory.put(peeked + page + 32, 2);
    memory.touch(peeked + 2 * page);
    const Range range = range_of(peeked, peeked + 4 * page);
    const auto sample_at = [&](std::uint64_t from) {
        return peek_range(range, {from}, memory, {}).sample_at.value;
    };
    CHECK(sample_at(peeked) == peeked);
    CHECK(sample_at(peeked + 16) == peeked + page + 32);
    CHECK(sample_at(peeked + 2 * page) == peeked);
    CHECK(sample_at(1) == peeked);
}

TEST_CASE("peek: strings are counted, and those that are too short are none") {
    BufferMemory memory;
    for (std::uint64_t i = 0; i < 5; ++i) put_text(memory, peeked + i * 64, "java/lang/String");
    put_text(memory, peeked + 512, "short");
    put_text(memory, peeked + 1024, std::string(1000, 'x') + "y");
    const Range range = range_of(peeked, peeked + page);
    const Peek peek = peek_range(range, range.begin, memory, {});
    CHECK(peek.frequent == std::vector<PeekedString>{{"java/lang/String", 16, 5}});
    REQUIRE(peek.longest.size() == 1);
    CHECK(peek.longest[0].length == 1001);
    CHECK(peek.longest[0].text.size() == PeekBounds().string_bytes);
    CHECK(peek.text == Bytes(5 * 16 + 1001));
    SECTION("of more than the bound the first are listed, and all are text") {
        PeekBounds bounds;
        bounds.strings = 1;
        const Peek bounded = peek_range(range, range.begin, memory, {}, bounds);
        CHECK(bounded.frequent == peek.frequent);
        CHECK(bounded.longest.empty());
        CHECK(bounded.text == peek.text);
    }
    SECTION("a string goes on in the next resident page, and ends where the next is not resident") {
        put_text(memory, peeked + page - 8, "abcdefgh");
        put_text(memory, peeked + page, "ijkl");
        put_text(memory, peeked + 2 * page - 8, "mnopqrst");
        put_text(memory, peeked + 3 * page, "uvwxyz");
        const Peek longer = peek_range(range_of(peeked, peeked + 4 * page), range.begin, memory, {});
        std::vector<std::string> found;
        for (const PeekedString& string : longer.longest) found.push_back(string.text);
        CHECK(std::count(found.begin(), found.end(), "abcdefghijkl") == 1);
        CHECK(std::count(found.begin(), found.end(), "mnopqrst") == 1);
        CHECK(std::count(found.begin(), found.end(), "uvwxyz") == 1);
    }
}

TEST_CASE("peek: what is resident and may not be read is counted as such") {
    static constexpr Range barred = range_of(peeked + page, peeked + 2 * page);
    class Unreadable : public BufferMemory {
      public:
        std::size_t read(Address at, std::span<std::byte> into) override {
            if (barred.contains(at)) return 0;
            const Range wanted{at, at + Bytes(into.size())};
            if (at < barred.begin) into = into.first(intersect(wanted, {at, barred.begin}).size().value());
            return BufferMemory::read(at, into);
        }
    } memory;
    for (std::uint64_t i = 0; i < 3; ++i) memory.put(peeked + i * page, 7);
    const Peek peek = peek_range(range_of(peeked, peeked + 3 * page), {peeked}, memory, {});
    CHECK(peek.resident == Bytes(3 * page));
    CHECK(peek.unreadable == Bytes(page));
    CHECK(peek.looked_at == Bytes(2 * page));
}

TEST_CASE("peek: of a large range a sample is read, spread over all of it") {
    EndlessMemory memory;
    const Range range = range_of(peeked, peeked + (std::uint64_t{64} << 30U));
    PeekBounds bounds;
    bounds.bytes = mib(4);
    const Peek peek = peek_range(range, range.begin, memory, {}, bounds);
    CHECK(peek.looked_at <= mib(4));
    CHECK(peek.looked_at > mib(3));
    CHECK(memory.read_bytes < mib(5).value());
    CHECK(range.end.value - memory.highest.value < mib(1200).value());
}

TEST_CASE("peek: random bytes look compressed or encrypted, text and pointers do not") {
    BufferMemory memory;
    std::uint64_t random = 88172645463325252;
    for (std::uint64_t i = 0; i < 4 * page; i += 8) {
        random ^= random << 13U;
        random ^= random >> 7U;
        random ^= random << 17U;
        memory.put(peeked + i, random);
    }
    const Range range = range_of(peeked, peeked + 4 * page);
    CHECK(peek_range(range, range.begin, memory, {}).random_looking());
    for (std::uint64_t i = 0; i < 4 * page; i += 8) memory.put(peeked + i, 0x5000 + i % 0x1000);
    const Peek pointers = peek_range(range, range.begin, memory, two_libraries());
    CHECK_FALSE(pointers.random_looking());
    CHECK(pointers.pointers == Bytes(4 * page));
}

TEST_CASE(
    "peek: of many blocks some are looked at, evenly chosen, and where their first words lead is told") {
    BufferMemory memory;
    std::vector<Range> blocks;
    for (std::uint64_t i = 0; i < 1000; ++i) {
        const std::uint64_t at = peeked + i * 1024 + 16;
        memory.put(at, i < 500 ? 0x5010 : 0x1010);
        put_text(memory, at + 8, "block");
        memory.touch(at - 16);
        blocks.push_back(range_of(at, at + 1016));
    }
    const Peek peek = peek_blocks(blocks, memory, two_libraries());
    CHECK(peek.ranges == 64);
    CHECK(peek.asked == Bytes(64 * 1016));
    CHECK(peek.looked_at == peek.asked);
    CHECK(parts_of(peek) == peek.looked_at);
    CHECK(peek.first == std::vector<PointersInto>{{"libz.so.1", 32}, {"liba.so", 32}});
    CHECK(peek.sample.size() == 128);
    CHECK(peek_blocks({}, memory, {}).ranges == 0);
}
