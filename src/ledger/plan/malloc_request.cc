#include "ledger/plan/malloc_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/paths.h"
#include "base/range_map.h"
#include "hotspot/nmt/nmt_tags.h"
#include "kernel/mappings/program_files.h"
#include "ledger/allocators.h"
#include "ledger/claims/claims.h"
#include "ledger/claims/image_search.h"
#include "ledger/ledger.h"
#include "ledger/plan/ranges_to_ask.h"

namespace nmtx {
namespace {

bool is_libc(std::string_view name) {
    const std::string_view base = base_name(name);
    return base.starts_with("libc.so.6") || base.starts_with("libc-2.");
}

class RequestFiles {
  public:
    explicit RequestFiles(const ProcessView& view)
        : smaps_(*view.smaps), programs_(*view.smaps, view.loaded_images) {}

    // Files of which something may be executed, with their .bss: what a block may hold an address of.
    void fill(MallocRequest& request) const {
        std::map<std::pair<std::uint32_t, std::uint64_t>, std::uint32_t> index;
        const auto& mappings = smaps_.mappings;
        for (std::size_t i = 0; i < mappings.size(); ++i) {
            const Mapping& mapping = mappings[i];
            if (mapping.inode == 0 || !programs_.executed(mapping)) continue;
            const auto [it, added] = index.try_emplace({mapping.device, mapping.inode},
                                                       static_cast<std::uint32_t>(request.files.size()));
            if (added) request.files.push_back(mapped_file(mapping));
            add(request, {mapping.range, it->second, mapping.protection.execute}, mapping);
            if (i + 1 == mappings.size()) continue;
            if (const auto bss = programs_.bss_behind(mapping, mappings[i + 1]))
                add(request, {bss->range, it->second, false}, mappings[i + 1]);
        }
    }

  private:
    static void add(MallocRequest& request, const FileRange& range, const Mapping& mapping) {
        request.file_ranges.push_back(range);
        if (mapping.protection.write && !mapping.protection.shared) request.library_data.push_back(range);
    }

