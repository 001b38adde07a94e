// The subject of a pasted text: a process or its surroundings, and which snapshot.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <vector>

#include "hotspot/replies.h"
#include "pasted/parts/pasted.h"

namespace nmtx {

// Is it about a process, which the text or the command above it may name? By the kind's row in the table.
bool of_a_process(const PastedPart& part);

// If only one process is named, texts without a name are assigned to it.
std::optional<std::uint64_t> the_only_pid(const std::vector<PastedText>& texts);

// By itself it does not need a reconciliation: the process is gone, the text is complete in itself, or it
// need not be about a JVM, like cgroup files.
bool asks_for_nothing(const PastedPart& part);

// The slot of a text within a snapshot: two texts with the same slot are from two snapshots. Nothing for
// texts that fit any snapshot.
struct Slot {
    PastedKind kind;
    int form;  // NMT: summary, detail, diff
    auto operator<=>(const Slot&) const = default;
};
std::optional<Slot> slot_of(const PastedPart& part);

// Does a list of options give one of these another value, or another collector? Then it belongs to another
// JVM, or another start.
bool contradicts(const std::optional<VmFlags>& options, const PastedPart& part);

}  // namespace nmtx
