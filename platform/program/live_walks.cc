#include "platform/program/live_walks.h"

#include <algorithm>
#include <utility>

#include "kernel/mappings/anonymous_ranges.h"
#include "ledger/plan/malloc_request.h"
#include "ledger/plan/reconciliation_plan.h"
#include "platform/collect.h"
#include "platform/memory/live_memory.h"
#include "platform/os/clock.h"
#include "platform/proc/residency.h"
#include "platform/symbols/live_files.h"

namespace nmtx {
namespace {

// Looks for malloc's memory as it is now, and walks it.
template <typename Walk>
Expected<void> walk_now(const ProcessFiles& process, Walk walk) {
    CollectOptions options;
    options.pid = process.pid();
    options.start_ticks = process.start_ticks();
    options.attach = false;
    options.nmtx_version = NMTX_VERSION;
    MallocOptions no_walk;
    no_walk.malloc_walk = false;
    ReconciliationPlan plan({Effort::least, false}, no_walk);
    const auto capture = collect(options, plan);
    if (!capture) return tl::make_unexpected(capture.error());
    if (auto finished = plan.finish(*capture); !finished) return tl::make_unexpected(finished.error());
    auto residency = PageResidency::open(process);
    if (!residency) return tl::make_unexpected(residency.error());
    LiveMemory memory(process, std::move(*residency));
    LiveFiles files(process);
    const MallocRequest request =
        malloc_request(plan.view(), find_malloc_shapes(plan.view(), memory), MallocOptions{}, files);
    const std::string why = walk(request, memory);
    if (!why.empty()) return failure("malloc", "was not walked: " + why);
    return {};
}

Expected<std::vector<Range>> mapped_now(const ProcessFiles& process) {
    const auto maps = process.read_large("maps");
    if (!maps) return tl::make_unexpected(maps.error());
    return anonymous_ranges(*maps);
}

double seconds_between(std::uint64_t from_ns, std::uint64_t to_ns) {
    return to_ns > from_ns ? static_cast<double>(to_ns - from_ns) / 1e9 : 0;
}

// The part of the bytes of new blocks that may be none, or that may be missing.
double not_walked(const BlocksBefore& before, const BlocksAfter& after) {
    double fresh = 0;
    for (const auto& [usable, blocks] : after.sizes)
        fresh += static_cast<double>(usable) * static_cast<double>(blocks.fresh);
    const auto lost = static_cast<double>(before.not_walked + after.not_walked);
    return fresh > 0 ? lost / fresh : 0;
}

}  // namespace

void LiveWalks::walk_before() {
    const auto walked = walk_now(process_, [&](const MallocRequest& request, TargetMemory& memory) {
        walked_before_.begin_ns = monotonic_ns();
        before_ = blocks_before(request, with_jvm_, memory);
        walked_before_.end_ns = monotonic_ns();
        return before_.why_not_walked;
    });
    if (!walked) before_.why_not_walked = to_string(walked.error());
    mapped_before_ = mapped_now(process_);
}

std::vector<std::uint64_t> LiveWalks::freed_now(std::span<const SampledBlock> blocks) const {
    std::vector<std::uint64_t> addresses, mapped;
    for (const SampledBlock& block : blocks) (block.mapped ? mapped : addresses).push_back(block.address);
    std::vector<std::uint64_t> freed = freed_by_malloc(addresses);
    if (mapped.empty()) return freed;
    const auto now = mapped_now(process_);
    if (!now) return freed;
    for (const std::uint64_t address : mapped) {
        if (bytes_within(*now, range_of(address, address + 1)) == 0) freed.push_back(address);
    }
    std::sort(freed.begin(), freed.end());
    return freed;
}

std::vector<std::uint64_t> LiveWalks::freed_by_malloc(std::span<const std::uint64_t> addresses) const {
    if (addresses.empty() || !before_.why_not_walked.empty()) return {};
    auto residency = PageResidency::open(process_);
    if (!residency) return {};
    LiveMemory memory(process_, std::move(*residency));
    return freed_blocks(addresses, before_.keys, memory);
}

void LiveWalks::add_mapped(const AllocationProfile& profile, BlocksOfTime& blocks) const {
    const auto now = mapped_now(process_);
    if (!now) return;
    for (const Range range : sampled_mappings(profile))
        blocks.mapped.push_back({range.begin.value, bytes_within(*now, range)});
    if (mapped_before_) blocks.freshly_mapped = bytes_outside(*now, *mapped_before_);
}

void LiveWalks::walk_after(AllocationProfile& profile) {
    if (profile.run.allocator != "glibc") {
        profile.run.live_missing = "only glibc's blocks can be walked, not those of " +
                                   profile.run.allocator + "; --free shows how long they live";
        return;
    }
    const std::vector<std::uint64_t> addresses = sampled_addresses(profile);
    BlocksAfter after;
    Time time;
    const auto walked = walk_now(process_, [&](const MallocRequest& request, TargetMemory& memory) {
        time.begin_ns = monotonic_ns();
        after = blocks_after(request, before_, addresses, with_jvm_, memory);
        time.end_ns = monotonic_ns();
        return after.why_not_walked;
    });
    if (!walked) {
        profile.run.live_missing = to_string(walked.error());
        return;
    }
    BlocksOfTime blocks;
    add_mapped(profile, blocks);
    for (const BlockAt& block : after.found) blocks.sampled.push_back({block.address, block.usable});
    if (before_.why_not_walked.empty()) {
        for (const auto& [usable, number] : after.sizes)
            blocks.sizes.push_back({usable, number.fresh, number.old, number.before});
        const double before_s = seconds_between(walked_before_.begin_ns, walked_before_.end_ns);
        const double after_s = seconds_between(time.begin_ns, time.end_ns);
        blocks.seconds = seconds_between(walked_before_.end_ns, time.begin_ns) + (before_s + after_s) / 2;
        if (blocks.seconds > 0) {
            blocks.doubt = (before_s + after_s) / 2 / blocks.seconds + not_walked(before_, after);
        }
    }
    profile.run.live_uncounted = before_.why_not_walked;
    mark_live(profile, blocks);
}

}  // namespace nmtx
