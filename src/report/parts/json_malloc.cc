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

std::string hex_address(Address at) {
    return fmt::format("0x{:x}", at.value);
}

json holder_of(const Holder& holder) {
    json also = json::array();
    for (const std::string& other : holder.also) also.push_back(printable(other));
    json example = nullptr;
    if (holder.example != Address{}) {
        example = {{"block", hex_address(holder.example)},
                   {"pointer_at", holder.example_from == Address{} ? json(nullptr)
                                                                   : json(hex_address(holder.example_from))}};
    }
    return {{"kind", name_of(holder.kind)},
            {"name", text_or_null(holder.name)},
            {"library", text_or_null(holder.library)},
            {"library_evidence", text_or_null(holder.evidence)},
            {"blocks", holder.held.blocks},
            {"bytes", holder.held.bytes.value()},
            {"resident_bytes", holder.held.resident.value()},
            {"direct_blocks", holder.direct.blocks},
            {"direct_bytes", holder.direct.bytes.value()},
            {"shared_blocks", holder.shared.blocks},
            {"shared_bytes", holder.shared.bytes.value()},
            {"also", also},
            {"example", example}};
}

json chain_of(const HolderChain& chain) {
    json blocks = json::array();
    for (const Address block : chain.blocks) blocks.push_back(hex_address(block));
    return {{"address", hex_address(chain.asked)},
            {"held_by", text_or_null(chain.holder)},
            {"kind", chain.holder.empty() ? json(nullptr) : json(name_of(chain.kind))},
            {"blocks", blocks}};
}

json holders_of(const std::optional<BlockHolders>& holders) {
    if (!holders) return nullptr;
    json list = json::array();
    for (const Holder& holder : holders->holders) list.push_back(holder_of(holder));
    json heap = {{"not_searched", text_or_null(holders->heap_not_read)},
                 {"resident_bytes", holders->heap_resident.value()},
                 {"pointers", holders->heap_words},
                 {"unidentified", holders->heap_unidentified},
                 {"moved", holders->heap_moved},
                 {"passes", holders->heap_passes},
                 {"may_miss", text_or_null(holders->heap_may_miss)}};
    return {{"holders", list},
            {"more", holders->more},
            {"more_blocks", holders->rest.blocks},
            {"more_bytes", holders->rest.bytes.value()},
            {"java_heap", heap},
            {"pointers", holders->pointers},
            {"pointers_left_out", holders->pointers_left_out},
            {"chain", holders->chain ? chain_of(*holders->chain) : json(nullptr)}};
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
    out["holders"] = known(holders_of(walk.holders));
    out["frozen"] = known(walk.frozen);
    out["stood_still_ms"] = known(walk.stood_still_ms);
    const auto took = view.took_ms(document::malloc_walk);
    out["took_ms"] = took ? known(*took) : json(nullptr);
    out["notes"] = list_json(walk.notes, [](const std::string& note) { return json(printable(note)); });
    return out;
}

}  // namespace nmtx
