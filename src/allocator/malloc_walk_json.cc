// The document "malloc/walk.json" (docs/reference/formats/malloc-walk.md).
#include <fmt/format.h>

#include <array>

#include "allocator/malloc_walk.h"
#include "allocator/walk_fields.h"
#include "base/cursor.h"
#include "base/json_fields.h"

namespace nmtx {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr int known_format = 1;
constexpr int deepest = 8;
// A region takes about 150 bytes of text: space for 400,000 of them. Parsing takes about ten times the size
// of the text.
constexpr std::size_t most_text = std::size_t{64} << 20U;

struct KindName {
    RegionKind kind;
    std::string_view name;
};
constexpr std::array kind_names{KindName{RegionKind::main_arena, "main arena"},
                                KindName{RegionKind::arena, "arena"},
                                KindName{RegionKind::mmapped_chunk, "mmapped chunk"}};

struct PartName {
    const char* name;
    ChunkSum ArenaFigures::* part;
};
constexpr std::array part_names{
    PartName{"tracked", &ArenaFigures::tracked},  PartName{"untracked", &ArenaFigures::untracked},
    PartName{"tcache", &ArenaFigures::tcache},    PartName{"fast", &ArenaFigures::fast},
    PartName{"binned", &ArenaFigures::binned},    PartName{"top", &ArenaFigures::top},
    PartName{"overhead", &ArenaFigures::overhead}};

ordered_json arena_json(const ArenaFigures& arena) {
    ordered_json out = {{"state", fmt::format("{:x}", arena.state.value)},
                        {"main", arena.main},
                        {"heaps", arena.heaps},
                        {"system", arena.system.value()},
                        {"reserved", arena.reserved.value()},
                        {"resident", arena.resident.value()}};
    for (const PartName& part : part_names) out[part.name] = sum_json(arena.*part.part);
    if (arena.to_trim) out["to_trim"] = arena.to_trim->value();
    out["not_walked"] = arena.not_walked.value();
    return out;
}

ordered_json region_json(const WalkedRegion& region) {
    std::string_view kind;
    for (const KindName& name : kind_names) {
        if (name.kind == region.kind) kind = name.name;
    }
    return {{"range", fmt::format("{:x}-{:x}", region.range.begin.value, region.range.end.value)},
            {"kind", kind},
            {"resident", region.resident.value()}};
}

ordered_json owner_json(const UntrackedOwner& owner) {
    return {{"owner", text_json(owner.owner)},
            {"kind", text_json(owner.kind)},
            {"evidence", text_json(owner.evidence)},
            {"block", owner.block.value()},
            {"chunks", sum_json(owner.chunks)}};
}

template <typename T, typename ToJson>
ordered_json list_json(const std::vector<T>& values, ToJson to_json) {
    ordered_json list = ordered_json::array();
    for (const T& value : values) list.push_back(to_json(value));
    return list;
}

void read_arena(JsonFields& fields, MallocWalk& walk) {
    ArenaFigures arena;
    fields.read_hex("state", arena.state.value);
    fields.read("main", arena.main);
    fields.read_whole("heaps", arena.heaps);
    read_bytes(fields, "system", arena.system);
    read_bytes(fields, "reserved", arena.reserved);
    read_bytes(fields, "resident", arena.resident);
    for (const PartName& part : part_names) read_sum(fields, part.name, arena.*part.part);
    if (fields.find("to_trim") != nullptr) read_bytes(fields, "to_trim", arena.to_trim.emplace());
    read_bytes(fields, "not_walked", arena.not_walked);
    walk.arenas.push_back(arena);
}

void read_region(JsonFields& fields, MallocWalk& walk) {
    std::string range, kind;
    fields.read("range", range);
    fields.read("kind", kind);
    Cursor cursor(range);
    const auto begin = cursor.hex();
    const bool dash = cursor.take("-");
    const auto end = cursor.hex();
    if (!begin || !dash || !end || *end <= *begin || !cursor.at_end())
        return fields.complain("range: expected BEGIN-END in hexadecimal");
    WalkedRegion region;
    region.range = range_of(*begin, *end);
    const Address taken_to = walk.regions.empty() ? Address{} : walk.regions.back().range.end;
    if (region.range.begin < taken_to) return fields.complain("range: overlaps or is not ascending");
    bool known = false;
    for (const KindName& name : kind_names) {
        if (name.name != kind) continue;
        region.kind = name.kind;
        known = true;
    }
    if (!known) return fields.complain("kind: expected 'main arena', 'arena' or 'mmapped chunk'");
    read_bytes(fields, "resident", region.resident);
    walk.regions.push_back(region);
}

void read_blocks(JsonFields& whole, MallocWalk& walk) {
    whole.read_list("tracked", [&](JsonFields& fields) {
        TrackedCategory category;
        fields.read("name", category.name);
        read_bytes(fields, "requested", category.requested);
        read_sum(fields, "chunks", category.chunks);
        walk.tracked.push_back(std::move(category));
    });
    whole.read_list("untracked", [&](JsonFields& fields) {
        UntrackedOwner owner;
        fields.read("owner", owner.owner);
        fields.read("kind", owner.kind);
        fields.read("evidence", owner.evidence);
        read_bytes(fields, "block", owner.block);
        read_sum(fields, "chunks", owner.chunks);
        walk.untracked.push_back(std::move(owner));
    });
    whole.read_list("sizes", [&](JsonFields& fields) {
        SizeClass size;
        read_bytes(fields, "block", size.block);
        read_sum(fields, "chunks", size.chunks);
        walk.sizes.push_back(size);
    });
}

void read_notes(JsonFields& whole, MallocWalk& walk) {
    const json* notes = whole.find("notes");
    if (notes == nullptr) return;
    if (!notes->is_array()) return whole.complain("notes", "a list", *notes);
    for (const json& note : *notes) {
        auto text = text_of_json(note);
        if (!text) return whole.complain("notes", "a list of texts", note);
        walk.notes.push_back(std::move(*text));
    }
}

void read_head(JsonFields& whole, MallocWalk& walk) {
    int format = 0;
    whole.read_whole("format", format);
    if (format != known_format)
        whole.complain(fmt::format("format: expected {}, found {}", known_format, format));
    whole.read("allocator", walk.allocator);
    if (whole.find("also_present") != nullptr) whole.read("also_present", walk.also_present);
    whole.read("version", walk.version);
    whole.read("layout", walk.layout);
    whole.read("why_not_walked", walk.why_not_walked);
    whole.read("headers", walk.headers);
    whole.read("frozen", walk.frozen);
    whole.read("stood_still_ms", walk.stood_still_ms);
}

}  // namespace

