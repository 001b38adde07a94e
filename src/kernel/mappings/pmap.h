// The output of pmap(1): procps (plain, -d, -x, -X, -XX; with or without -p), busybox and toybox. Sources:
// pmap.c of procps-ng and of its predecessor procps 3.2, busybox's procps/pmap.c, toybox's pmap.c.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/error.h"
#include "base/not_understood.h"
#include "kernel/mappings/smaps.h"

namespace nmtx {

enum class PmapForm {
    plain,     // address, size, mode, name
    device,    // -d: also offset and device
    extended,  // -x: also RSS and dirty pages
    columns    // -X, -XX: the fields of smaps
};

// The last line, if it was pasted.
struct PmapTotals {
    std::optional<Bytes> size, rss, pss, dirty, swap;
};

struct Pmap {
    std::optional<std::uint64_t> pid;  // of the line "18851:   java -Xmx256m"
    std::string_view command;
    PmapForm form = PmapForm::plain;
    // As pmap shows them, ascending whatever the order of the lines: inodes, offsets and devices only with
    // -d and -X, files by their last name unless -p was given, anonymous memory without a name, the main
    // thread's stack as "[stack]". Dirty pages (-x) count as private. `from` is MappingsFrom::pmap, and
    // figures without a column are marked unknown.
    Smaps smaps;
    // -X rows without their heading: the RSS column was inferred from the kernels' order of fields.
    bool columns_inferred = false;
    PmapTotals totals;
    NotUnderstood not_understood;

    // The sum over all lines equals pmap's own total: nothing is missing.
    [[nodiscard]] bool whole() const;
};

// "18851:   java -Xmx256m": where the pmap of a process begins.
bool is_pmap_of_process(std::string_view line);

// Fails where no line is a mapping, and for the pmap of Solaris, with the line. Lines of a second process
// are not understood: they are a text of their own.
Expected<Pmap> parse_pmap(std::string_view text, std::string_view document = "pmap");

}  // namespace nmtx
