// An NMT report by itself, without mappings: a category other than the heap that makes up most of the JVM's
// committed memory, or that has grown since the baseline, points to the cause.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/printable.h"
#include "findings/told/told.h"
#include "findings/wording.h"

namespace nmtx::told {
namespace {

constexpr Bytes nmt_least = mib(128);
constexpr Bytes least_growth = mib(8);
constexpr Bytes much_growth = mib(64);
constexpr std::uint64_t many_threads = 1000;

struct Cause {
    std::string_view category;
    std::string_view what;  // behind "N MiB in NAME (…): "
    std::string_view next;
    std::string_view command;
    Bytes usual = mib(128);  // a healthy JVM may have as much
};

constexpr std::array causes{
    Cause{"Internal", "direct buffers and Unsafe up to JDK 10, besides the JVM's own tables",
          "See the call sites (needs NMT=detail)", "jcmd PID VM.native_memory detail"},
    Cause{"Other", "direct buffers, Unsafe and the foreign memory API",
          "Limit direct buffers with -XX:MaxDirectMemorySize=SIZE (default: as much as the heap)", ""},
    Cause{"Class", "class metadata: many classes, or class loaders that stay",
          "Find the class loaders that hold most", "jcmd PID VM.classloader_stats", mib(320)},
    Cause{"Metaspace", "class metadata: many classes, or class loaders that stay",
          "Find the class loaders that hold most", "jcmd PID VM.classloader_stats", mib(320)},
    Cause{"Code", "compiled code", "See how full the code cache is", "jcmd PID Compiler.codecache", mib(288)},
    Cause{"GC", "the collector's tables, a share of the heap size",
          "Compare with another collector, or with a smaller heap", "", mib(256)},
    Cause{"Symbol", "names of classes and methods, and interned strings", "See what fills the string table",
          "jcmd PID VM.stringtable"},
    Cause{"Native Memory Tracking", "NMT's record of each allocation", "Restart with less detail",
          "-XX:NativeMemoryTracking=summary"},
    Cause{"Arena Chunk", "memory that arenas of threads and compilers keep, or use briefly",
          "Ask again to see whether it stays", "jcmd PID VM.native_memory summary"},
};

const Cause* cause_of(std::string_view category) {
    const auto* const found =
        std::ranges::find_if(causes, [&](const Cause& c) { return c.category == category; });
    return found == causes.end() ? nullptr : found;
}

void add_next(Finding& finding, const NmtCategory& category, const Cause* cause) {
    if (cause != nullptr) finding.remedies.push_back({std::string(cause->next), std::string(cause->command)});
    std::string name = printable(category.name);
    std::ranges::transform(name, name.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    finding.remedies.push_back(
        {"See what it holds and what limits it", fmt::format("nmtx glossary '{}'", name)});
}

std::string counts_of(const NmtCategory& category) {
    std::string text;
    if (category.malloc != Bytes())
        text = fmt::format(
            "{} MiB from malloc{}", in_mib(category.malloc),
            category.malloc_count ? " in " + counted(*category.malloc_count, "block", "blocks") : "");
    if (category.classes) text += (text.empty() ? "" : ", ") + counted(*category.classes, "class", "classes");
    return text;
}

// The compilers have a rule of their own, and the heap is what a JVM is for.
bool judged_elsewhere(const NmtCategory& category) {
    return category.name == "Java Heap" || category.name == "Compiler" || category.name == "Thread";
}

bool is_large(const NmtCategory& category, const Cause* cause, const NmtCategory* heap, Bytes beside_heap) {
    // Its tables are made for all that the heap may become.
    const bool tables =
        category.name == "GC" && heap != nullptr && category.committed.value() < heap->reserved.value() / 5;
    return category.committed >= (cause != nullptr ? cause->usual : nmt_least) && !tables &&
           category.committed.value() >= beside_heap.value() / 4;
}

std::optional<Finding> large(const NmtReport& report, const NmtCategory& category, const NmtCategory* heap,
                             Bytes beside_heap) {
    const Cause* const cause = cause_of(category.name);
    if (judged_elsewhere(category) || !is_large(category, cause, heap, beside_heap)) return std::nullopt;
    Finding finding;
    finding.severity = Severity::warning;
    finding.resident = false;
    finding.bytes = category.committed;
    finding.refutes = Refutes::leak;
    finding.title = fmt::format("{} MiB in {} ({} % of the {} MiB committed by the JVM){}{}",
                                in_mib(category.committed), printable(category.name),
                                percent(category.committed, report.committed), in_mib(report.committed),
                                cause != nullptr ? ": " : "", cause != nullptr ? cause->what : "");
    if (const std::string counts = counts_of(category); !counts.empty())
        finding.evidence.push_back(fmt::format("NMT {}: {}.", printable(category.name), counts));
    add_next(finding, category, cause);
    finding.refuted_by = "a later report shows the same figure (large, but not growing)";
    return finding;
}

std::optional<Finding> threads(const NmtReport& report, Bytes beside_heap) {
    const NmtCategory* const category = report.find("Thread");
    if (category == nullptr || !category->threads) return std::nullopt;
    const bool large =
        category->committed >= mib(512) && category->committed.value() >= beside_heap.value() / 2;
    if (*category->threads < many_threads && !large) return std::nullopt;
    Finding finding;
    finding.severity = Severity::warning;
    finding.resident = false;
    finding.bytes = category->committed;
    finding.title = fmt::format("{} threads: {} MiB in NMT, {} % of what the JVM has committed",
                                grouped(*category->threads), in_mib(category->committed),
                                percent(category->committed, report.committed));
    const bool whole = category->stack_committed && category->stack_reserved == category->stack_committed;
    finding.evidence.push_back(
        whole ? "This report counts whole stacks as committed: the touched (resident) part is far "
                "smaller."
              : "Only the touched part of the stacks is counted as committed.");
    finding.remedies.push_back({"See which pools they belong to, by name", "jcmd PID Thread.print"});
    finding.remedies.push_back({"Restart with smaller stacks, if so many threads are needed", "-Xss512k"});
    finding.refuted_by = "the server is meant to run this many threads";
    return finding;
}

std::string more_of(const NmtCategory& category) {
    std::string text;
    const auto add = [&](std::int64_t change, std::string_view name) {
        if (change > 0)
            text +=
                fmt::format("{}{} more {}", text.empty() ? "" : ", ", grouped(Delta{change}).substr(1), name);
    };
    add(category.change.classes, "classes");
    add(category.change.threads, "threads");
    add(category.change.malloc_count, "malloc blocks");
    return text;
}

std::optional<Finding> grown(const NmtReport& report, const NmtCategory& category) {
    const Delta change = category.change.committed;
    if (category.name == "Java Heap" || change.value <= 0 ||
        Bytes(static_cast<std::uint64_t>(change.value)) < least_growth)
        return std::nullopt;
    const Bytes grown_by(static_cast<std::uint64_t>(change.value));
    const bool most = report.change.committed.value <= 0 ||
                      grown_by.value() >= static_cast<std::uint64_t>(report.change.committed.value) / 5;
    if (!most) return std::nullopt;
    Finding finding;
    finding.severity = grown_by >= much_growth ? Severity::warning : Severity::note;
    finding.resident = false;
    finding.bytes = grown_by;
    const std::string more = more_of(category);
    const Cause* const cause = cause_of(category.name);
    finding.title =
        fmt::format("{} grew by {} MiB to {} MiB since the report before{}{}", printable(category.name),
                    in_mib(grown_by), in_mib(category.committed), more.empty() ? "" : ", with " + more,
                    cause != nullptr ? fmt::format(": {}", cause->what) : "");
    finding.evidence.emplace_back(
        "Two snapshots show that it grew, not that it goes on: a JVM also grows while it "
        "warms up.");
    add_next(finding, category, cause);
    finding.remedies.push_back(check_growth());
    finding.refutes = Refutes::leak;
    finding.refuted_by = "a third, later report shows the same figure";
    return finding;
}

}  // namespace

std::vector<Finding> nmt_category(const ToldInput& input) {
    if (input.has_ledger() || !input.view.nmt) return {};
    const NmtReport& report = *input.view.nmt;
    const NmtCategory* const heap = report.find("Java Heap");
    const Bytes beside_heap = minus_or_zero(report.committed, heap != nullptr ? heap->committed : Bytes());
    std::vector<Finding> findings;
    const auto keep = [&](std::optional<Finding> finding) {
        if (finding) findings.push_back(std::move(*finding));
    };
    for (const NmtCategory& category : report.categories) {
        keep(report.has_changes() ? grown(report, category) : large(report, category, heap, beside_heap));
    }
    if (!report.has_changes()) keep(threads(report, beside_heap));
    return findings;
}

}  // namespace nmtx::told
