// A process made by hand, for the tests of rules: what is not set is not known.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "findings/rules/rules.h"

namespace nmtx::made {

struct Process {
    ProcessView view;
    Ledger ledger;

    Process() {
        view.header.pid = 42;
        view.header.target_uptime_s = 7200;
        view.vm = Vm::hotspot;
        view.smaps.emplace();
        ledger.rss = mib(400);
    }

    void jdk(int feature, std::string version) {
        view.version = JavaVersion{feature, version, std::move(version), "OpenJDK 64-Bit Server VM"};
    }
    NmtCategory& category(std::string name) {
        if (!view.nmt) view.nmt.emplace();
        view.nmt->categories.emplace_back();
        view.nmt->categories.back().name = std::move(name);
        return view.nmt->categories.back();
    }
    // A file mapped executable; the name outlives the process.
    void map(std::string_view name) {
        Mapping mapping;
        mapping.name = name;
        mapping.inode = 7;
        mapping.protection.read = mapping.protection.execute = true;
        const std::uint64_t at = 0x10000 * (view.smaps->mappings.size() + 1);
        mapping.range = range_of(at, at + 0x1000);
        view.smaps->mappings.push_back(mapping);
    }
    MallocWalk& walk() {
        if (!view.malloc_walk) {
            view.malloc_walk.emplace();
            view.malloc_walk->allocator = "glibc";
            view.malloc_walk->headers = "canary";
            ledger.malloc.parts.emplace();
            ledger.malloc.parts->told_apart = true;
        }
        return *view.malloc_walk;
    }
    MallocParts& parts() {
        walk();
        return *ledger.malloc.parts;
    }
    void row(std::string path, Bytes resident) {
        ledger.rows.emplace_back();
        ledger.rows.back().path = std::move(path);
        ledger.rows.back().resident = resident;
    }
    [[nodiscard]] FindingInput input(const RunTrend* history = nullptr) const {
        return {view, ledger, nullptr, nullptr, history};
    }
};

inline ChunkSum chunks(std::uint64_t blocks, Bytes bytes) {
    return {blocks, bytes, bytes};
}

// In any of the finding's sentences and commands.
inline bool mentions(const Finding& finding, std::string_view text) {
    std::string all = finding.title + finding.refuted_by;
    for (const std::string& sentence : finding.evidence) all += sentence;
    for (const Remedy& remedy : finding.remedies) all += remedy.what + remedy.command;
    return all.find(text) != std::string::npos;
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

}  // namespace nmtx::made
