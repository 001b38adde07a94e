#include "ledger/reconciliation_plan.h"

#include "allocator/malloc_layout.h"
#include "ledger/claims.h"
#include "ledger/ledger.h"

namespace nmtx {

// A document that cannot be parsed stops nothing here: finish() reports it.

std::optional<Missing> ReconciliationPlan::attach_refused(const Capture& so_far) {
    if (!reader_.update(so_far)) return std::nullopt;
    return why_not_to_attach(reader_.view());
}

std::optional<std::string> ReconciliationPlan::next_question(const Capture& so_far) {
    if (!reader_.update(so_far)) return std::nullopt;
    return nmtx::next_question(reader_.view(), so_far, effort_, ask_nmt_);
}

void ReconciliationPlan::derive(Capture& so_far, TargetMemory& memory) {
    if (!reader_.update(so_far) || !reader_.view().smaps) return;
    std::vector<Range> resident;
    for (const Mapping& mapping : reader_.view().smaps->mappings) {
        if (mapping.rss == mapping.range.size()) resident.push_back(mapping.range);
    }
    memory.know_resident(std::move(resident));
    MallocSearchBounds bounds;
    // Without the VM's addresses its heap and its stacks are among the candidates: only what begins with a chunk is looked into.
    if (!knows_nmt_addresses(reader_.view())) bounds.misses_a_candidate = 1;
    const MallocLayout layout = find_malloc_layout(malloc_candidates(reader_.view()), memory, bounds);
    so_far.add(document::malloc_layout, format_malloc_layout(layout));
}

std::vector<Range> ReconciliationPlan::residency_wanted(const Capture& so_far) {
    if (!reader_.update(so_far) || !reader_.view().smaps) return {};
    return ranges_to_tell_apart(reader_.view());
}

}  // namespace nmtx
