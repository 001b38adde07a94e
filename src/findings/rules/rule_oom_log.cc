// The kernel's log of an OOM kill: the victim, its memory, the limit that was reached, and other large
// processes.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/printable.h"
#include "findings/rules/rule_list.h"
#include "findings/wording.h"
#include "kernel/oom/oom_lines.h"

namespace nmtx::rule {
namespace {

constexpr std::size_t most = 5;             // kills that are reported in full
constexpr std::size_t shown_processes = 3;  // other processes

std::string named(std::string_view name, std::uint64_t pid) {
    return fmt::format("{} (pid {})", printable(name), pid);
}

// By the line of the kill, else by the table.
std::optional<Bytes> rss_of(const OomKill& kill, const OomVictim& victim) {
    if (const auto rss = victim.rss()) return rss;
    const OomTask* const task = kill.task_of(victim);
    return task != nullptr ? std::optional(task->rss) : std::nullopt;
}

std::string cause(const OomKill& kill) {
    if (kill.of_cgroup()) {
        const std::string limit =
            kill.memory && kill.memory->limit ? fmt::format(" of {}", human(*kill.memory->limit)) : "";
        return fmt::format("its cgroup's limit{} was reached", limit);
    }
    switch (kill.constraint) {
        case OomConstraint::none:
            return "the machine ran out of memory";
        case OomConstraint::cpuset:
        case OomConstraint::memory_policy:
            return "the memory nodes that it may use ran out";
        default:
            return "the cause is not in the text (a cgroup's limit, or the machine's memory)";
    }
}

void add_split(Finding& finding, const OomKill& kill, const OomVictim& victim) {
    std::string text;
    const auto part = [&](std::string_view name, const std::optional<Bytes>& bytes) {
        if (bytes) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, human(*bytes));
    };
    part("anonymous", victim.anon_rss);
    part("files", victim.file_rss);
    part("shared memory", victim.shmem_rss);
    part("page tables", victim.page_tables);
    if (!text.empty()) finding.evidence.push_back(fmt::format("Its memory: {}.", text));
    if (const OomTask* const task = kill.task_of(victim)) {
        finding.evidence.push_back(
            fmt::format("Its row in the table: {} pages of 4 KiB (not kB), {}{}.",
                        grouped(task->rss.value() / kib(4).value()), human(task->rss),
                        task->swap == Bytes() ? "" : fmt::format(", and {} in swap", human(task->swap))));
    }
}

void add_limit(Finding& finding, const OomKill& kill) {
    if (kill.memory) {
        finding.evidence.push_back(fmt::format(
            "Memory usage of the cgroup{}{}: {}{}; failed allocations at the limit: {}.",
            kill.limited_cgroup.empty() ? "" : " ", printable(kill.limited_cgroup), human(kill.memory->usage),
            kill.memory->limit ? fmt::format(" of {}", human(*kill.memory->limit)) : ", no limit",
            grouped(kill.memory->failcnt)));
    }
    // What the limit was spent on, where the log has it: v2's names, or v1's.
    struct Part {
        const char* key;
        const char* name;
        bool always;
    };
    constexpr std::array parts{Part{"anon", "anonymous", true},
                               Part{"rss", "anonymous", true},
                               Part{"file", "file", true},
                               Part{"cache", "file", true},
                               Part{"shmem", "shared memory", false},
                               Part{"kernel_stack", "kernel stack", true},
                               Part{"pagetables", "page tables", false},
                               Part{"slab_unreclaimable", "unreclaimable slab", false},
                               Part{"sock", "sockets", false}};
    std::string text;
    for (const Part& part : parts) {
        const auto bytes = oom_stat_of(kill, part.key);
        if (bytes && (part.always || *bytes >= mib(1)))
            text += fmt::format("{}{} {}", text.empty() ? "" : ", ", part.name, human(*bytes));
    }
    if (!text.empty())
        finding.evidence.push_back(
            fmt::format("Memory of {}: {}.", printable(kill.stats.front().path), text));
}

void add_others(Finding& finding, const OomKill& kill, const OomVictim& victim, Bytes rss) {
    std::vector<const OomTask*> others;
    for (const OomTask& task : kill.tasks) {
        if (task.pid != victim.pid && task.tgid != victim.pid &&
            task.rss >= std::max(mib(16), Bytes(rss.value() / 10)))
            others.push_back(&task);
    }
    std::stable_sort(others.begin(), others.end(),
                     [](const OomTask* a, const OomTask* b) { return a->rss > b->rss; });
    std::string text;
    for (std::size_t i = 0; i < others.size() && i < shown_processes; ++i)
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", named(others[i]->name, others[i]->pid),
                            human(others[i]->rss));
    if (!text.empty())
        finding.evidence.push_back(
            fmt::format("{}: {}.", victim.pid == 0 ? "Largest processes" : "Other large processes", text));
    else if (kill.tasks.size() == 1)
        finding.evidence.emplace_back("No other process is in the table.");
    else if (!kill.tasks.empty())
        finding.evidence.push_back(
            fmt::format("No other of the {} processes in the table was large.", kill.tasks.size()));
    if (!kill.invoked_by.empty() && kill.invoked_by != victim.name)
        finding.evidence.push_back(
            fmt::format("{} triggered the kill by allocating; that does not show what used the memory.",
                        printable(kill.invoked_by)));
}

