#include "ledger/plan/ranges_to_ask.h"

#include <algorithm>

#include "ledger/claims/claims.h"
#include "ledger/ledger.h"
#include "ledger/owner_paths.h"
#include "ledger/partition/pieces.h"

namespace nmtx {

std::vector<Range> ranges_to_tell_apart(const ProcessView& view) {
    std::vector<Range> ranges;
    for (const std::uint32_t i : mappings_to_tell_apart(view))
        ranges.push_back(view.smaps->mappings[i].range);
    return ranges;
}

std::vector<Range> ranges_of_stacks(const ProcessView& view) {
    Owners owners;
    std::vector<Range> ranges;
    for (const Piece& piece : cut_into_pieces(view, owners)) {
        const Mapping& mapping = view.smaps->mappings[piece.mapping];
        const bool in_part = mapping.rss != Bytes() && mapping.rss != mapping.range.size();
        if (in_part && is_stack(owners.path(piece.claim.owner))) ranges.push_back(piece.range);
    }
    return ranges;
}

std::vector<Range> malloc_candidates(const ProcessView& view) {
    Owners owners;
    Layer<Claim> taken = overlay(claims_of_code_heaps(view, owners), claims_of_nmt_map(view, owners));
    taken = overlay(taken, claims_of_bss(view, owners));
    if (!knows_nmt_addresses(view)) {
        taken = overlay(taken, claims_of_vm_bounds(view, owners));
        taken = overlay(taken, claims_of_metaspace_nodes(view, taken, owners));
    }
    // A tag of System.map covers the mapping, not the region: but for the heap, the stacks and what is whole
    // a node of metaspace, chunks may lie in it.
    Layer<Claim> tagged = claims_of_system_map(view, owners);
    std::erase_if(tagged, [&](const Segment<Claim>& s) {
        const std::string& path = owners.path(s.value.owner);
        return path != owner_path::java_heap && path != owner_path::thread_stack;
    });
    taken = overlay(overlay(taken, tagged), claims_of_tagged_nodes(view, owners));
    std::vector<Range> candidates;
    std::size_t first = 0;
    for (const Mapping& mapping : view.smaps->mappings) {
        const Protection p = mapping.protection;
        const bool huge = mapping.anonymous_hugetlb();  // with glibc.malloc.hugetlb=2
        const bool anonymous = huge || (mapping.inode == 0 &&
                                        (mapping.name.empty() || mapping.name.starts_with("[anon: glibc")));
        const bool touched =
            huge ? mapping.private_hugetlb != Bytes() && !p.execute : !view.smaps->untouched(mapping);
        if (!anonymous || p.shared || !p.read || !p.write || !touched) continue;
        for_each_gap(taken, first, mapping.range, [&](Range gap) {
            // malloc maps a chunk of its own from 128 KiB on (M_MMAP_THRESHOLD), and no heap is smaller.
            if (gap.size() >= kib(128)) candidates.push_back(gap);
        });
    }
    return candidates;
}

}  // namespace nmtx
