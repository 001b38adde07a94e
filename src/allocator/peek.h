// The contents of a piece of memory, to find its owner: zeros, text, pointers and their targets, strings,
// some bytes. Only on request; the result is printed and never stored in a capture. Only resident pages are
// read.
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

// Possible targets of pointers: ranges with the index of their name. Several ranges may have the same name.
struct PointerMap {
    std::vector<std::string> names;
    Layer<std::uint32_t> ranges;  // normalised
};

// Aligned 8-byte words that are an address in a range of that name.
struct PointersInto {
    std::string name;
    std::uint64_t words = 0;
    friend bool operator==(const PointersInto&, const PointersInto&) = default;
};

// A run of printable ASCII.
struct PeekedString {
    std::string text;          // its beginning
    std::uint64_t length = 0;  // of the whole run, in bytes
    std::uint64_t times = 0;
    friend bool operator==(const PeekedString&, const PeekedString&) = default;
};

struct Peek {
    std::uint64_t ranges = 0;  // blocks examined; 1 for a range
    Bytes asked;               // address space
    Bytes resident;
    Bytes looked_at;   // less than resident for a sample; zero, pointers, text and other sum to it
    Bytes unreadable;  // resident, but not readable
    Bytes zero;        // whole words
    Bytes zero_pages;  // part of that: pages with nothing else
    Bytes pointers;
    Bytes text;  // in strings of at least PeekBounds::shortest
    Bytes other;
    double entropy = 0;                  // bits per byte of the nonzero words, 0 to 8
    std::vector<PointersInto> into;      // most first
    std::vector<PointersInto> first;     // for blocks: the targets of their first words
    std::vector<PeekedString> frequent;  // seen more than once, by total size
    std::vector<PeekedString> longest;   // of the others
    Address sample_at;
    std::vector<std::byte> sample;  // beginning with the first nonzero words

    // Hardly any text, pointers or patterns, as in compressed or encrypted data.
    [[nodiscard]] bool random_looking() const;
};

struct PeekBounds {
    Bytes bytes = mib(64);           // examined; of more, an evenly spread sample
    std::size_t blocks = 64;         // of a size class
    std::size_t shortest = 6;        // a string
    std::size_t string_bytes = 160;  // kept of one string
    std::size_t strings =
        50000;  // different strings that are counted; later ones count as text but are not listed
    std::size_t listed = 10;  // strings in each list
    std::size_t sample = 128;
};

// `from`: where the search for sample bytes begins; it wraps to the beginning of the range.
Peek peek_range(Range range, Address from, TargetMemory& memory, const PointerMap& targets,
                const PeekBounds& bounds = {});
// The same figures over blocks, live ones of one usable size: at most PeekBounds::blocks of them, evenly
// chosen.
Peek peek_blocks(std::span<const Range> blocks, TargetMemory& memory, const PointerMap& targets,
                 const PeekBounds& bounds = {});

}  // namespace nmtx
