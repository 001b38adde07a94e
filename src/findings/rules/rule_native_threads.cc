// Threads that native code started: NMT tracks neither them nor their stacks.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <unordered_set>

#include "base/paths.h"
#include "base/printable.h"
#include "findings/rules/rule_list.h"
#include "findings/wording.h"
#include "ledger/claims/stack_split.h"
#include "ledger/owner_paths.h"
#include "threads/thread_choice.h"

namespace nmtx::rule {
namespace {

constexpr std::size_t least_threads = 8;
constexpr std::size_t many_threads = 500;
constexpr Bytes native_threads_least = mib(8);
constexpr Bytes native_threads_warns_at = mib(128);

// Whose names they are, as those projects' sources give them to their threads.
struct Known {
    std::string_view prefix;
    std::string_view project;
};
constexpr std::array known{Known{"rocksdb:", "RocksDB"}, Known{"grpc", "gRPC"}, Known{"event_engine", "gRPC"},
                           Known{"jemalloc_bg_thd", "jemalloc"}, Known{"tokio-runtime-w", "Rust's tokio"}};

std::string_view project_of(std::string_view name) {
    const auto* found =
        std::find_if(known.begin(), known.end(), [&](const Known& k) { return name.starts_with(k.prefix); });
    return found == known.end() ? std::string_view() : found->project;
}

// Threads whose stacks lie in one mapping (glibc 2.42 and later) share a row's stack unless their pages were
// looked at, but each has its pointer.
std::unordered_set<std::uint64_t> on_native_stacks(const FindingInput& input) {
    std::unordered_set<std::uint64_t> tids;
    if (!input.view.tasks) return tids;
    for (const Task& task : *input.view.tasks) {
        const auto pointer = stack_pointer_of(input.view, task);
        const Piece* const piece = pointer ? input.ledger.piece_at(*pointer) : nullptr;
        if (piece != nullptr && input.ledger.owners.path(piece->claim.owner) == owner_path::native_stack)
            tids.insert(task.tid);
    }
    return tids;
}

// System.map has a stack for each thread of the JVM, by its id in the JVM's own pid namespace. Nothing where
// those ids are not the ones that the tasks have: then the tasks' are of another namespace.
std::unordered_set<std::uint64_t> listed_by_system_map(const FindingInput& input) {
    std::unordered_set<std::uint64_t> nids;
    if (!input.view.system_map) return nids;
    for (const SystemMapRow& row : input.view.system_map->rows) {
        for (const SystemMapThread& thread : row.threads) nids.insert(thread.tid);
    }
    const auto& rows = input.threads->rows;
    const auto ours = static_cast<std::size_t>(std::count_if(
        rows.begin(), rows.end(), [&](const ThreadRow& row) { return nids.count(row.nid) > 0; }));
    if (ours < nids.size() / 4 * 3) nids.clear();
    return nids;
}

// With the JVM's own word for its threads (Thread.print, System.map) every other one is not its own; without
// it a stack must tell. The first one is the launcher's.
std::vector<const ThreadRow*> native_rows(const FindingInput& input, bool& by_word_of_jvm) {
    std::vector<const ThreadRow*> rows;
    const std::unordered_set<std::uint64_t> told = on_native_stacks(input);
    const std::unordered_set<std::uint64_t> listed = listed_by_system_map(input);
    by_word_of_jvm = input.view.thread_dump || !listed.empty();
    for (const ThreadRow& row : input.threads->rows) {
        if (row.change == ThreadChange::ended || row.named_by_jvm || row.tid == input.view.header.pid ||
            (row.stack && row.stack->path == owner_path::main_stack))
            continue;
        bool native = row.kind == ThreadKind::native;
        if (!input.view.thread_dump && !listed.empty()) {
            native = listed.count(row.nid) == 0 && !kind_of_hotspot_name(row.name);
        } else if (!input.view.thread_dump) {
            native = native &&
                     ((row.stack && row.stack->path == owner_path::native_stack) || told.count(row.tid) > 0);
        }
        if (native) rows.push_back(&row);
    }
    return rows;
}

std::string pools_sentence(const std::vector<const ThreadRow*>& rows) {
    constexpr std::size_t most_pools = 5;
    std::vector<ThreadPool> pools = thread_pools(rows, ThreadOrder::stack);
    std::string text;
    for (std::size_t i = 0; i < std::min(most_pools, pools.size()); ++i) {
        const std::string_view project = project_of(pools[i].name);
        text += fmt::format("{}{} ({}{}{}, stacks {})", i == 0 ? "" : ", ", printable(pools[i].name), project,
                            project.empty() ? "" : ", ", counted(pools[i].threads, "thread", "threads"),
                            human(pools[i].resident));
    }
    if (pools.size() > most_pools) text += fmt::format(" and {} more groups", pools.size() - most_pools);
    return text;
}

std::string libraries_sentence(const std::vector<const ThreadRow*>& rows) {
    std::vector<std::pair<std::string, std::size_t>> libraries;
    for (const ThreadRow* row : rows) {
        if (row->library.empty()) continue;
        const std::string_view file = base_name(row->library);
        const auto found = std::find_if(libraries.begin(), libraries.end(),
                                        [&](const auto& each) { return each.first == file; });
        if (found == libraries.end()) {
            libraries.emplace_back(file, 1);
        } else {
            ++found->second;
        }
    }
    std::stable_sort(libraries.begin(), libraries.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    constexpr std::size_t most_libraries = 5;
    if (libraries.size() > most_libraries) libraries.resize(most_libraries);
    std::string text;
    for (const auto& [file, count] : libraries)
        text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", printable(file), grouped(count));
    return text;
}

}  // namespace

std::vector<Finding> native_threads(const FindingInput& input) {
    if (input.threads == nullptr || input.view.vm != Vm::hotspot) return {};
    bool by_word_of_jvm = false;
    const std::vector<const ThreadRow*> rows = native_rows(input, by_word_of_jvm);
    Bytes stacks;
    for (const ThreadRow* row : rows) {
        if (row->stack && row->stack->path == owner_path::native_stack) stacks += row->stack->resident;
    }
    if (rows.size() < least_threads && stacks < native_threads_least) return {};
    Finding finding;
    if (rows.size() >= many_threads ||
        (stacks >= native_threads_warns_at && stacks.value() > input.ledger.rss_true().value() / 10))
        finding.severity = Severity::warning;
    finding.confidence = by_word_of_jvm ? Confidence::high : Confidence::medium;
    finding.title =
        fmt::format("{} started by native code, not by the JVM", counted(rows.size(), "thread", "threads"));
    if (stacks > Bytes()) finding.bytes = stacks;
    finding.outside_nmt = true;
    finding.evidence.push_back(fmt::format("By name: {}.", pools_sentence(rows)));
    if (const std::string libraries = libraries_sentence(rows); !libraries.empty())
        finding.evidence.push_back(
            fmt::format("Libraries that started them (by first function): {}.", libraries));
    finding.remedies.push_back({"List them with the JVM's own", "nmtx threads PID --all"});
    finding.refutes = Refutes::claim;
    finding.refuted_by = "threads of that name are in Thread.print (a JVM thread that had just started)";
    return {std::move(finding)};
}

}  // namespace nmtx::rule
