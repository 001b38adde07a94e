// A process as rules see it, made piece by piece.
#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

#include "accounts.h"
#include "findings/figures/container.h"
#include "findings/judgement/judgement.h"
#include "findings/rules/rules.h"

namespace nmtx {

struct MadeMemory {
    ProcessView view;
    Ledger ledger;

    explicit MadeMemory(Bytes rss) {
        view.vm = Vm::hotspot;
        view.header.pid = 42;
        view.header.target_uptime_s = 600;
        view.smaps.emplace();
        view.smaps->rss = rss;
        view.status.emplace();
        view.status->name = "java";
        view.status->vm_rss = rss;
        view.status->vm_hwm = rss;
        view.status->rss_anon = rss;
        view.status->rss_shmem = Bytes();
        ledger.rss = rss;
    }

    // A mapping with one owner; the caller may change it.
    Mapping& map(std::string_view owner, std::string_view name, Bytes resident) {
        const std::uint64_t begin = 0x7f0000000000 + (view.smaps->mappings.size() << 32);
        Mapping mapping;
        mapping.range = range_of(begin, begin + resident.value());
        mapping.name = name;
        mapping.inode = name.empty() ? 0 : 7;
        mapping.rss = resident;
        mapping.pss = resident;
        Piece piece;
        piece.range = mapping.range;
        piece.mapping = static_cast<std::uint32_t>(view.smaps->mappings.size());
        piece.claim.owner = ledger.owners.id(owner);
        piece.resident = resident;
        ledger.pieces.push_back(piece);
        Row row;
        row.path = owner;
        row.resident = resident;
        ledger.rows.push_back(row);
        if (owner == "unexplained") ledger.unexplained += resident;
        view.smaps->mappings.push_back(mapping);
        return view.smaps->mappings.back();
    }

    // All findings of one rule.
    [[nodiscard]] std::vector<Finding> find(std::string_view rule) const {
        std::vector<Finding> found;
        for (Finding& finding : test::findings(view, ledger)) {
            if (finding.rule == rule) found.push_back(std::move(finding));
        }
        return found;
    }
};

inline bool says(const Finding& finding, std::string_view part) {
    return finding.title.find(part) != std::string::npos ||
           std::any_of(finding.evidence.begin(), finding.evidence.end(),
                       [&](const std::string& sentence) { return sentence.find(part) != std::string::npos; });
}

inline bool proposes(const Finding& finding, std::string_view command) {
    return std::any_of(finding.remedies.begin(), finding.remedies.end(), [&](const Remedy& remedy) {
        return remedy.command.find(command) != std::string::npos;
    });
}

}  // namespace nmtx
