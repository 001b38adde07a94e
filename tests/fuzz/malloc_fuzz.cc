// The walk over malloc's memory on any bytes: they become the pages of a small address space, libc's data
// among them, and say which pages are resident. A skeleton (a main arena, a ring, a heap) is laid over it
// where the input asks for one, so that the walk gets somewhere. What must hold of every walk: no byte is
// counted twice or lost, names sum to the blocks they name, and the work is bounded by the memory.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>

#include "allocator/walk_malloc.h"

using namespace nmtx;

namespace {

void must(bool holds) {
    if (!holds) std::abort();
}

constexpr std::uint64_t page = 4096;

// [at, at + pages of it): where each part of the address space lies.
struct Part {
    std::uint64_t at;
    std::size_t first, pages;
};
constexpr std::uint64_t brk = 0x10000000, heaps = 0x7f1000000000, mapped = 0x7f8000000000,
                        libc = 0x7ff000000000;
constexpr std::array parts{Part{brk, 0, 24}, Part{heaps, 24, 16}, Part{heaps + 0x4000000, 40, 8},
                           Part{mapped, 48, 40}, Part{libc, 88, 4}};
constexpr std::size_t all_pages = 92;

class FuzzMemory : public TargetMemory {
  public:
    FuzzMemory() : bytes_(all_pages * page), resident_(all_pages) {}

    void put(std::uint64_t at, std::uint64_t word) {
        for (const Part& part : parts) {
            if (at < part.at || at + 8 > part.at + part.pages * page) continue;
            std::memcpy(&bytes_[part.first * page + (at - part.at)], &word, sizeof word);
        }
    }
    [[nodiscard]] std::span<std::byte> page_bytes(std::size_t index) {
        return std::span(bytes_).subspan(index * page, page);
    }
    void set_resident(std::size_t index, bool is) { resident_[index] = is; }

    std::size_t read(Address at, std::span<std::byte> into) override {
        ++reads;
        for (const Part& part : parts) {
            if (at.value < part.at || at.value >= part.at + part.pages * page) continue;
            std::size_t done = 0;
            while (done < into.size()) {
                const std::uint64_t offset = at.value + done - part.at;
                if (offset / page >= part.pages || !resident_[part.first + offset / page]) break;
                const std::size_t some = std::min<std::size_t>(into.size() - done, page - offset % page);
                std::memcpy(into.data() + done, &bytes_[part.first * page + offset], some);
                done += some;
            }
            return done;
        }
        return 0;
    }

    std::vector<Range> resident_runs(Range range) override {
        std::vector<Range> runs;
        for (const Part& part : parts) {
            for (std::size_t i = 0; i < part.pages; ++i) {
                if (!resident_[part.first + i]) continue;
                const Range here = intersect(range, range_of(part.at + i * page, part.at + (i + 1) * page));
                if (here.empty()) continue;
                if (!runs.empty() && runs.back().end == here.begin) {
                    runs.back().end = here.end;
                } else {
                    runs.push_back(here);
                }
            }
        }
        return runs;
    }

    std::uint64_t reads = 0;

