// What a text of a paste is about: a process, or what surrounds it; and of which moment.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <vector>

#include "hotspot/replies.h"
#include "pasted/parts/pasted.h"

namespace nmtx {

// A process, which the text or the command above it may name; the kind's row in the table says so.
bool of_a_process(const PastedPart& part);

// Where but one process is named, texts without a name are taken to be of it.
std::optional<std::uint64_t> the_only_pid(const std::vector<PastedText>& texts);

// By itself it calls for no reconciliation: the process is gone, the text says what it has to say, or it
// need not be about a JVM, as files of a cgroup.
bool asks_for_nothing(const PastedPart& part);

// The place of a text among those of one snapshot: two texts of one slot are from two snapshots. None for
// texts that may be of any.
struct Slot {
    PastedKind kind;
    int form;  // NMT: summary, detail, diff
    auto operator<=>(const Slot&) const = default;
};
std::optional<Slot> slot_of(const PastedPart& part);

// Does a list of options give one of these another value, or another collector? Then it is another JVM's, or
// of another start.
bool contradicts(const std::optional<VmFlags>& options, const PastedPart& part);

}  // namespace nmtx
