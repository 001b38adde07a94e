#include <fmt/format.h>

#include "ledger/partition/malloc_parts.h"
#include "report/style/json_values.h"

namespace nmtx {
namespace {

using json = nlohmann::ordered_json;

json block_or_null(Bytes block) {
    return block == Bytes() ? json(nullptr) : json(block.value());
}

json arena_of(const ArenaFigures& arena) {
    return {{"state", fmt::format("0x{:x}", arena.state.value)},
            {"main", arena.main},
            {"heaps", arena.heaps},
            {"system_bytes", arena.system.value()},
            {"reserved_bytes", arena.reserved.value()},
            {"resident_bytes", arena.resident.value()},
            {"live_tracked", chunks_json(arena.tracked)},
            {"live_untracked", chunks_json(arena.untracked)},
            {"tcache", chunks_json(arena.tcache)},
            {"fastbins", chunks_json(arena.fast)},
            {"bins", chunks_json(arena.binned)},
            {"top", chunks_json(arena.top)},
            {"overhead", chunks_json(arena.overhead)},
            {"not_walked_bytes", arena.not_walked.value()}};
}

json untracked_of(const UntrackedOwner& entry) {
    return {{"owner", text_or_null(entry.owner)},
            {"kind", text_or_null(entry.kind)},
            {"evidence", text_or_null(entry.evidence)},
            {"block_bytes", block_or_null(entry.block)},
            {"blocks", entry.chunks.blocks},
            {"bytes", entry.chunks.bytes.value()},
            {"resident_bytes", entry.chunks.resident.value()}};
}

json category_of(const TrackedCheck& check) {
    return {{"name", printable(check.name)},
            {"bytes", check.requested.value()},
            {"blocks", check.blocks},
            {"nmt_bytes", bytes_or_null(check.nmt)},
            {"nmt_blocks", json_or_null(check.nmt_blocks, [](std::uint64_t n) { return n; })},
            {"resident_bytes", check.resident.value()}};
}

json mmapped_of(const MallocWalk& walk) {
    return {{"tracked", chunks_json(walk.mmapped_tracked)},
            {"untracked", chunks_json(walk.mmapped_untracked)},
            {"found_bytes", mmapped_found(walk).value()},
            {"expected_bytes", bytes_or_null(walk.mmapped_expected)}};
}

template <typename T, typename ToJson>
json list_json(const std::vector<T>& values, ToJson to_json) {
    json list = json::array();
    for (const T& value : values) list.push_back(to_json(value));
    return list;
}

}  // namespace

json malloc_json(const ProcessView& view) {
    if (!view.malloc_walk) return nullptr;
    const MallocWalk& walk = *view.malloc_walk;
    const bool walked = walk.walked();
    const auto known = [&](const auto& value) { return walked ? json(value) : json(nullptr); };
    json out;
    out["allocator"] = text_or_null(walk.allocator);
    out["also_present"] = text_or_null(walk.also_present);
    out["version"] = text_or_null(walk.version);
    out["layout"] = text_or_null(walk.layout);
    out["nmt_headers"] = text_or_null(walk.headers);
    out["why_not_walked"] = text_or_null(walk.why_not_walked);
    out["live_tracked_bytes"] = known(walk.live_tracked().bytes.value());
    out["live_untracked_bytes"] = known(walk.live_untracked().bytes.value());
    out["free_bytes"] = known(walk.free().bytes.value());
    out["free_resident_bytes"] = known(walk.free().resident.value());
    out["overhead_bytes"] = known(walk.of_arenas(&ArenaFigures::overhead).bytes.value());
    out["not_walked_bytes"] = known(walk.not_walked().value());
    out["walked_resident_bytes"] = known(walk.resident().value());
    out["arenas"] = known(list_json(walk.arenas, arena_of));
    out["mmapped"] = walked ? mmapped_of(walk) : json(nullptr);
    out["tracked_by_category"] = known(list_json(check_tracked(view), category_of));
    out["untracked"] = known(list_json(walk.untracked, untracked_of));
    out["sizes"] = known(list_json(walk.sizes, [](const SizeClass& size) {
        return json{{"block_bytes", block_or_null(size.block)},
                    {"blocks", size.chunks.blocks},
                    {"bytes", size.chunks.bytes.value()},
                    {"resident_bytes", size.chunks.resident.value()}};
    }));
    out["frozen"] = known(walk.frozen);
    out["stood_still_ms"] = known(walk.stood_still_ms);
    const auto took = view.took_ms(document::malloc_walk);
    out["took_ms"] = took ? known(*took) : json(nullptr);
    out["notes"] = list_json(walk.notes, [](const std::string& note) { return json(printable(note)); });
    return out;
}

}  // namespace nmtx