  private:
    std::vector<std::byte> bytes_;
    std::vector<bool> resident_;
};

class NamesEverything : public TargetFiles {
  public:
    std::vector<std::optional<FileSymbol>> symbols(const MappedFile&,
                                                   std::span<const Address> addresses) override {
        std::vector<std::optional<FileSymbol>> found;
        for (const Address at : addresses) {
            if (at.value % 3 == 0) {
                found.emplace_back();
            } else {
                found.push_back(FileSymbol{"vtable for T", at.value % 64, at.value % 2 == 0});
            }
        }
        return found;
    }
    std::optional<std::string> glibc_release(const MappedFile&) override { return std::nullopt; }
};

class Input {
  public:
    Input(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
    std::uint8_t byte() { return at_ < size_ ? data_[at_++] : 0; }
    std::uint64_t word() {
        std::uint64_t word = 0;
        for (int i = 0; i < 8; ++i) word = word << 8U | byte();
        return word;
    }
    [[nodiscard]] bool more() const { return at_ < size_; }

  private:
    const std::uint8_t* data_;
    std::size_t size_;
    std::size_t at_ = 0;
};

// Chunks by a byte or three each: size, flags, what the user's first words are.
void write_chunks(Input& in, FuzzMemory& memory, std::uint64_t at, std::uint64_t end, std::uint64_t key) {
    while (in.more() && at + 32 <= end) {
        const std::uint8_t what = in.byte();
        if (what == 0) return;
        std::uint64_t size = (what & 0x1fU) * 16 + 16;
        if ((what & 0x20U) != 0) size = in.byte() * std::uint64_t{64} + 16;
        const std::uint8_t user = in.byte();
        memory.put(at + 8, (what & 0xc0U) == 0xc0U ? in.word() : size | (what >> 6U & 3U) | (user & 4U));
        switch (user >> 4U) {
            case 0:
                memory.put(at + 16, size > 48 ? size - 34 : size);
                memory.put(at + 24, 0xe99e000000000000 | std::uint64_t{user & 15U} << 32U);
                break;
            case 1:
                memory.put(at + 24, key);
                break;
            case 2:
                memory.put(at + 16, libc + in.byte() * std::uint64_t{8});
                break;
            case 3:
                memory.put(at + 16, brk + in.byte() * std::uint64_t{16});
                break;
            case 4:
                memory.put(at + 16, heaps + 0x8d0 + in.byte() * std::uint64_t{16});
                break;
            case 5:
                memory.put(at + 16 + 56, at + 16 + 128);
                memory.put(at + 16 + 64, libc + 8);
                memory.put(at + 16 + 72, libc + 16);
                memory.put(at + 16 + 128, at + 16);
                break;
            case 6:
                memory.put(at + 16, size - 16);
                memory.put(at + 24, in.byte());
                break;
            case 7:
                memory.put(at + 16, in.word());
                break;
            default:
                break;
        }
        at += size;
    }
}

void write_state(Input& in, FuzzMemory& memory, const GlibcLayout& layout, std::uint64_t state,
                 std::uint64_t top, std::uint64_t next) {
    for (std::uint64_t pair = 0; pair < 127; ++pair) {
        const std::uint64_t at = state + layout.bins + pair * 16;
        memory.put(at, at - 16);
        memory.put(at + 8, at - 16);
    }
    memory.put(state + layout.top, top);
    memory.put(state + layout.next(), next);
    memory.put(state + layout.system_mem(), in.byte() * page);
    for (std::uint64_t i = 0; i < layout.fastbin_count; ++i) {
        const std::uint8_t head = in.byte();
        if (head != 0) memory.put(state + layout.fastbins + i * 8, brk + head * std::uint64_t{16});
    }
}

void write_skeleton(Input& in, FuzzMemory& memory, const GlibcLayout& layout) {
    constexpr std::uint64_t key = 0x9d3c51a7e6f2084b;
    const std::uint64_t first = heaps + layout.heap_info, second = heaps + 0x4000000;
    write_state(in, memory, layout, libc + 0xc80, brk + in.byte() * std::uint64_t{512}, first);
    write_state(in, memory, layout, first,
                (in.byte() % 2 == 0 ? heaps : second) + in.byte() * std::uint64_t{256},
                in.byte() % 4 == 0 ? in.word() : libc + 0xc80);
    memory.put(heaps, first);
    memory.put(heaps + 8, in.byte() % 8 == 0 ? second : 0);
    memory.put(heaps + 16, in.byte() % 17 * page);
    memory.put(heaps + 24, 16 * page);
    memory.put(second, first);
    memory.put(second + 8, in.byte() % 8 == 0 ? second : heaps);
    memory.put(second + 16, in.byte() % 9 * page);
    memory.put(second + 24, 8 * page);
    memory.put(libc + 0x2f00, key);
    memory.put(libc + 0x300, std::uint64_t{65536} << 32U);
    memory.put(libc + 0x310, page);
    memory.put(libc + 0x318, page);
    memory.put(libc + 0x320, brk + in.byte() * std::uint64_t{16});
    for (int i = 0; i < 6; ++i) {
        const std::uint64_t at = mapped + in.byte() % 40 * page;
        memory.put(at + 8, (in.byte() % 8 * page) | 2);
    }
    write_chunks(in, memory, brk, brk + 24 * page, key);
    write_chunks(in, memory, (first + layout.state_size() + 15) / 16 * 16, heaps + 16 * page, key);
    write_chunks(in, memory, second + layout.heap_info, second + 8 * page, key);
    write_chunks(in, memory, mapped + in.byte() % 40 * page, mapped + 40 * page, key);
}

MallocRequest request_of(Input& in, FuzzMemory& memory) {
    MallocRequest request;
    request.allocator = "glibc";
    GlibcSearch& search = request.search;
    search.libc_data = {range_of(libc, libc + 4 * page)};
    search.brk = range_of(brk, brk + 24 * page);
    search.candidates = {range_of(heaps, heaps + 16 * page),
                         range_of(heaps + 0x4000000, heaps + 0x4000000 + 8 * page),
                         range_of(mapped, mapped + 40 * page)};
    const auto layouts = glibc_layouts();
    const std::uint8_t release = in.byte();
    if (release % 2 == 0) search.release = "2." + std::to_string(17 + release / 2 % 28);
    const std::uint8_t options = in.byte();
    request.headers = static_cast<NmtHeaders>(options % 3);
    request.headers_may_be_older = (options & 4U) != 0;
    request.owners = true;
    request.tags = 28;
    if ((options & 8U) != 0) request.bounds.resident = Bytes(in.byte() * page);
    if ((options & 16U) != 0) request.bounds.resync_steps = in.byte();
    request.files = {{"/lib/libone.so", range_of(libc, libc + 2 * page), 1, 1, 0},
                     {"/lib/two.so", {}, 2, 1, 0}};
    request.file_ranges = {{range_of(libc, libc + page), 0, true},
                           {range_of(libc + page, libc + 2 * page), 0, false},
                           {range_of(libc + 2 * page, libc + 4 * page), 1, false}};
    request.library_data = {request.file_ranges[1], request.file_ranges[2]};
    // Which pages are resident: all, or by bits.
    for (std::size_t i = 0; i < all_pages; i += 8) {
        const std::uint8_t bits = (options & 32U) != 0 ? in.byte() : 0xff;
        for (std::size_t bit = 0; bit < 8 && i + bit < all_pages; ++bit)
            memory.set_resident(i + bit, (bits >> bit & 1U) != 0 || (i + bit >= 88 && (options & 64U) == 0));
    }
    if ((options & 128U) == 0) {
        const GlibcLayout& layout =
            search.release && (options & 64U) == 0 && glibc_layout_of(*search.release) != nullptr
                ? *glibc_layout_of(*search.release)
                : layouts[in.byte() % layouts.size()];
        write_skeleton(in, memory, layout);
    }
    // What is left: words laid anywhere.
    while (in.more()) {
        const std::size_t index = in.byte() % all_pages;
        const std::size_t offset = in.byte() * std::size_t{16} + (in.byte() % 2) * 8;
        const std::uint64_t word = in.word();
        std::memcpy(memory.page_bytes(index).data() + offset % page, &word, sizeof word);
    }
    return request;
}

ChunkSum all_of(const ArenaFigures& arena) {
    return ((arena.live() += arena.free()) += arena.overhead);
}

void check_sums(const MallocWalk& walk) {
    Bytes in_regions, in_figures = walk.mmapped_not_walked;
    Address last;
    for (const WalkedRegion& region : walk.regions) {
        must(last <= region.range.begin && region.range.begin < region.range.end);
        last = region.range.end;
        must(region.resident <= region.range.size());
        in_regions += region.resident;
    }
    ChunkSum untracked = walk.mmapped_untracked, tracked = walk.mmapped_tracked;
    in_figures += walk.mmapped_tracked.resident;
    in_figures += walk.mmapped_untracked.resident;

    for (const ArenaFigures& arena : walk.arenas) {
        in_figures += all_of(arena).resident;
        in_figures += arena.not_walked;
        must(all_of(arena).resident + arena.not_walked == arena.resident);
        untracked += arena.untracked;
        tracked += arena.tracked;
    }
    must(in_regions == in_figures);
    ChunkSum owners, sizes, categories;
    for (const UntrackedOwner& owner : walk.untracked) owners += owner.chunks;
    for (const SizeClass& size : walk.sizes) sizes += size.chunks;
    for (const TrackedCategory& category : walk.tracked) categories += category.chunks;
    must(sizes == untracked);
    must(owners == untracked);
    must(categories == tracked);
    must(walk.notes.size() < 64);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input in(data, size);
    FuzzMemory memory;
    MallocRequest request = request_of(in, memory);
    request.search.shapes = find_malloc_layout(request.search.candidates, memory);
    NamesEverything files;
    memory.reads = 0;
    const MallocWalk walk = walk_malloc(request, memory, files);
    if (walk.why_not_walked.empty()) check_sums(walk);
    // Every search is bounded by the pages that there are: some thousand words of each, chains of eight.
    must(memory.reads < 4'000'000);
    return 0;
}
