// Thousands of live blocks of one size with a large share of RSS, where NMT is off and no header shows which
// blocks belong to the JVM. HotSpot does not allocate that much in blocks of one size, so they are a
// library's objects, or buffers of one size.
#include <fmt/format.h>

#include <algorithm>

#include "allocator/zlib_blocks.h"
#include "base/printable.h"
#include "findings/figures/native_libraries.h"
#include "findings/figures/zlib_use.h"
#include "findings/rules/malloc/malloc_rules.h"
#include "findings/wording.h"

namespace nmtx::rule {
namespace {

// Many blocks that hold a quarter of RSS, or fewer that hold half of it.
bool stands_out(const ChunkSum& chunks, Bytes rss) {
    const auto holds = [&](Bytes least, std::uint64_t percent) {
        return chunks.resident >= least && chunks.resident.value() >= rss.value() / 100 * percent;
    };
    return (chunks.blocks >= 1000 && holds(mib(16), 25)) || (chunks.blocks >= 100 && holds(mib(32), 50));
}

// Are most of these blocks zlib's?
bool mostly_zlib(const MallocWalk& walk, const SizeClass& size) {
    std::uint64_t blocks = 0;
    for (const UntrackedOwner& entry : walk.untracked) {
        if (entry.block == size.block && is_zlib(entry)) blocks += entry.chunks.blocks;
    }
    return blocks >= size.chunks.blocks / 2 && blocks > 0;
}

// Zlib's blocks are left out where zlib has a finding of its own.
const SizeClass* largest_size(const FindingInput& input, const MallocWalk& walk) {
    const bool zlib_has_its_own = stands_out(zlib_use(walk), input.view, input.ledger.rss);
    const SizeClass* largest = nullptr;
    for (const SizeClass& size : walk.sizes) {
        if (size.block == Bytes() || (zlib_has_its_own && mostly_zlib(walk, size))) continue;
        if (largest == nullptr || size.chunks.resident > largest->chunks.resident) largest = &size;
    }
    return largest;
}

// Whose most of these blocks are; without a name where that is not known.
UntrackedOwner owner_of(const MallocWalk& walk, const SizeClass& size) {
    for (const UntrackedOwner& entry : walk.untracked) {
        if (entry.block == size.block && !entry.owner.empty() &&
            entry.chunks.blocks >= size.chunks.blocks / 2)
            return entry;
    }
    return {};
}

std::string why_unknown(const ProcessView& view) {
    if (view.vm != Vm::hotspot) return "there is no NMT in this process";
    return view.nmt_level() == NmtLevel::off ? "NMT is off, so the JVM's own blocks look like any other"
                                             : "the JVM's own blocks were not recognised";
}

}  // namespace

std::vector<Finding> block_size(const FindingInput& input) {
    const auto& parts = input.ledger.malloc.parts;
    const MallocWalk* const walk = input.view.walk();
    if (!parts || parts->told_apart || walk == nullptr) return {};
    const SizeClass* const size = largest_size(input, *walk);
    if (size == nullptr || !stands_out(size->chunks, input.ledger.rss)) return {};
    const bool hotspot = input.view.vm == Vm::hotspot;
    const UntrackedOwner owner = owner_of(*walk, *size);
    Finding finding;
    finding.severity = Severity::warning;
    finding.confidence = Confidence::medium;
    finding.refutes = Refutes::leak;
    finding.sure_of = "the amount";
    if (hotspot) finding.not_known = "whether it is the JVM's or native code's";
    if (input.history == nullptr)
        finding.not_known += fmt::format("{}{}", finding.not_known.empty() ? "" : ", and ", leak_or_cache);
    finding.title =
        fmt::format("{} in {} malloc blocks of {} bytes, {}: {}",
                    amount_with_share(size->chunks.resident, input.ledger.rss), grouped(size->chunks.blocks),
                    grouped(size->block.value()), owner_words(owner), why_unknown(input.view));
    finding.bytes = size->chunks.resident;
    finding.evidence.push_back(fmt::format("Live malloc: {} in {}.", human(parts->untracked),
                                           counted(walk->live_untracked().blocks, "block", "blocks")));
    const std::vector<std::string_view> libraries = foreign_libraries(input.view);
    if (!libraries.empty())
        finding.evidence.push_back(
            fmt::format("Third-party native libraries loaded: {} (smaps).", library_list(libraries)));
    if (owner.owner.empty()) finding.remedies.push_back({"Find the owner", "nmtx malloc PID --owners"});
    finding.remedies.push_back(
        {"See what is in the blocks", fmt::format("nmtx malloc PID --peek {}", size->block.value())});
    if (input.history == nullptr) finding.remedies.push_back(check_growth());
    if (hotspot)
        finding.remedies.push_back(
            {"Restart with NMT to separate direct buffers and the JVM's own memory from native code's",
             "-XX:NativeMemoryTracking=summary"});
    finding.refuted_by = "it stops growing after warm-up (a pool or a cache)";
    return {std::move(finding)};
}

}  // namespace nmtx::rule
