#include "allocator/malloc_info.h"

#include <string>
#include <string_view>

#include "base/cursor.h"
#include "base/lines.h"
#include "base/printable.h"

// <malloc version="1">
// <heap nr="0">
// <sizes>
//   <size from="97" to="112" total="112" count="1"/>
//   <unsorted from="145" to="3105" total="993266" count="498"/>
// </sizes>
// <total type="fast" count="3" size="368"/>
// <system type="current" size="2801664"/>
// <aspace type="subheaps" size="1"/>
// </heap>
// <total type="mmap" count="1" size="1052672"/>
// </malloc>

namespace nmtx {
namespace {

// One tag, without its angle brackets: "size from=\"97\" to=\"112\"/".
struct Tag {
    std::string_view name;  // "/heap" for an end
    std::string_view attributes;

    [[nodiscard]] std::string_view text(std::string_view key) const {
        for (std::size_t at = attributes.find(key); at != std::string_view::npos;
             at = attributes.find(key, at + 1)) {
            Cursor cursor(attributes.substr(at + key.size()));
            if ((at > 0 && attributes[at - 1] != ' ') || !cursor.take("=\"")) continue;
            return cursor.until("\"").value_or(std::string_view());
        }
        return {};
    }
    [[nodiscard]] std::optional<std::uint64_t> number(std::string_view key) const {
        Cursor cursor(text(key));
        const auto number = cursor.decimal();
        return cursor.at_end() ? number : std::nullopt;
    }
    [[nodiscard]] std::optional<Bytes> bytes(std::string_view key) const {
        const auto n = number(key);
        return n ? std::optional(Bytes(*n)) : std::nullopt;
    }
};

class Reader {
  public:
    Reader(std::string_view text, std::string_view document) : lines_(text), document_(document) {}

    Expected<MallocInfo> read() {
        while (lines_.next()) line();
        if (!found_) {
            return nothing_understood(document_, "<heap> or <total> of malloc_info", info_.not_understood);
        }
        return std::move(info_);
    }

  private:
    // Tags, with nothing but blanks between them.
    void line() {
        std::string_view rest = trim(lines_.line());
        while (!rest.empty()) {
            const std::size_t end = rest.find('>');
            if (rest.front() != '<' || end == std::string_view::npos || !tag(rest.substr(1, end - 1))) break;
            rest = trim(rest.substr(end + 1));
        }
        if (rest.empty()) return;
        if (rest.size() == trim(lines_.line()).size()) {
            info_.not_understood.add_line(lines_.number(), lines_.line());
        } else {
            info_.not_understood.add_remark(lines_.number(), rest);
        }
    }

    bool tag(std::string_view inside) {
        const std::size_t blank = inside.find(' ');
        const Tag tag{inside.substr(0, blank),
                      blank == std::string_view::npos ? std::string_view() : inside.substr(blank)};
        if (tag.name == "malloc" || tag.name == "sizes" || tag.name == "/sizes" || tag.name == "sizes/")
            return true;
        if (tag.name == "/malloc") return info_.whole = true;
        if (tag.name == "heap") return begin_heap(tag);
        if (tag.name == "/heap") {
            if (in_heap_) info_.heaps.back().whole = true;
            in_heap_ = false;
            return true;
        }
        if (tag.name == "size" || tag.name == "unsorted") return size(tag);
        if (!figure(tag, in_heap_ ? info_.heaps.back().figures : info_.total)) return false;
        return found_ = true;
    }

    bool begin_heap(const Tag& tag) {
        const auto nr = tag.number("nr");
        if (!nr) return false;
        info_.heaps.emplace_back().nr = *nr;
        return in_heap_ = found_ = true;
    }

    // A heap whose beginning was cut off is dropped.
    bool size(const Tag& tag) {
        const auto from = tag.number("from"), to = tag.number("to"), total = tag.number("total"),
                   count = tag.number("count");
        if (!in_heap_ || !from || !to || !total || !count) return false;
        info_.heaps.back().sizes.push_back({*from, *to, {*count, Bytes(*total)}, tag.name == "unsorted"});
        return true;
    }

    static bool figure(const Tag& tag, MallocInfoFigures& into) {
        const std::string_view type = tag.text("type");
        const auto size = tag.bytes("size");
        const auto once = [](auto& target, auto value) {
            if (target || !value) return false;
            target = value;
            return true;
        };
        if (tag.name == "total") {
            const auto count = tag.number("count");
            if (!count || !size) return false;
            const std::optional<MallocCount> both = MallocCount{*count, *size};
            return (type == "fast" && once(into.fast, both)) || (type == "rest" && once(into.rest, both)) ||
                   (type == "mmap" && once(into.mmap, both));
        }
        if (tag.name == "system") {
            return (type == "current" && once(into.system, size)) ||
                   (type == "max" && once(into.system_max, size));
        }
        if (tag.name != "aspace") return false;
        return (type == "total" && once(into.aspace, size)) ||
               (type == "mprotect" && once(into.aspace_mprotect, size)) ||
               (type == "subheaps" && once(into.subheaps, tag.number("size")));
    }

    Lines lines_;
    std::string_view document_;
    bool in_heap_ = false;
    bool found_ = false;
    MallocInfo info_;
};

void add(std::optional<MallocCount>& sum, const std::optional<MallocCount>& one) {
    if (!one) return;
    MallocCount both = sum.value_or(MallocCount{});
    both.count += one->count;
    both.size += one->size;
    sum = both;
}

void add(std::optional<Bytes>& sum, const std::optional<Bytes>& one) {
    if (one) sum = sum.value_or(Bytes()) + *one;
}

}  // namespace

std::optional<Bytes> MallocInfoFigures::free() const {
    if (!rest) return std::nullopt;
    return rest->size + (fast ? fast->size : Bytes());
}

std::optional<Bytes> MallocInfoFigures::in_use() const {
    const auto unused = free();
    if (!system || !unused) return std::nullopt;
    return minus_or_zero(*system, *unused);
}

MallocInfoFigures MallocInfo::sum() const {
    MallocInfoFigures sum;
    for (const MallocInfoHeap& heap : heaps) {
        add(sum.fast, heap.figures.fast);
        add(sum.rest, heap.figures.rest);
        add(sum.system, heap.figures.system);
        add(sum.system_max, heap.figures.system_max);
        add(sum.aspace, heap.figures.aspace);
        add(sum.aspace_mprotect, heap.figures.aspace_mprotect);
        if (heap.figures.subheaps) sum.subheaps = sum.subheaps.value_or(0) + *heap.figures.subheaps;
    }
    return sum;
}

std::optional<bool> MallocInfo::counts_top() const {
    for (const MallocInfoHeap& heap : heaps) {
        if (!heap.whole || !heap.figures.rest) continue;
        std::uint64_t listed = 0;
        for (const MallocInfoSize& size : heap.sizes) listed += size.chunks.count;
        const std::uint64_t counted =
            heap.figures.rest->count + (heap.figures.fast ? heap.figures.fast->count : 0);
        if (counted == listed) return false;
        if (counted == listed + 1) return true;
    }
    // Every arena has one.
    if (total.rest && total.rest->count == 0) return false;
    return std::nullopt;
}

Expected<MallocInfo> parse_malloc_info(std::string_view text, std::string_view document) {
    return Reader(text, document).read();
}

}  // namespace nmtx
