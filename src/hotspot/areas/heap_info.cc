#include "hotspot/areas/heap_info.h"

#include <utility>

#include "base/cursor.h"
#include "base/lines.h"
#include "hotspot/areas/heap_readers.h"
#include "hotspot/vm_text.h"

namespace nmtx {
namespace vm {
namespace {

// The bracket behind a space. Serial, Parallel and CMS print [low, end of committed, end of reserved). G1
// prints [low, end of reserved); the middle one of three is in 8 no address at all, since it adds regions to
// an address counted in heap words.
void set_bounds(HeapSpace& space, const Bounds& bounds) {
    space.reserved = Range{bounds.at[0], bounds.last()};
    if (bounds.count == 3 && space.name != "garbage-first heap")
        space.committed = Range{bounds.at[0], bounds.at[1]};
}

// "total 133120K, used 5730K", since 25 for G1 "total reserved 524288K, committed 133120K, used 10659K";
// `total` is what is committed.
bool take_total_and_used(Cursor& cursor, HeapSpace& space) {
    if (cursor.take("reserved ")) {
        if (!take_size(cursor) || !cursor.take(", committed ")) return false;
    }
    space.total = take_size(cursor);
    if (!space.total || !cursor.take(", used ")) return false;
    space.used = take_size(cursor);
    return space.used.has_value();
}

}  // namespace

std::optional<std::string_view> after_metaspace_label(std::string_view line, std::string_view label) {
    Cursor cursor(trim(line));
    if (!cursor.take(label)) return std::nullopt;
    const std::string_view rest = trim(cursor.rest());
    if (rest.size() == cursor.rest().size() || !rest.starts_with("used")) return std::nullopt;
    return rest;
}

std::optional<MetaspaceUse> take_metaspace_use(std::string_view rest) {
    MetaspaceUse use;
    Cursor cursor(rest);
    do {
        cursor.skip_blanks();
        const std::string_view what = cursor.word();
        cursor.skip_blanks();
        const auto size = take_size(cursor);
        if (!size) return std::nullopt;
        if (what == "used") use.used = size;
        if (what == "committed") use.committed = size;
        if (what == "reserved") use.reserved = size;
    } while (cursor.take(","));
    if (!trim(cursor.rest()).empty() || !use.committed || !use.reserved) return std::nullopt;
    return use;
}

Expected<bool> HeapReader::read_metaspace(const Lines& at) {
    for (auto [label, into] :
         {std::pair("Metaspace", &info_.metaspace), std::pair("class space", &info_.class_space)}) {
        const auto rest = after_metaspace_label(at.line(), label);
        if (!rest) continue;
        const auto use = take_metaspace_use(*rest);
        if (!use)
            return at.error(document_, "expected \"" + std::string(label) +
                                           " used NK, committed NK, reserved NK\", found " +
                                           quoted(at.line()));
        if (!*into) *into = use;
        return true;
    }
    return false;
}

//  PSYoungGen      total 18944K, used 1638K [0x00000000fab00000, 0x00000000fc000000, 0x0000000100000000)
// garbage-first heap   total reserved 524288K, committed 133120K, used 10659K [0x00000000e0000000,
// 0x0000000100000000)
Expected<bool> HeapReader::read_space(const Lines& at, std::string_view line) {
    constexpr std::string_view total = " total ";
    const std::size_t where = line.find(total);
    if (where == std::string_view::npos) return false;
    Cursor cursor(line.substr(where + total.size()));
    cursor.skip_blanks();
    const bool figure = !cursor.at_end() && cursor.rest().front() >= '0' && cursor.rest().front() <= '9';
    if (!figure && !cursor.rest().starts_with("reserved ")) return false;
    HeapSpace space;
    space.name = trim(line.substr(0, where));
    if (!take_total_and_used(cursor, space))
        return at.error(document_, "expected \"… total NK, used NK [low, high)\", found " + quoted(line));
    // Some JDKs have a word more before the bracket ("Young Gen:").
    if (cursor.until("[")) {
        const auto bounds = take_bounds(cursor);
        if (!bounds)
            return at.error(document_, "expected ascending addresses [low, high), found " + quoted(line));
        set_bounds(space, *bounds);
    }
    info_.spaces.push_back(std::move(space));
    return true;
}

// ZHeap           used 8M, capacity 128M, max capacity 512M
Expected<bool> HeapReader::read_z(const Lines& at, std::string_view line) {
    Cursor cursor(line);
    if (!cursor.take("ZHeap ")) return false;
    cursor.skip_blanks();
    HeapSpace space;
    space.name = "ZHeap";
    if (cursor.take("used ")) space.used = take_size(cursor);
    if (space.used && cursor.take(", capacity ")) space.total = take_size(cursor);
    if (!space.used || !space.total)
        return at.error(document_, "expected \"ZHeap used NM, capacity NM\", found " + quoted(line));
    info_.spaces.push_back(std::move(space));
    return true;
}

// Shenandoah Heap
//  256M max, 256M soft max, 65536K committed, 1280K used
//  1024 x 256K regions
// Reserved region:
//  - [0x00000000f0000000, 0x0000000100000000)
Expected<bool> HeapReader::read_shenandoah(const Lines& at, std::string_view line) {
    if (line == "Shenandoah Heap") {
        info_.spaces.push_back({std::string(line), {}, {}, {}, {}});
        return true;
    }
    if (info_.spaces.empty() || info_.spaces.back().name != "Shenandoah Heap") return false;
    HeapSpace& space = info_.spaces.back();
    Cursor cursor(line);
    if (std::exchange(reserved_region_follows_, line == "Reserved region:")) {
        cursor.take("- ");
        const auto bounds = take_bounds(cursor);
        if (!bounds)
            return at.error(document_,
                            "expected the reserved region \"- [low, high)\", found " + quoted(line));
        space.reserved = Range{bounds->at[0], bounds->last()};
        return true;
    }
    if (reserved_region_follows_) return true;
    if (space.total || !line.ends_with(" used") || line.find(" committed") == std::string_view::npos)
        return false;
    do {
        cursor.skip_blanks();
        const auto size = take_size(cursor);
        cursor.skip_blanks();
        if (!size)
            return at.error(document_, "expected \"NM max, NK committed, NK used\", found " + quoted(line));
        const std::string_view what = cursor.rest().substr(0, cursor.rest().find(','));
        cursor.take(what);
        if (what == "committed") space.total = size;
        if (what == "used") space.used = size;
    } while (cursor.take(","));
    return true;
}

// Epsilon Heap
// Allocation space:
//  space 65536K,   0% used [0x00000000f0000000, 0x00000000f0094e38, 0x00000000f4000000)
// The bracket is [low, top of what is used, end of committed); what is reserved is not printed.
Expected<bool> HeapReader::read_epsilon(const Lines& at, std::string_view line) {
    if (line == "Epsilon Heap") {
        info_.spaces.push_back({std::string(line), {}, {}, {}, {}});
        return true;
    }
    if (info_.spaces.empty() || info_.spaces.back().name != "Epsilon Heap" || !line.starts_with("space "))
        return false;
    HeapSpace& space = info_.spaces.back();
    Cursor cursor(line);
    const auto bounds = cursor.until("[") ? take_bounds(cursor) : std::nullopt;
    if (!bounds || bounds->count != 3)
        return at.error(document_, "expected \"space NK, N% used [low, top, end)\", found " + quoted(line));
    space.committed = Range{bounds->at[0], bounds->last()};
    space.total = space.committed->size();
    space.used = Range{bounds->at[0], bounds->at[1]}.size();
    return true;
}

Expected<bool> HeapReader::read(const Lines& at) {
    const std::string_view line = trim(at.line());
    if (line.empty()) return false;
    for (const auto reader : {&HeapReader::read_space, &HeapReader::read_z, &HeapReader::read_shenandoah,
                              &HeapReader::read_epsilon}) {
        auto taken = (this->*reader)(at, line);
        if (!taken || *taken) return taken;
    }
    return read_metaspace(at);
}

}  // namespace vm

std::optional<Range> HeapInfo::reserved() const {
    std::optional<Range> all;
    for (const HeapSpace& space : spaces) {
        const auto& one = space.reserved ? space.reserved : space.committed;
        if (!one) continue;
        all = all ? Range{std::min(all->begin, one->begin), std::max(all->end, one->end)} : *one;
    }
    return all;
}

std::optional<Bytes> HeapInfo::used() const {
    std::optional<Bytes> sum;
    for (const HeapSpace& space : spaces)
        if (space.used) sum = sum.value_or(Bytes()) + *space.used;
    return sum;
}

Expected<HeapInfo> parse_heap_info(std::string_view text, std::string_view document) {
    vm::HeapReader reader(document);
    std::string_view first_line;
    for (Lines lines(text); lines.next();) {
        if (first_line.empty()) first_line = trim(lines.line());
        if (const auto taken = reader.read(lines); !taken) return tl::make_unexpected(taken.error());
    }
    if (reader.empty())
        return failure(std::string(document),
                       "expected the spaces of a Java heap, found " + vm::quoted(first_line));
    return reader.take();
}

}  // namespace nmtx
