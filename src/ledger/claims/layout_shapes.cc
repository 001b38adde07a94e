#include "ledger/claims/layout_shapes.h"

#include "ledger/allocators.h"
#include "ledger/claims/claims.h"
#include "ledger/claims/java_heap_place.h"
#include "ledger/mapping_owner.h"
#include "ledger/owner_paths.h"

namespace nmtx {

bool is_reservation(const Mapping& mapping) {
    return mapping.private_anonymous() && mapping.protection.none() && mapping.range.size() > largest_guard;
}

bool all_bss(const ProgramFiles& programs, const std::vector<Mapping>& mappings, std::size_t i) {
    const auto bss = i > 0 ? programs.bss_behind(mappings[i - 1], mappings[i]) : std::nullopt;
    return bss && !bss->known;
}

bool shapes_tell(const ProcessView& view) {
    if (view.vm != Vm::hotspot || knows_nmt_addresses(view)) return false;
    const std::string allocator = serving_allocator(view);
    return allocator.empty() || allocator == "glibc";
}

OwnerId owner_of_areas(const ProcessView& view, Owners& owners) {
    return owners.id(knows_heap_place(view) ? owner_path::metaspace_or_gc : owner_path::jvm_area_unknown);
}

}  // namespace nmtx
