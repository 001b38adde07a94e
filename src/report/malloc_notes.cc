#include "report/malloc_notes.h"

#include <fmt/format.h>

#include "base/printable.h"
#include "ledger/malloc_parts.h"
#include "report/style.h"

namespace nmtx {
namespace {

// NMT's part could not be told from the rest by address: it is taken off whole, and what of it was never
// touched hides as much of the others'.
void add_by_count(std::vector<std::string>& notes, const Ledger& ledger) {
    if (!ledger.malloc.nmt) return;
    const Bytes outside = ledger.malloc.outside_nmt();
    if (outside.value() >= ledger.rss.value() / 10) {
        notes.push_back(fmt::format(
            "{} MiB of malloc are unknown to NMT: native libraries (JNI, zlib, agents) hold them, or the "
            "allocator kept them after free.",
            in_mib(outside)));
    }
    if (ledger.malloc.nmt->value() > ledger.malloc.resident.value() / 2) {
        notes.push_back(fmt::format(
            "NMT counts {} MiB of malloc, malloc's mappings hold {} MiB resident: what NMT's part has not "
            "touched yet hides as much of others' malloc.",
            in_mib(*ledger.malloc.nmt), in_mib(ledger.malloc.resident)));
    }
}

}  // namespace

std::string allocator_name(const MallocWalk& walk) {
    return walk.version.empty() ? walk.allocator : walk.allocator + " " + walk.version;
}

std::vector<std::string> malloc_notes(const ProcessView& view, const Ledger& ledger) {
    std::vector<std::string> notes;
    if (!ledger.malloc.measured()) add_by_count(notes, ledger);
    if (!view.malloc_walk) return notes;
    const MallocWalk& walk = *view.malloc_walk;
    if (!walk.walked())
        notes.push_back(fmt::format("malloc's memory was not walked: {}.", walk.why_not_walked));
    return notes;
}

std::string largest_remark(const MallocWalk& walk, std::size_t room) {
    const UntrackedOwner* largest = largest_untracked(walk);
    if (largest == nullptr) return "";
    const ChunkSum& chunks = largest->chunks;
    const std::string blocks = grouped(chunks.blocks);
    const std::string size = largest->block == Bytes() ? "" : grouped(largest->block.value());
    const std::string owner = printable(largest->owner);
    // One entry among many is an example, not what the figure is made of.
    const bool most = chunks.bytes.value() >= walk.live_untracked().bytes.value() / 2;
    const std::string head = (most ? "" : "largest: ") + blocks;
    const std::string_view noun = chunks.blocks == 1 ? " block" : " blocks";
    std::string text = fmt::format("{}{}{}{}", head, noun, size.empty() ? "" : " of " + size + " bytes",
                                   owner.empty() ? "" : ", in " + owner);
    if (display_width(text) <= room) return text;
    return fmt::format("{}{}{}", head, size.empty() ? std::string(noun) : " x " + size + " B",
                       owner.empty() ? "" : ", " + owner);
}

}  // namespace nmtx