std::string format_malloc_walk(const MallocWalk& walk) {
    ordered_json out;
    out["format"] = known_format;
    out["allocator"] = text_json(walk.allocator);
    if (!walk.also_present.empty()) out["also_present"] = text_json(walk.also_present);
    out["version"] = text_json(walk.version);
    out["layout"] = text_json(walk.layout);
    out["why_not_walked"] = text_json(walk.why_not_walked);
    out["headers"] = text_json(walk.headers);
    out["frozen"] = walk.frozen;
    out["stood_still_ms"] = finite(walk.stood_still_ms);
    out["arenas"] = list_json(walk.arenas, arena_json);
    out["mmapped"] = {{"tracked", sum_json(walk.mmapped_tracked)},
                      {"untracked", sum_json(walk.mmapped_untracked)},
                      {"not_walked", walk.mmapped_not_walked.value()}};
    if (walk.mmapped_expected) out["mmapped"]["expected"] = walk.mmapped_expected->value();
    out["tracked"] = list_json(walk.tracked, [](const TrackedCategory& category) {
        return ordered_json{{"name", text_json(category.name)},
                            {"requested", category.requested.value()},
                            {"chunks", sum_json(category.chunks)}};
    });
    out["untracked"] = list_json(walk.untracked, owner_json);
    out["sizes"] = list_json(walk.sizes, [](const SizeClass& size) {
        return ordered_json{{"block", size.block.value()}, {"chunks", sum_json(size.chunks)}};
    });
    if (walk.holders) out["holders"] = holders_json(*walk.holders);
    out["notes"] = list_json(walk.notes, text_json);
    out["regions"] = list_json(walk.regions, region_json);
    return out.dump(1) + "\n";
}

Expected<MallocWalk> parse_malloc_walk(std::string_view text, std::string_view document) {
    if (text.size() > most_text) {
        return failure(std::string(document),
                       fmt::format("is {} bytes long; at most {} are read", text.size(), most_text));
    }
    const auto parsed = parse_json(text, document, deepest);
    if (!parsed) return tl::make_unexpected(parsed.error());
    MallocWalk walk;
    JsonFields whole(*parsed, "");
    if (!whole.wrong()) read_head(whole, walk);
    whole.read_list("arenas", [&](JsonFields& fields) { read_arena(fields, walk); });
    whole.read_object("mmapped", [&](JsonFields& fields) {
        read_sum(fields, "tracked", walk.mmapped_tracked);
        read_sum(fields, "untracked", walk.mmapped_untracked);
        read_bytes(fields, "not_walked", walk.mmapped_not_walked);
        if (fields.find("expected") == nullptr) return;
        walk.mmapped_expected.emplace();
        read_bytes(fields, "expected", *walk.mmapped_expected);
    });
    read_blocks(whole, walk);
    if (whole.find("holders") != nullptr) read_holders(whole, "holders", walk.holders.emplace());
    read_notes(whole, walk);
    whole.read_list("regions", [&](JsonFields& fields) { read_region(fields, walk); });
    if (whole.wrong()) return failure(std::string(document), *whole.wrong());
    return walk;
}

}  // namespace nmtx
