// A process with the figures that a rule looks at, and the findings of one rule.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "findings/judgement/judgement.h"
#include "findings/rules/rules.h"

namespace nmtx::test {

struct MadeProcess {
    ProcessView view;
    Ledger ledger;
    ThreadTable threads;
    bool with_threads = false;

    explicit MadeProcess(std::string java_version = "17.0.15") {
        view.header.pid = 42;
        view.header.target_uptime_s = 3600;
        view.vm = Vm::hotspot;
        view.perf.emplace();
        view.perf->counters["java.property.java.version"] = std::move(java_version);
        ledger.rss = mib(1000);
    }

    MadeProcess& row(std::string path, Bytes resident) {
        Row row;
        row.path = std::move(path);
        row.resident = resident;
        ledger.rows.push_back(std::move(row));
        return *this;
    }
    MadeProcess& counter(const std::string& name, std::int64_t value) {
        view.perf->counters[name] = value;
        return *this;
    }
    MadeProcess& options(std::string joined) {
        view.options = read_jvm_options(split_joined_options(joined));
        view.perf->counters["java.rt.vmArgs"] = std::move(joined);
        return *this;
    }
    NmtCategory& category(std::string name) {
        if (!view.nmt) view.nmt.emplace();
        view.nmt->categories.emplace_back();
        view.nmt->categories.back().name = std::move(name);
        return view.nmt->categories.back();
    }
    MadeProcess& thread(std::string name, ThreadKind kind, Bytes resident = kib(100), Bytes size = mib(1),
                        Bytes huge = {}) {
        with_threads = true;
        const std::uint64_t begin = 0x7f0000000000 + (threads.rows.size() << 32U);
        ThreadRow row;
        row.tid = 100 + threads.rows.size();
        row.name = std::move(name);
        row.kind = kind;
        ThreadStack stack;
        stack.range = range_of(begin, begin + size.value());
        stack.path = kind == ThreadKind::native ? "stack/native" : "jvm/thread stack";
        stack.reserved = size;
        stack.resident = resident;
        stack.huge = huge;
        threads.totals.stacks_reserved += size;
        threads.totals.stacks_resident += resident;
        ++threads.totals.of_kind[static_cast<std::size_t>(kind)];
        ++threads.counts.tasks;
        if (!view.smaps) view.smaps.emplace();
        Mapping mapping;
        mapping.range = stack.range;
        mapping.rss = resident;
        view.smaps->mappings.push_back(mapping);
        row.stack = std::move(stack);
        threads.rows.push_back(std::move(row));
        return *this;
    }

    [[nodiscard]] std::vector<Finding> found(std::string_view rule) const {
        std::vector<Finding> findings =
            judge({view, ledger, with_threads ? &threads : nullptr, nullptr, nullptr}).findings;
        std::erase_if(findings, [&](const Finding& finding) { return finding.rule != rule; });
        return findings;
    }
};

inline bool has_command(const Finding& finding, std::string_view part) {
    for (const Remedy& remedy : finding.remedies) {
        if (remedy.command.find(part) != std::string::npos) return true;
    }
    return false;
}

inline std::string evidence_of(const Finding& finding) {
    std::string all;
    for (const std::string& sentence : finding.evidence) all += sentence + "\n";
    return all;
}

}  // namespace nmtx::test
