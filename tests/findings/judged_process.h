// A made process as rules see it, and what they find.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "accounts.h"
#include "findings/figures/container.h"
#include "findings/judgement/judgement.h"
#include "findings/rules/rules.h"
#include "support/made_process.h"

namespace nmtx::made {

class Judged : public Process {
  public:
    ThreadTable threads;

    // With a Java version, hsperfdata tells it.
    explicit Judged(Bytes rss, std::string java_version = {}) : Process(rss) {
        if (!java_version.empty()) counter("java.property.java.version", std::move(java_version));
    }

    // A thread with its stack, a mapping of which so much is resident and in huge pages.
    Judged& thread(std::string name, ThreadKind kind, Bytes resident = kib(100), Bytes size = mib(1),
                   Bytes huge = {}) {
        Mapping& mapping = next_mapping(resident);
        mapping.range.end = {mapping.range.begin.value + size.value()};
        ThreadStack stack;
        stack.range = mapping.range;
        stack.path = kind == ThreadKind::native ? "stack/native" : "jvm/thread stack";
        stack.reserved = size;
        stack.resident = resident;
        stack.huge = huge;
        threads.totals.stacks_reserved += size;
        threads.totals.stacks_resident += resident;
        ++threads.totals.of_kind[static_cast<std::size_t>(kind)];
        ++threads.counts.tasks;
        ThreadRow& row = threads.rows.emplace_back();
        row.tid = 99 + threads.rows.size();
        row.name = std::move(name);
        row.kind = kind;
        row.stack = std::move(stack);
        return *this;
    }

    // What one rule is given.
    [[nodiscard]] FindingInput input(const RunTrend* history = nullptr) const {
        return {view, ledger, nullptr, nullptr, history};
    }
    // All rules are run; the findings of one.
    [[nodiscard]] std::vector<Finding> found(std::string_view rule) const {
        std::vector<Finding> all = threads.rows.empty()
                                       ? test::findings(view, ledger)
                                       : judge({view, ledger, &threads, nullptr, nullptr}).findings;
        std::erase_if(all, [&](const Finding& finding) { return finding.rule != rule; });
        return all;
    }
};

inline ChunkSum chunks(std::uint64_t blocks, Bytes bytes) {
    return {blocks, bytes, bytes};
}

// A record in which one row has grown steadily for two hours.
inline RunTrend growing(SeriesKey key, Verdict verdict, double mib_an_hour) {
    RunTrend run;
    OwnerTrend row;
    row.key = std::move(key);
    row.verdict = verdict;
    row.shape.verdict = verdict;
    row.shape.points = 120;
    row.shape.span_s = 7200;
    row.shape.slope = Slope{mib_an_hour * 1048576 / 3600, 0, 0, 0, 0};
    row.first = 10 * 1048576.0;
    row.last = row.first + 2 * mib_an_hour * 1048576;
    const bool leaf = row.key.series == Series::owner;
    (leaf ? run.owners : run.others).push_back(std::move(row));
    return run;
}

// The evidence, a sentence a line.
inline std::string evidence_of(const Finding& finding) {
    std::string all;
    for (const std::string& sentence : finding.evidence) all += sentence + "\n";
    return all;
}

// In its title or its evidence.
inline bool says(const Finding& finding, std::string_view part) {
    return (finding.title + "\n" + evidence_of(finding)).find(part) != std::string::npos;
}

// In a command of its remedies.
inline bool proposes(const Finding& finding, std::string_view command) {
    return std::ranges::any_of(finding.remedies, [&](const Remedy& remedy) {
        return remedy.command.find(command) != std::string::npos;
    });
}

// In any of its sentences and commands.
inline bool mentions(const Finding& finding, std::string_view text) {
    const auto in_remedy = [&](const Remedy& remedy) {
        return (remedy.what + remedy.command).find(text) != std::string::npos;
    };
    return says(finding, text) || finding.refuted_by.find(text) != std::string::npos ||
           std::ranges::any_of(finding.remedies, in_remedy);
}

}  // namespace nmtx::made
