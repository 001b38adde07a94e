#include "hotspot/hs_err/vm_info_reader.h"

#include <utility>

#include "base/cursor.h"

namespace nmtx {
namespace {

// No collector prints as many bitmaps; a bound for forged texts.
constexpr std::size_t most_gc_ranges = 64;

}  // namespace

// # JRE version: OpenJDK Runtime Environment (17.0.21+1) (build 17.0.21.0.3+1-1-Debian)
// # Java VM: OpenJDK 64-Bit Server VM (17.0.21.0.3+1-1-Debian, mixed mode, sharing, tiered, g1 gc,
// linux-amd64) A vendor may come first: "(Red_Hat-21.0.1.0.12-2) (21.0.1+12)"; the version is the first
// parenthesis that begins with a digit.
Expected<bool> VmInfoReader::read_version(std::string_view line) {
    Cursor cursor(line);
    if (cursor.take("# JRE version:")) {
        if (!info_.java_version.empty()) return true;
        info_.java_version = trim(cursor.rest());
        while (cursor.until("(") && cursor.take("(")) {
            const auto inner = cursor.until(")");
            if (!inner) break;
            if (inner->empty() || inner->front() < '0' || inner->front() > '9') continue;
            info_.java_version = *inner;
            break;
        }
        return true;
    }
    if (cursor.take("# Java VM:")) {
        if (info_.vm.empty()) info_.vm = trim(cursor.rest());
        return true;
    }
    return false;
}

// Heap address: 0x00000000e0000000, size: 512 MB, Compressed Oops mode: 32-bit          ("heap address" in 8)
Expected<bool> VmInfoReader::read_heap_address(const Lines& at) {
    Cursor cursor(at.line());
    if (!cursor.take("Heap address: ") && !cursor.take("heap address: ")) return false;
    if (info_.heap) return true;
    const auto address = vm::take_address(cursor);
    std::optional<Bytes> size;
    if (address && cursor.take(", size: ")) size = vm::take_human_size(cursor);
    if (!size) return expected(at, "Heap address: 0x…, size: N MB");
    info_.heap = Range{*address, *address + *size};
    return true;
}

// CDS archive(s) mapped at: [0x00007fe0a3000000-0x00007fe0a3bcb000-0x00007fe0a3bcb000), size 12365824,
// SharedBaseAddress: 0x00007fe0a3000000, … The static archive ends at the second address, the dynamic one at
// the third.
Expected<bool> VmInfoReader::read_cds(const Lines& at) {
    Cursor cursor(at.line());
    if (!cursor.take("CDS archive(s) mapped at: ")) return false;
    if (!info_.cds.empty()) return true;
    const auto bounds = vm::take_bounds(cursor);
    if (!bounds) return expected(at, "CDS archive(s) mapped at: [0x…-0x…-0x…)");
    info_.cds.push_back({"CDS archive", Range{bounds->at[0], bounds->last()}});
    return true;
}

// Compressed class space mapped at: 0x00007fe0a4000000-0x00007fe0e4000000, reserved size: 1073741824 17 and
// later Compressed class space size: 1073741824 Address: 0x0000000100000000 8, 11
Expected<bool> VmInfoReader::read_class_space(const Lines& at) {
    Cursor cursor(at.line());
    if (cursor.take("Compressed class space mapped at: ")) {
        const auto low = vm::take_address(cursor);
        const bool dash = low && cursor.take("-");
        const auto high = dash ? vm::take_address(cursor) : std::nullopt;
        if (!high || *high < *low) return expected(at, "Compressed class space mapped at: 0x…-0x…");
        if (!info_.class_space) info_.class_space = Range{*low, *high};
        return true;
    }
    if (cursor.take("Compressed class space size: ")) {
        const auto size = cursor.decimal();
        const bool address_follows = size && cursor.take(" Address: ");
        const auto address = address_follows ? vm::take_address(cursor) : std::nullopt;
        if (!address) return expected(at, "Compressed class space size: N Address: 0x…");
        if (!info_.class_space) info_.class_space = Range{*address, *address + Bytes(*size)};
        return true;
    }
    return false;
}

// Card table byte_map: [0x00007fe11c828000,0x00007fe11c928000] _byte_map_base: 0x00007fe11c128000
//
// Marking Bits (Prev, Next): (CMBitMap*) 0x00007fe118062ec0, (CMBitMap*) 0x00007fe118062f00
//  Prev Bits: [0x00007fe100c00000, 0x00007fe101400000)          " Bits:" since 21, " Begin Bits:" and " End
//  Bits:" of Parallel
//
// The second address of the card table is the first one behind it, whatever the bracket says.
Expected<bool> VmInfoReader::read_gc_ranges(const Lines& at) {
    const std::string_view line = at.line();
    Cursor cursor(line);
    if (cursor.take("Card table byte_map: ")) {
        const auto bounds = vm::take_bounds(cursor);
        if (!bounds) return expected(at, "Card table byte_map: [0x…,0x…]");
        if (!info_.card_table) info_.card_table = Range{bounds->at[0], bounds->last()};
        return true;
    }
    for (const std::string_view heading : {"Marking Bits", "Mod Union Table"}) {
        if (!line.starts_with(heading)) continue;
        bits_heading_ = heading;
        return true;
    }
    if (bits_heading_.empty() || !line.starts_with(" ")) return false;
    const auto label = cursor.until("Bits:");
    if (!label) return false;
    cursor.take("Bits:");
    cursor.skip_blanks();
    const auto bounds = vm::take_bounds(cursor);
    if (!bounds) return expected(at, "Bits: [0x…, 0x…)");
    const std::string_view own = trim(*label);
    const std::string name = own.empty() ? std::string(bits_heading_) : std::string(own) + " Bits";
    if (info_.gc.size() < most_gc_ranges) info_.gc.push_back({name, Range{bounds->at[0], bounds->last()}});
    return true;
}

// Polling page: 0x00007fe11d0f6000
Expected<bool> VmInfoReader::read_polling_page(const Lines& at) {
    Cursor cursor(at.line());
    if (!cursor.take("Polling page: ")) return false;
    bits_heading_ = {};
    const auto page = vm::take_address(cursor);
    if (!page) return expected(at, "Polling page: 0x…");
    if (!info_.polling_page) info_.polling_page = page;
    return true;
}

// C-Heap outstanding allocations: 75765K, retained: 3094K
// Older updates of 11 and 17 print the first figure alone. With " (may have wrapped)" where glibc has but the
// 32-bit mallinfo().
Expected<bool> VmInfoReader::read_malloc(const Lines& at) {
    Cursor cursor(at.line());
    if (!cursor.take("C-Heap outstanding allocations: ")) return false;
    if (info_.malloc_outstanding) return true;
    const auto outstanding = vm::take_size(cursor);
    const bool more = outstanding && cursor.take(", retained: ");
    const auto retained = more ? vm::take_size(cursor) : std::nullopt;
    if (!outstanding || (more && !retained))
        return expected(at, "C-Heap outstanding allocations: NK, retained: NK");
    info_.malloc_outstanding = outstanding;
    info_.malloc_retained = retained;
    info_.malloc_may_have_wrapped = cursor.rest().find("may have wrapped") != std::string_view::npos;
    return true;
}

// The heap ends with a blank line, behind which Shenandoah of 17 still prints its Metaspace lines. "GC Heap
// History" repeats all of these lines for earlier moments, hence only what stands under the heading "Heap:"
// counts, and only the first time.
Expected<bool> VmInfoReader::read_in_section(const Lines& at) {
    const std::string_view line = at.line();
    const bool blank = trim(line).empty();
    if ((line == "Heap:" || line == "Heap") && heap_.empty()) {  // no colon up to 7
        section_ = Section::heap;
        return true;
    }
    if (line == "Metaspace:" && metaspace_.empty()) {
        section_ = Section::metaspace;
        return true;
    }
    if (line.starts_with("CodeHeap '") || line.starts_with("CodeCache:") || line.starts_with("Code Cache ")) {
        section_ = Section::other;
    } else if (line.starts_with("Compilation events") || line.starts_with("GC Heap History") ||
               line.starts_with("---------------")) {
        section_ = Section::other;
        code_is_over_ = code_is_over_ || !line.starts_with("---------------");
    } else if (section_ == Section::heap && (blank || line.starts_with("Heap Regions:"))) {
        section_ = blank ? Section::behind_heap : Section::other;
        return true;
    }
    switch (section_) {
        case Section::heap:
            return heap_.read(at);
        case Section::metaspace:
            return metaspace_.read(at);
        case Section::behind_heap: {
            if (blank) return true;
            auto taken = heap_.read_metaspace(at);
            if (taken && !*taken) section_ = Section::other;
            return taken;
        }
        case Section::other:
            break;
    }
    return code_is_over_ ? Expected<bool>(false) : code_.read(at);
}

Expected<bool> VmInfoReader::read(const Lines& at) {
    const std::string_view line = at.line();
    if (line.starts_with("|")) return false;  // the table of heap regions, thousands of lines
    auto taken = read_in_section(at);
    if (taken && !*taken) taken = read_version(line);
    for (const auto reader :
         {&VmInfoReader::read_heap_address, &VmInfoReader::read_cds, &VmInfoReader::read_class_space,
          &VmInfoReader::read_gc_ranges, &VmInfoReader::read_polling_page, &VmInfoReader::read_malloc}) {
        if (!taken || *taken) break;
        taken = (this->*reader)(at);
    }
    seen_ = seen_ || (taken && *taken && !trim(line).empty());
    return taken;
}

VmInfo VmInfoReader::take() {
    info_.heap_info = heap_.take();
    info_.code_heaps = code_.take();
    if (!metaspace_.empty()) info_.metaspace = metaspace_.take();
    return std::move(info_);
}

}  // namespace nmtx
