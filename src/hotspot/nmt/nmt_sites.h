// The call sites of a VM.native_memory detail report, and of detail.diff, of JDK 8 to 28, in any scale:
// which code of the JVM allocated memory, by the innermost frames of its stack. Source: HotSpot
// src/hotspot/share/nmt/memReporter.cpp (MemDetailReporter, MemDetailDiffReporter).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/bytes.h"
#include "base/error.h"

namespace nmtx {

struct NmtFrame {
    Address address;
    std::string symbol;  // "Unsafe_AllocateMemory0+0x86", "JavaMain+0x95 in libjli.so"; empty where the JVM
                         // has no name for the address
    friend bool operator==(const NmtFrame&, const NmtFrame&) = default;
};

enum class NmtSiteKind : std::uint8_t { malloc, mmap };

struct NmtSite {
    NmtSiteKind kind = NmtSiteKind::malloc;
    std::vector<NmtFrame> frames;        // innermost first; HotSpot keeps at most four
    std::string tag;                     // category; empty where the report names none
    Bytes reserved;                      // mmap: address space; malloc: the same as `committed`
    Bytes committed;                     // mmap: committed; malloc: allocated and not freed
    std::optional<std::uint64_t> count;  // malloc: blocks; absent where none is printed
    // The changes that detail.diff prints after these figures; 0 where there are none.
    Delta reserved_change, committed_change;
    std::int64_t count_change = 0;
};

struct NmtSites {
    Bytes unit{1024};                // of the figures: 1, 1024, 1 MiB, 1 GiB
    std::vector<NmtSite> sites;      // in the order of the report
    std::uint64_t left_out = 0;      // sites below one unit, as reported; JDK 8 and 11 do not report them
    std::vector<std::string> notes;  // oddities that are not errors, bounded
};

// Nothing where the text has no call sites: a summary, a refusal, a report that ends before them.
Expected<std::optional<NmtSites>> parse_nmt_sites(std::string_view text, std::string_view document = "nmt");

}  // namespace nmtx
