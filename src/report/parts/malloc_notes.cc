#include "report/parts/malloc_notes.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/printable.h"
#include "findings/figures/no_walk.h"
#include "findings/wording.h"
#include "hotspot/nmt/nmt_missing.h"
#include "ledger/partition/untracked_owners.h"
#include "report/style/style.h"

namespace nmtx {
namespace {

// NMT's blocks could not be located: NMT's count is subtracted as a whole, and what of it was never touched
// hides as much native malloc.
void add_by_count(std::vector<std::string>& notes, const Ledger& ledger) {
    if (!ledger.malloc.nmt) return;
    const Bytes outside = ledger.malloc.outside_nmt();
    if (outside.value() >= ledger.rss.value() / 10) {
        notes.push_back(fmt::format(
            "{} MiB of malloc are not tracked by NMT: native libraries (JNI, zlib, agents) use them, or the "
            "allocator retained them after free.",
            in_mib(outside)));
    }
    if (ledger.malloc.nmt->value() > ledger.malloc.resident.value() / 2) {
        notes.push_back(fmt::format(
            "NMT counts {} MiB of malloc, and malloc's mappings have {} MiB resident: NMT's untouched memory "
            "hides as much native malloc.",
            in_mib(*ledger.malloc.nmt), in_mib(ledger.malloc.resident)));
    }
}

}  // namespace

std::string allocator_name(const MallocWalk& walk) {
    std::string name = walk.version.empty() ? walk.allocator : walk.allocator + " " + walk.version;
    if (!walk.also_present.empty()) name += " (" + walk.also_present + " also present)";
    return name;
}

namespace {

// Of a report that was cut: the owner of its malloc is unknown.
void add_cut(std::vector<std::string>& notes, const Moment& moment) {
    if (!moment.view->nmt) return;
    const auto missing = missing_categories(*moment.view->nmt);
    if (!missing) return;
    notes.push_back(fmt::format("The NMT report is cut: {}.", share_shown(*missing)));
    if (moment.ledger->malloc.nmt || moment.ledger->malloc.measured() ||
        moment.ledger->malloc.resident == Bytes())
        return;
    const NmtMallocBounds bounds = malloc_bounds(*moment.view->nmt);
    const Bytes unnamed = minus_or_zero(moment.ledger->malloc.resident, bounds.least);
    notes.push_back(fmt::format(
        "How much of malloc's {} MiB belongs to the JVM is unknown: the categories in the report have {} "
        "MiB, and up to {} MiB of the other {} MiB may belong to the missing ones.",
        in_mib(moment.ledger->malloc.resident), in_mib(bounds.least),
        in_mib(std::min(unnamed, missing->missing)), in_mib(unnamed)));
}

}  // namespace

std::string no_walk_text(const ProcessView& view) {
    const auto no_walk = why_no_walk(view);
    if (!no_walk) return "";
    const auto& [what, command, gives_back] = no_walk->remedy;
    std::string text = fmt::format("{}: {}.", malloc_not_analysed, no_walk->why);
    if (what.empty()) return text;
    text += " " + what;
    return command.empty() ? text + "." : fmt::format("{}: {}", text, with_pid(command, view));
}

std::vector<std::string> malloc_notes(const Moment& moment, bool all) {
    std::vector<std::string> notes;
    add_cut(notes, moment);
    if (all && !moment.ledger->malloc.measured()) add_by_count(notes, *moment.ledger);
    if (moment.ledger->malloc.resident == Bytes()) return notes;
    if (std::string note = no_walk_text(*moment.view); !note.empty()) notes.push_back(std::move(note));
    return notes;
}

std::string largest_remark(const MallocWalk& walk, std::size_t room) {
    const auto largest = largest_untracked(walk);
    if (!largest) return "";
    const Bytes half(walk.live_untracked().resident.value() / 2);
    const UntrackedOwner& shown =
        largest->of_one_size.chunks.resident > half ? largest->of_one_size : largest->group;
    const std::string size = shown.block == Bytes() ? "" : grouped(shown.block.value());
    const std::string owner = printable(shown.owner);
    // One entry among many is an example, not what the figure is made of.
    const std::string head = (shown.chunks.resident > half ? "" : "largest: ") + grouped(shown.chunks.blocks);
    const std::string_view noun = shown.chunks.blocks == 1 ? " block" : " blocks";
    std::string text = fmt::format("{}{}{}{}", head, noun, size.empty() ? "" : " of " + size + " bytes",
                                   owner.empty() ? "" : ", in " + owner);
    if (display_width(text) <= room) return text;
    return fmt::format("{}{}{}", head, size.empty() ? std::string(noun) : " x " + size + " B",
                       owner.empty() ? "" : ", " + owner);
}

}  // namespace nmtx
