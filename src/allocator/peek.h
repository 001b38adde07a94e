// What a piece of memory holds, for one who wonders whose it is: zeros, text, pointers and where they lead,
// strings, a look at the bytes. On request only; what comes of it is printed and enters no capture. Only
// resident pages are read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/range_map.h"
#include "base/target_memory.h"

namespace nmtx {

// Where pointers may lead: ranges with the index of their name. Several ranges may have one name.
struct PointerMap {
    std::vector<std::string> names;
    Layer<std::uint32_t> ranges;  // normalised
};

// Words of 8 bytes, on borders of 8, that are an address in a range of that name.
struct PointersInto {
    std::string name;
    std::uint64_t words = 0;
    friend bool operator==(const PointersInto&, const PointersInto&) = default;
};

// A run of printable ASCII.
struct PeekedString {
    std::string text;          // its beginning
    std::uint64_t length = 0;  // of the whole, in bytes
    std::uint64_t times = 0;
    friend bool operator==(const PeekedString&, const PeekedString&) = default;
};

struct Peek {
    std::uint64_t ranges = 0;  // blocks looked at; 1 for a range
    Bytes asked;               // address space
    Bytes resident;
    Bytes looked_at;   // less than resident for a sample; zero, pointers, text and other sum to it
    Bytes unreadable;  // resident, and may not be read
    Bytes zero;        // whole words
    Bytes zero_pages;  // of that: pages with nothing else
    Bytes pointers;
    Bytes text;  // in strings of at least PeekBounds::shortest
    Bytes other;
    double entropy = 0;                  // bits a byte of the words that are not zero, 0 to 8
    std::vector<PointersInto> into;      // most first
    std::vector<PointersInto> first;     // of blocks: where their first words lead
    std::vector<PeekedString> frequent;  // seen more than once, by the memory that they take
    std::vector<PeekedString> longest;   // of the others
    Address sample_at;
    std::vector<std::byte> sample;  // from the first words on that are not zero

    // Hardly any text, pointers or pattern in it: compressed or encrypted data looks like this.
    [[nodiscard]] bool random_looking() const;
};

struct PeekBounds {
    Bytes bytes = mib(64);           // looked at; of more an evenly spread sample
    std::size_t blocks = 64;         // of a size class
    std::size_t shortest = 6;        // a string
    std::size_t string_bytes = 160;  // that are kept of one
    std::size_t strings =
        50000;  // different ones that are counted; what comes later is text as well but not listed
    std::size_t listed = 10;  // strings, each way
    std::size_t sample = 128;
};

// `from`: where the sample of bytes begins to look; it goes on at the range's begin.
Peek peek_range(Range range, Address from, TargetMemory& memory, const PointerMap& targets,
                const PeekBounds& bounds = {});
// The same figures over blocks, live ones of one usable size: at most PeekBounds::blocks of them, evenly
// chosen.
Peek peek_blocks(std::span<const Range> blocks, TargetMemory& memory, const PointerMap& targets,
                 const PeekBounds& bounds = {});

}  // namespace nmtx
