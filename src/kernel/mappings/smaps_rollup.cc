#include <array>
#include <string>

#include "base/cursor.h"
#include "base/lines.h"
#include "base/remark.h"
#include "kernel/fields.h"
#include "kernel/mappings/mapping_header.h"
#include "kernel/mappings/smaps.h"

// f0000000-7ffc21e96000 ---p 00000000 00:00 0                              [rollup]
// Rss:               88884 kB
// Pss:               85635 kB
// Pss_Anon:          68148 kB

namespace nmtx {
namespace {

struct RollupRow {
    std::string_view key;
    std::optional<Bytes> SmapsRollup::* amount;
};
constexpr std::array<RollupRow, 16> rollup_rows{{
    {"Rss", &SmapsRollup::rss},
    {"Pss", &SmapsRollup::pss},
    {"Pss_Dirty", &SmapsRollup::pss_dirty},
    {"Pss_Anon", &SmapsRollup::pss_anon},
    {"Pss_File", &SmapsRollup::pss_file},
    {"Pss_Shmem", &SmapsRollup::pss_shmem},
    {"Shared_Clean", &SmapsRollup::shared_clean},
    {"Shared_Dirty", &SmapsRollup::shared_dirty},
    {"Private_Clean", &SmapsRollup::private_clean},
    {"Private_Dirty", &SmapsRollup::private_dirty},
    {"Anonymous", &SmapsRollup::anonymous},
    {"AnonHugePages", &SmapsRollup::anon_huge_pages},
    {"Shared_Hugetlb", &SmapsRollup::shared_hugetlb},
    {"Private_Hugetlb", &SmapsRollup::private_hugetlb},
    {"Swap", &SmapsRollup::swap},
    {"Locked", &SmapsRollup::locked},
}};

// A key that is not ours is understood as long as its value is an amount.
bool read_row(std::string_view line, SmapsRollup& rollup) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return false;
    const auto amount = read_kilobytes(line.substr(colon + 1));
    if (!amount) return false;
    for (const RollupRow& row : rollup_rows) {
        if (row.key != line.substr(0, colon)) continue;
        // A second figure is another process's, or another moment's.
        if (rollup.*row.amount) return false;
        rollup.*row.amount = amount;
    }
    return true;
}

}  // namespace

Expected<SmapsRollup> parse_smaps_rollup(std::string_view text, std::string_view document) {
    SmapsRollup rollup;
    for (Lines lines(text); lines.next();) {
        const Remarked parts = split_remark_of_amount(trim(lines.line()));
        if (parts.text.empty() && parts.remark.empty()) continue;
        Mapping mapping;
        // People lose the word at its end.
        const bool header = is_mapping_header(parts.text) && read_mapping_header(parts.text, mapping) &&
                            (mapping.name == "[rollup]" || (mapping.name.empty() && !rollup.rss));
        if (header || read_row(parts.text, rollup)) {
            rollup.not_understood.add_remark(lines.number(), parts.remark);
        } else {
            rollup.not_understood.add_line(lines.number(), lines.line());
        }
    }
    if (!rollup.rss && !rollup.pss)
        return failure(std::string(document) + ":1",
                       mismatch("\"Rss: N kB\" or \"Pss: N kB\"", text.substr(0, text.find('\n'))));
    return rollup;
}

}  // namespace nmtx