    const Smaps& smaps_;
    ProgramFiles programs_;
};

std::vector<Range> libc_data(const ProcessView& view) {
    std::vector<Range> found;
    const ProgramFiles programs(*view.smaps, view.loaded_images);
    const auto& mappings = view.smaps->mappings;
    for (std::size_t i = 0; i < mappings.size(); ++i) {
        const Mapping& mapping = mappings[i];
        if (mapping.inode == 0 || !mapping.protection.write || mapping.protection.shared ||
            !is_libc(mapping.name))
            continue;
        found.push_back(mapping.range);
        if (i + 1 == mappings.size()) continue;
        if (const auto bss = programs.bss_behind(mapping, mappings[i + 1])) found.push_back(bss->range);
    }
    return found;
}

// [heap]; several lines where the program has changed the protection of a part.
std::optional<Range> brk_of(const Smaps& smaps) {
    std::optional<Range> brk;
    for (const Mapping& mapping : smaps.mappings) {
        if (mapping.name != "[heap]") continue;
        if (!brk) {
            brk = mapping.range;
        } else if (brk->end == mapping.range.begin) {
            brk->end = mapping.range.end;
        }
    }
    return brk;
}

// Where the release is unknown, a number has a name only if every possible release gives it the same.
std::vector<std::string> names_of_tags(const ProcessView& view, int feature, bool older,
                                       std::span<const TagSum> sums) {
    std::vector<TagCount> found;
    for (const TagSum& sum : sums) found.push_back({sum.chunks.blocks, sum.requested});
    if (feature == 0) {
        if (const auto told = view.nmt ? nmt_tags_told_by(*view.nmt, found) : std::nullopt)
            return {told->begin(), told->end()};
        std::vector<std::string> names;
        const auto common = older ? nmt_tags_in_common(8, 16) : nmt_tags_in_common(17, newest_nmt_tags);
        for (std::size_t tag = 0; tag < sums.size(); ++tag) {
            const bool known = tag < common.size() && !common[tag].empty();
            names.push_back(known ? std::string(common[tag]) : fmt::format("category unknown (tag {})", tag));
        }
        return names;
    }
    const auto names = view.nmt ? nmt_tags_by_figures(feature, *view.nmt, found) : nmt_tags(feature);
    return {names.begin(), names.end()};
}

void fill_headers(MallocRequest& request, const ProcessView& view) {
    const NmtLevel level = view.nmt_level();
    if (view.vm != Vm::hotspot || level == NmtLevel::off) return;
    // Where the release is unknown, the canary is looked for: only NMT writes it.
    const int feature = view.java_feature().value_or(0);
    const bool older =
        view.malloc_walk && view.malloc_walk->headers == "size";  // an earlier walk has found out
    request.headers = feature != 0 && feature < 17 ? NmtHeaders::size : NmtHeaders::canary;
    // Where the level is unknown, only the canary shows whether blocks have headers.
    if (request.headers == NmtHeaders::size && level == NmtLevel::unknown) request.headers = NmtHeaders::none;
    request.headers_may_be_older = feature == 17 && level != NmtLevel::unknown;
    if (older) {
        request.headers = NmtHeaders::size;
        request.headers_may_be_older = false;
    }
    request.tags = feature == 0 ? most_tags : nmt_tags(feature).size();
    request.name_tags = [&view, feature, older](std::span<const TagSum> sums) {
        return names_of_tags(view, feature, older, sums);
    };
}

}  // namespace

MallocLayout find_malloc_shapes(const ProcessView& view, TargetMemory& memory) {
    std::vector<Range> resident;
    for (const Mapping& mapping : view.smaps->mappings) {
        if (mapping.rss == mapping.range.size()) resident.push_back(mapping.range);
    }
    memory.know_resident(std::move(resident));
    MallocSearchBounds bounds;
    // Without any bounds of the VM's its heap is among the candidates: only what begins with a chunk is
    // looked into. Else chunks are looked for behind what the kernel has merged with them, too.
    const bool heap_known = view.vm_info || (view.heap_info && view.heap_info->reserved());
    if (!knows_nmt_addresses(view) && !heap_known) bounds.misses_a_candidate = 1;
    return find_malloc_layout(malloc_candidates(view), memory, bounds);
}

std::vector<Range> ranges_of_walk(const MallocRequest& request, TargetMemory& memory) {
    std::vector<Range> ranges = request.search.libc_data;
    for (const FileRange& data : request.library_data) ranges.push_back(data.range);
    for (const ChunkRegion& region : find_glibc_heap(request.search, memory).regions) {
        Range range = region.whole;
        if (region.kind == RegionKind::arena) range.end = range.begin + arena_heap_span;
        ranges.push_back(range);
    }
    return joined(std::move(ranges));
}

std::optional<MappedFile> libc_of(const Smaps& smaps) {
    for (const Mapping& mapping : smaps.mappings) {
        if (mapping.inode != 0 && is_libc(mapping.name)) return mapped_file(mapping);
    }
    return std::nullopt;
}

std::optional<MappedFile> libjvm_of(const Smaps& smaps) {
    for (const Mapping& mapping : smaps.mappings) {
        if (mapping.inode != 0 && base_name(without_deleted_mark(mapping.name)) == "libjvm.so")
            return mapped_file(mapping);
    }
    return std::nullopt;
}

MallocRequest malloc_request(const ProcessView& view, MallocLayout shapes) {
    MallocRequest request;
    const std::string allocator = allocators_of(*view.smaps).name();
    request.allocator = allocator.empty() ? "unknown" : allocator;
    request.hotspot = view.vm == Vm::hotspot;
    request.search.libc_data = libc_data(view);
    request.search.brk = brk_of(*view.smaps);
    request.search.candidates = malloc_candidates(view);
    for (const Mapping& mapping : view.smaps->mappings) {
        if (mapping.anonymous_hugetlb()) request.search.beside_rss.push_back(mapping.range);
    }
    request.search.shapes = std::move(shapes);
    RequestFiles(view).fill(request);
    fill_headers(request, view);
    return request;
}

MallocRequest malloc_request(const ProcessView& view, MallocLayout shapes, const MallocOptions& options,
                             TargetFiles& files) {
    MallocRequest request = malloc_request(view, std::move(shapes));
    if (const auto libc = libc_of(*view.smaps)) request.search.release = files.glibc_release(*libc);
    if (options.malloc_limit) request.bounds.resident = *options.malloc_limit;
    request.owners = options.owners;
    return request;
}

}  // namespace nmtx
