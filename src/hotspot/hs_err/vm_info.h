// The reply of VM.info (11+): the report of an hs_err log without the crash. We take from it what has
// addresses. Source: HotSpot VMError::print_vm_info (utilities/vmError.cpp).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/error.h"
#include "hotspot/areas/heap_info.h"

namespace nmtx {

struct NamedRange {
    std::string name;  // "card table", "marking bits", "CDS archive", "class space", "heap region bits", …
    Range range;
};

struct VmInfo {
    // Defined once, in the source: implicit ones would be compiled in every file that uses the struct.
    VmInfo();
    VmInfo(const VmInfo&);
    VmInfo(VmInfo&&) noexcept;
    VmInfo& operator=(const VmInfo&);
    VmInfo& operator=(VmInfo&&) noexcept;
    ~VmInfo();

    std::string java_version;     // "17.0.21+1", from "# JRE version:"
    std::string vm;               // "OpenJDK 64-Bit Server VM (17.0.21…, g1 gc, linux-amd64)"
    std::optional<Range> heap;    // "Heap address: 0x…, size: 512 MB"
    std::vector<NamedRange> cds;  // "CDS archive(s) mapped at: [lo-mid-hi)" and the like: the whole span
    std::optional<Range>
        class_space;  // "Compressed class space mapped at: lo-hi" (17+), "size: N Address: 0x…" (11)
    std::optional<Range> card_table;  // "Card table byte_map: [lo,hi]"
    std::vector<NamedRange> gc;  // marking bitmaps and other ranges that the GC section prints: "Prev Bits:
                                 // [lo, hi)", "Begin Bits", "Mark Bits", …
    std::optional<Address> polling_page;
    HeapInfo heap_info;  // the "Heap:" section
    std::vector<CodeHeap> code_heaps;
    std::optional<MetaspaceReport> metaspace;
    std::optional<Bytes>
        malloc_outstanding;  // "C-Heap outstanding allocations: 75765K, retained: 3094K" (17+)
    std::optional<Bytes> malloc_retained;
    bool malloc_may_have_wrapped = false;
};

Expected<VmInfo> parse_vm_info(std::string_view text, std::string_view document = "VM.info");

// The lines of it that parse_vm_info understands, and the headings that part them: it reads the same from
// these. All that VM.info says of the application (events, threads, libraries, options) is not among them.
Expected<std::string> understood_vm_info(std::string_view text, std::string_view document = "VM.info");

}  // namespace nmtx
