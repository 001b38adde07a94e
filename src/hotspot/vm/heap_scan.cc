#include "hotspot/vm/heap_scan.h"

namespace nmtx {
namespace {

// The kernel is asked for the pages of so much at once.
constexpr Bytes asked_at_once = mib(64);

// A collection that runs already has been counted.
bool moved_between(const CollectorState& before, const CollectorState& after) {
    return before.collecting || after.collecting || before.collections != after.collections;
}

}  // namespace

HeapPasses pass_over_heap(bool moves_while_java_runs,
                          const std::function<std::optional<CollectorState>()>& state,
                          const std::function<void()>& pass) {
    constexpr std::uint64_t most_passes = 2;
    HeapPasses done;
    while (done.passes < most_passes) {
        const auto before = state();
        pass();
        ++done.passes;
        const auto after = state();
        if (!before || !after) {
            done.may_miss = "whether a collection ran meanwhile could not be read";
            return done;
        }
        if (moved_between(*before, *after)) continue;
        if (moves_while_java_runs) done.may_miss = "this collector moves objects while the program runs";
        return done;
    }
    done.may_miss = "a collection ran during the second search, too";
    return done;
}

HeapScan::HeapScan(TargetMemory& memory, const HeapSearchLayout& layout, VmClasses& classes,
                   PointerTargets& targets)
    : memory_(memory),
      targets_(targets),
      objects_(layout, classes, [this](Address end) { return before(end); }) {}

// What can be read in front of `end` without a gap.
HeapBytes HeapScan::before(Address end) {
    const std::uint64_t wanted = std::min(HeapObjects::furthest, end.value);
    const auto runs = memory_.resident_runs({{end.value - wanted}, end});
    if (runs.empty() || runs.back().end != end) return {};
    const Address begin = runs.back().begin;
    in_front_.resize(static_cast<std::size_t>(end.value - begin.value));
    const std::size_t got = memory_.read(begin, in_front_);
    if (got < in_front_.size()) return {};
    return {begin, in_front_};
}

void HeapScan::part(HeapBytes bytes, const Take& take) {
    objects_.look_at(bytes);
    targets_.near().for_each_candidate(bytes.bytes, [&](std::size_t offset, std::uint64_t word) {
        if (!targets_.contains(word)) return;
        ++figures_.words;
        const Address at = bytes.begin + Bytes(offset);
        const WordHolder holder = objects_.holder_of(at);
        if (holder.place == WordPlace::moved) {
            ++figures_.moved;
            return;
        }
        if (holder.place == WordPlace::unidentified) ++figures_.unidentified;
        take(at, word, holder);
    });
}

HeapScanFigures HeapScan::run(const std::vector<Range>& ranges, const Take& take) {
    figures_ = {};
    Bytes all, done;
    for (const Range& range : ranges) all += range.size();
    for (const Range& range : ranges) {
        for (Address from = range.begin; from < range.end;) {
            const Range asked{from, std::min(from + asked_at_once, range.end)};
            for (const Range& run : memory_.resident_runs(asked)) {
                for (Address at = run.begin; at < run.end;) {
                    const auto most = std::min<std::uint64_t>(piece, (run.end.value - at.value));
                    auto bytes = memory_.look(at, static_cast<std::size_t>(most));
                    bytes = bytes.first(static_cast<std::size_t>(
                        std::min<std::uint64_t>(bytes.size(), run.end.value - at.value)));
                    if (bytes.size() < 8) break;
                    bytes = bytes.first(bytes.size() / 8 * 8);
                    part({at, bytes}, take);
                    figures_.resident += Bytes(bytes.size());
                    at = at + Bytes(bytes.size());
                }
            }
            done += asked.size();
            from = asked.end;
            memory_.reached(done, all);
        }
    }
    return figures_;
}

}  // namespace nmtx
