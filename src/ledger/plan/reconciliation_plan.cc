#include "ledger/plan/reconciliation_plan.h"

#include "base/range_map.h"
#include "ledger/claims/image_search.h"
#include "ledger/ledger.h"
#include "ledger/plan/holder_request.h"
#include "ledger/plan/malloc_request.h"
#include "ledger/plan/ranges_to_ask.h"
#include "ledger/plan/thread_entry_search.h"
#include "ledger/plan/thread_record_search.h"

namespace nmtx {
namespace {

constexpr std::size_t most_brief_stacks = 10;  // as many as a report shows one by one

}  // namespace

// A document that cannot be parsed stops nothing here: finish() reports it.

std::optional<Missing> ReconciliationPlan::attach_refused(const Capture& so_far) {
    if (!reader_.update(so_far)) return std::nullopt;
    return why_not_to_attach(reader_.view());
}

std::optional<std::string> ReconciliationPlan::next_question(const Capture& so_far) {
    if (!reader_.update(so_far)) return std::nullopt;
    return nmtx::next_question(reader_.view(), so_far, questions_);
}

std::optional<std::string> ReconciliationPlan::question_in_interval(const Capture& /*so_far*/) {
    return threads_.dump ? std::optional(std::string(question::thread_print)) : std::nullopt;
}

std::vector<std::uint64_t> ReconciliationPlan::threads_to_stop(const Capture& so_far) {
    if (!reader_.update(so_far) || !reader_.view().tasks_middle) return {};
    const ProcessView& view = reader_.view();
    NativeStackChoice choice = threads_.stacks;
    if (!choice.any()) choice.busiest = most_brief_stacks;
    return nmtx::threads_to_stop(view.tasks_before ? &*view.tasks_before : nullptr, *view.tasks_middle,
                                 choice);
}

std::vector<Range> ReconciliationPlan::frozen_ranges(const Capture& so_far, TargetMemory& running) {
    if (!reader_.update(so_far) || !reader_.view().smaps) return {};
    const ProcessView& view = reader_.view();
    bounds_of_running_ = find_thread_bounds(view, running);
    std::vector<Range> ranges =
        ranges_of_walk(malloc_request(view, find_malloc_shapes(view, running)), running);
    if (!malloc_.owners) return ranges;
    for (const HolderPlaces places = places_of_holders(view, running);
         const std::vector<Range>& of : {places.stacks, places.other})
        ranges.insert(ranges.end(), of.begin(), of.end());
    return joined(std::move(ranges));
}

void ReconciliationPlan::derive(Capture& so_far, TargetMemory& memory, TargetFiles& files) {
    if (!reader_.update(so_far) || !reader_.view().smaps) return;
    const ProcessView& view = reader_.view();
    const LoadedImages images = find_loaded_images(*view.smaps, files);
    if (!images.images.empty()) so_far.add(document::loaded_images, format_loaded_images(images));
    if (const auto libjvm = libjvm_of(*view.smaps); libjvm && !view.java_feature()) {
        if (auto banner = files.vm_banner(*libjvm)) so_far.add(document::libjvm, std::move(*banner));
    }
    const ThreadBounds bounds = bounds_of_running_ ? *bounds_of_running_ : find_thread_bounds(view, memory);
    if (!bounds.stacks.empty()) so_far.add(document::thread_stacks, format_thread_bounds(bounds));
    if (!reader_.update(so_far)) return;
    MallocLayout shapes = find_malloc_shapes(view, memory);
    so_far.add(document::malloc_layout, format_malloc_layout(shapes));
    if (stacks_) {
        const std::vector<Address> arenas = arena_states(view, shapes, memory);
        so_far.add(document::thread_entries,
                   format_thread_entries(find_thread_entries(view, arenas, memory)));
    }
    if (!malloc_.malloc_walk) {
        so_far.miss(document::malloc_walk, why_not_walked());
        return;
    }
    MallocRequest request = malloc_request(view, std::move(shapes), malloc_, files);
    const bool copied = so_far.header.cost.stood_still_ms.has_value();
    if (malloc_.owners) request.holders = holder_request(view, memory, files, malloc_.why, copied);
    MallocWalk walk = walk_malloc(request, memory, files);
    walk.frozen = copied;
    walk.stood_still_ms = so_far.header.cost.stood_still_ms.value_or(0);
    so_far.add(document::malloc_walk, format_malloc_walk(walk));
}

std::vector<Range> ReconciliationPlan::residency_wanted(const Capture& so_far) {
    if (!reader_.update(so_far) || !reader_.view().smaps) return {};
    std::vector<Range> ranges = ranges_to_tell_apart(reader_.view());
    if (!stacks_) return ranges;
    const std::vector<Range> stacks = ranges_of_stacks(reader_.view());
    ranges.insert(ranges.end(), stacks.begin(), stacks.end());
    return joined(std::move(ranges));
}

}  // namespace nmtx
