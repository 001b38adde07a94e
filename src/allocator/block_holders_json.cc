#include <fmt/format.h>

#include "allocator/walk_fields.h"
#include "base/cursor.h"

namespace nmtx {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

std::string hex_of(Address at) {
    return fmt::format("{:x}", at.value);
}

void read_kind(JsonFields& fields, HolderKind& into) {
    std::string text;
    fields.read("kind", text);
    if (const auto kind = holder_kind_of(text)) {
        into = *kind;
    } else {
        fields.complain("kind: unknown kind of holder '" + text + "'");
    }
}

void read_texts(JsonFields& fields, const char* key, std::vector<std::string>& into) {
    const json* const list = fields.find(key);
    if (list == nullptr) return;
    if (!list->is_array()) return fields.complain(key, "a list", *list);
    for (const json& entry : *list) {
        auto text = text_of_json(entry);
        if (!text) return fields.complain(key, "a list of texts", entry);
        into.push_back(std::move(*text));
    }
}

ordered_json holder_json(const Holder& holder) {
    ordered_json out = {{"kind", name_of(holder.kind)},         {"name", text_json(holder.name)},
                        {"library", text_json(holder.library)}, {"evidence", text_json(holder.evidence)},
                        {"direct", sum_json(holder.direct)},    {"held", sum_json(holder.held)},
                        {"shared", sum_json(holder.shared)}};
    out["also"] = ordered_json::array();
    for (const std::string& also : holder.also) out["also"].push_back(text_json(also));
    out["example_from"] = hex_of(holder.example_from);
    out["example"] = hex_of(holder.example);
    return out;
}

void read_holder(JsonFields& fields, BlockHolders& into) {
    Holder holder;
    read_kind(fields, holder.kind);
    fields.read("name", holder.name);
    fields.read("library", holder.library);
    fields.read("evidence", holder.evidence);
    read_sum(fields, "direct", holder.direct);
    read_sum(fields, "held", holder.held);
    read_sum(fields, "shared", holder.shared);
    read_texts(fields, "also", holder.also);
    fields.read_hex("example_from", holder.example_from.value);
    fields.read_hex("example", holder.example.value);
    into.holders.push_back(std::move(holder));
}

ordered_json chain_json(const HolderChain& chain) {
    ordered_json out = {{"asked", hex_of(chain.asked)},
                        {"kind", name_of(chain.kind)},
                        {"holder", text_json(chain.holder)},
                        {"blocks", ordered_json::array()}};
    for (const Address block : chain.blocks) out["blocks"].push_back(hex_of(block));
    return out;
}

void read_chain(JsonFields& fields, HolderChain& into) {
    fields.read_hex("asked", into.asked.value);
    read_kind(fields, into.kind);
    fields.read("holder", into.holder);
    std::vector<std::string> blocks;
    read_texts(fields, "blocks", blocks);
    for (const std::string& block : blocks) {
        const auto address = number_of_hex(block);
        if (!address) return fields.complain("blocks: expected hexadecimal numbers");
        into.blocks.push_back({*address});
    }
}

}  // namespace

ordered_json sum_json(const ChunkSum& sum) {
    return {{"blocks", sum.blocks}, {"bytes", sum.bytes.value()}, {"resident", sum.resident.value()}};
}

void read_bytes(JsonFields& fields, const char* key, Bytes& into) {
    std::uint64_t value = into.value();
    fields.read_whole(key, value);
    into = Bytes(value);
}

void read_sum(JsonFields& fields, const char* key, ChunkSum& into) {
    fields.read_object(key, [&](JsonFields& sum) {
        sum.read_whole("blocks", into.blocks);
        read_bytes(sum, "bytes", into.bytes);
        read_bytes(sum, "resident", into.resident);
    });
}

ordered_json holders_json(const BlockHolders& holders) {
    ordered_json out;
    out["holders"] = ordered_json::array();
    for (const Holder& holder : holders.holders) out["holders"].push_back(holder_json(holder));
    out["more"] = holders.more;
    out["rest"] = sum_json(holders.rest);
    out["heap_not_read"] = text_json(holders.heap_not_read);
    out["heap_resident"] = holders.heap_resident.value();
    out["heap_words"] = holders.heap_words;
    out["heap_unidentified"] = holders.heap_unidentified;
    out["heap_moved"] = holders.heap_moved;
    out["heap_passes"] = holders.heap_passes;
    if (!holders.heap_may_miss.empty()) out["heap_may_miss"] = text_json(holders.heap_may_miss);
    out["pointers"] = holders.pointers;
    out["pointers_left_out"] = holders.pointers_left_out;
    if (holders.chain) out["chain"] = chain_json(*holders.chain);
    return out;
}

void read_holders(JsonFields& whole, const char* key, BlockHolders& into) {
    whole.read_object(key, [&](JsonFields& fields) {
        fields.read_list("holders", [&](JsonFields& holder) { read_holder(holder, into); });
        fields.read_whole("more", into.more);
        read_sum(fields, "rest", into.rest);
        fields.read("heap_not_read", into.heap_not_read);
        read_bytes(fields, "heap_resident", into.heap_resident);
        fields.read_whole("heap_words", into.heap_words);
        fields.read_whole("heap_unidentified", into.heap_unidentified);
        fields.read_whole("heap_moved", into.heap_moved);
        fields.read_whole("heap_passes", into.heap_passes);
        fields.read("heap_may_miss", into.heap_may_miss);
        fields.read_whole("pointers", into.pointers);
        fields.read("pointers_left_out", into.pointers_left_out);
        if (fields.find("chain") != nullptr) {
            fields.read_object("chain", [&](JsonFields& chain) { read_chain(chain, into.chain.emplace()); });
        }
    });
}

}  // namespace nmtx