void add_remedies(Finding& finding, const OomKill& kill) {
    if (kill.of_cgroup() && kill.memory && kill.memory->limit) {
        finding.remedies.push_back({"Find a heap that fits the limit, from a similar running JVM",
                                    fmt::format("nmtx fit PID --limit {}", kill.memory->limit->value())});
    } else if (kill.constraint == OomConstraint::unknown) {
        finding.remedies.push_back({"Find the lines around the kill, which name the cause",
                                    "dmesg -T | grep -iE 'out of memory|oom-kill:|memory: usage'"});
    } else if (kill.constraint == OomConstraint::none) {
        finding.remedies.push_back(
            {"Set memory limits that sum to less than the machine's memory (nmtx fit PID --limit SIZE finds the "
             "heap for one)",
             ""});
    }
    finding.remedies.push_back({"Record the next process before it is killed", "nmtx record PID -o rec.db"});
}

std::string refuted_by(const OomKill& kill) {
    if (kill.of_cgroup())
        return "the limit is far above this process's use (its peak is unknown, or other processes took the "
               "rest)";
    if (kill.constraint == OomConstraint::unknown) return "the lines around the kill show another cause";
    return "the machine had free memory then (one node, or a large contiguous block, was short)";
}

Finding finding_of(const OomKill& kill, const OomVictim& victim) {
    const std::optional<Bytes> rss = rss_of(kill, victim);
    Finding finding;
    finding.severity = Severity::problem;
    finding.confidence = kill.constraint == OomConstraint::unknown ? Confidence::medium : Confidence::high;
    finding.title = fmt::format("{} OOM-killed{}: {}", named(victim.name, victim.pid),
                                rss ? fmt::format(" with {} resident", human(*rss)) : "", cause(kill));
    finding.refutes = Refutes::claim;
    finding.bytes = rss;
    finding.resident = false;  // of that process, not of what is reported
    add_split(finding, kill, victim);
    add_limit(finding, kill);
    add_others(finding, kill, victim, rss.value_or(Bytes()));
    add_remedies(finding, kill);
    finding.refuted_by = refuted_by(kill);
    return finding;
}

// The killer was called, but the text ends before it names the victim.
Finding finding_of_call(const OomKill& kill) {
    Finding finding;
    finding.severity = Severity::problem;
    finding.confidence = kill.constraint == OomConstraint::unknown ? Confidence::medium : Confidence::high;
    finding.title = fmt::format("OOM killer invoked: {}", cause(kill));
    finding.resident = false;
    finding.refutes = Refutes::claim;
    finding.evidence.emplace_back("The line that names the killed process is missing.");
    add_limit(finding, kill);
    if (!kill.tasks.empty()) add_others(finding, kill, {}, Bytes());
    add_remedies(finding, kill);
    finding.refuted_by = refuted_by(kill);
    return finding;
}

}  // namespace

std::vector<Finding> oom_log(const FindingInput& input) {
    if (!input.view.oom_log) return {};
    std::vector<Finding> findings;
    const std::vector<OomKill>& kills = input.view.oom_log->kills;
    std::size_t untold = 0;
    // The latest first: what comes before is often the same once more.
    for (auto kill = kills.rbegin(); kill != kills.rend(); ++kill) {
        for (const OomVictim& victim : kill->victims) {
            if (findings.size() < most) {
                findings.push_back(finding_of(*kill, victim));
            } else {
                ++untold;
            }
        }
    }
    if (untold > 0)
        findings.back().evidence.push_back(
            fmt::format("{} in the log.", counted(untold, "earlier kill", "earlier kills")));
    if (findings.empty() && !kills.empty()) findings.push_back(finding_of_call(kills.back()));
    return findings;
}

}  // namespace nmtx::rule
