#include "allocator/peek.h"

#include <algorithm>

#include "allocator/peek_sorter.h"

namespace nmtx {
namespace {

constexpr std::size_t word = PeekSorter::word;
constexpr std::size_t peek_page = PeekSorter::page;
constexpr Bytes unit = kib(64);  // read at once; of a sample each unit is read whole

// Calls visit(at, bytes) for what can be read of the run; visit says whether to go on. Returns what could not
// be read.
template <typename Visit>
Bytes read_run(Range run, TargetMemory& memory, std::vector<std::byte>& buffer, Visit visit) {
    Bytes unreadable;
    buffer.resize(unit.value());
    while (!run.empty()) {
        const std::size_t wanted = static_cast<std::size_t>(std::min(run.size(), unit).value());
        const std::size_t got = memory.read(run.begin, std::span(buffer).first(wanted));
        if (got > 0) {
            if (!visit(run.begin, std::span<const std::byte>(buffer).first(got))) return unreadable;
            run.begin = run.begin + Bytes(got);
            continue;
        }
        const Address next{(run.begin.value / peek_page + 1) * peek_page};
        unreadable += intersect(run, {run.begin, next}).size();
        run.begin = next;
    }
    return unreadable;
}

// Cut at the range's ends, for any kind of memory.
std::vector<Range> resident_parts(Range range, TargetMemory& memory) {
    std::vector<Range> runs = memory.resident_runs(range);
    for (Range& run : runs) run = intersect(run, range);
    std::erase_if(runs, [](Range run) { return run.empty(); });
    return runs;
}

Bytes sum_of(const std::vector<Range>& runs) {
    Bytes sum;
    for (const Range run : runs) sum += run.size();
    return sum;
}

// Looks for the first word that is not zero, in a few megabytes: there is nothing to see in what holds none.
bool find_sample(Range range, TargetMemory& memory, const PeekBounds& bounds, Peek& peek) {
    Bytes left = mib(16);
    std::vector<std::byte> buffer;
    for (Range run : resident_parts(range, memory)) {
        run.end = std::min(run.end, run.begin + left);
        left = minus_or_zero(left, run.size());
        read_run(run, memory, buffer, [&](Address at, std::span<const std::byte> bytes) {
            const auto set =
                std::find_if(bytes.begin(), bytes.end(), [](std::byte b) { return b != std::byte{}; });
            if (set == bytes.end()) return true;
            const auto skipped = static_cast<std::uint64_t>(set - bytes.begin());
            peek.sample_at = {(at.value + skipped) / 16 * 16};
            return false;
        });
        if (peek.sample_at == Address{}) continue;
        peek.sample_at = std::max(peek.sample_at, run.begin);
        const Bytes here = std::min(Bytes(bounds.sample), Range{peek.sample_at, range.end}.size());
        peek.sample.resize(here.value());
        peek.sample.resize(memory.read(peek.sample_at, peek.sample));
        return !peek.sample.empty();
    }
    return false;
}

}  // namespace

bool Peek::random_looking() const {
    const Bytes set = minus_or_zero(looked_at, zero);
    return entropy > 7.5 && set >= kib(4) && (pointers + text).value() < set.value() / 10;
}

Peek peek_range(Range range, Address from, TargetMemory& memory, const PointerMap& targets,
                const PeekBounds& bounds) {
    PeekSorter sorter(targets, bounds);
    Peek& peek = sorter.peek();
    const std::vector<Range> runs = resident_parts(range, memory);
    peek.ranges = 1;
    peek.asked = range.size();
    peek.resident = sum_of(runs);
    const std::uint64_t of_how_many =
        std::max<std::uint64_t>(1, (peek.resident.value() + bounds.bytes.value() - 1) / bounds.bytes.value());
    std::vector<std::byte> buffer;
    std::uint64_t number = 0;
    for (Range rest : runs) {
        sorter.interrupt();
        while (!rest.empty()) {
            const Range here = intersect(rest, {rest.begin, rest.begin + unit});
            rest.begin = here.end;
            if (number++ % of_how_many != 0) {
                sorter.interrupt();
                continue;
            }
            peek.unreadable +=
                read_run(here, memory, buffer, [&](Address at, std::span<const std::byte> bytes) {
                    sorter.take(at, bytes);
                    return true;
                });
        }
    }
    if (!range.contains(from) || !find_sample({from, range.end}, memory, bounds, peek))
        find_sample(range, memory, bounds, peek);
    return sorter.finish();
}

Peek peek_blocks(std::span<const Range> blocks, TargetMemory& memory, const PointerMap& targets,
                 const PeekBounds& bounds) {
    PeekSorter sorter(targets, bounds);
    Peek& peek = sorter.peek();
    const std::size_t count = std::min(blocks.size(), bounds.blocks);
    std::vector<std::byte> buffer;
    for (std::size_t i = 0; i < count; ++i) {
        const Range block = blocks[i * blocks.size() / count];
        const std::vector<Range> runs = resident_parts(block, memory);
        peek.asked += block.size();
        ++peek.ranges;
        for (const Range run : runs) {
            peek.resident += run.size();
            const Bytes left = minus_or_zero(bounds.bytes, peek.looked_at);
            const Range here = intersect(run, {run.begin, run.begin + left});
            sorter.interrupt();
            peek.unreadable +=
                read_run(here, memory, buffer, [&](Address at, std::span<const std::byte> bytes) {
                    if (at == block.begin && bytes.size() >= word) sorter.take_first_word(bytes.first(word));
                    sorter.take(at, bytes);
                    return true;
                });
        }
        if (peek.sample.empty()) find_sample(block, memory, bounds, peek);
    }
    return sorter.finish();
}

}  // namespace nmtx
