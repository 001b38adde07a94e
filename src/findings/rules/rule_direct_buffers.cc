// Direct buffers, and other malloc memory of Java code through Unsafe and the foreign memory API: NMT's
// Other from 11 on, Internal before.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "findings/figures/growth.h"
#include "findings/figures/native_libraries.h"
#include "findings/rules/rule_list.h"
#include "findings/wording.h"
#include "ledger/owner_paths.h"
#include "process/jvm_flag.h"

namespace nmtx::rule {
namespace {

constexpr Bytes direct_buffers_least = mib(16);

struct DirectLimit {
    Bytes bytes;
    bool given = false;  // -XX:MaxDirectMemorySize; else the largest heap, as NIO takes it
};

std::optional<DirectLimit> limit_of(const ProcessView& view) {
    const auto given = size_flag(view, "MaxDirectMemorySize");
    if (given && *given != Bytes()) return DirectLimit{*given, true};
    if (const auto heap = size_flag(view, "MaxHeapSize")) return DirectLimit{*heap, false};
    return std::nullopt;
}

bool has_netty(const ProcessView& view) {
    if (maps_library(view, "libnetty")) return true;
    // As the kernel has them, cut to 15 bytes.
    constexpr std::array<std::string_view, 5> names{"nioEventLoopGro", "epollEventLoopG", "reactor-http-ni",
                                                    "reactor-http-ep", "netty"};
    return view.tasks && std::any_of(view.tasks->begin(), view.tasks->end(), [&](const Task& task) {
               return std::any_of(names.begin(), names.end(),
                                  [&](std::string_view name) { return task.comm.starts_with(name); });
           });
}

bool beyond(const DirectLimit& limit, Bytes held) {
    return held.value() > limit.bytes.value() + limit.bytes.value() / 20;
}

std::string limit_sentence(const DirectLimit& limit, Bytes held) {
    const std::string from =
        limit.given ? "-XX:MaxDirectMemorySize" : "-XX:MaxDirectMemorySize is not set: the maximum heap size";
    if (beyond(limit, held))
        return fmt::format(
            "More than NIO's own limit of {} ({}): part of it comes from Unsafe or the foreign "
            "memory API, which nothing limits.",
            human(limit.bytes), from);
    return fmt::format("NIO's own limit: {} ({}).", human(limit.bytes), from);
}

// In MiB: twice what there is, as a round number.
std::uint64_t room_for(Bytes held) {
    constexpr std::uint64_t least_room = 64, most_room = std::uint64_t{1} << 30;
    std::uint64_t room = least_room;
    while (room < most_room && mib(room / 2) < held) room *= 2;
    return room;
}

// A bound only changes something where it is lower than the one in effect, and where NIO has what there is.
void add_bound(Finding& finding, const std::optional<DirectLimit>& limit, Bytes held, bool near) {
    const std::uint64_t room = room_for(held);
    const std::string option = fmt::format("-XX:MaxDirectMemorySize={}m", room);
    if (near) {
        finding.remedies.push_back({"Restart with a higher limit, if the program needs the buffers", option});
    } else if (!limit || (!limit->given && !beyond(*limit, held) && mib(room) < limit->bytes)) {
        finding.remedies.push_back(
            {"Restart with a limit for NIO buffers (beyond it allocation fails, after a GC)", option});
    }
}

void add_remedies(Finding& finding, const FindingInput& input) {
    if (input.view.nmt_level() == NmtLevel::detail && finding.severity != Severity::note)
        finding.remedies.push_back({"See the call sites", "jcmd PID VM.native_memory detail"});
    if (input.history == nullptr) finding.remedies.push_back(check_growth());
    finding.remedies.push_back({"Restart with a limit for the buffers that NIO caches per thread",
                                "-Djdk.nio.maxCachedBufferSize=262144"});
    if (has_netty(input.view))
        finding.remedies.push_back(
            {"Restart with smaller and fewer Netty pools",
             "-Dio.netty.maxDirectMemory=268435456 -Dio.netty.allocator.numDirectArenas=4"});
}

}  // namespace

std::vector<Finding> direct_buffers(const FindingInput& input) {
    const auto feature = input.view.java_feature();
    if (!input.view.nmt || !feature) return {};
    const bool other = *feature >= 11;
    const std::string name = other ? "Other" : "Internal";
    const NmtCategory* const category = input.view.nmt->find(name);
    if (category == nullptr) return {};
    const std::string_view leaf = other ? owner_path::nmt_tracked_other : owner_path::nmt_tracked_internal;
    const Bytes held = category->malloc, resident = input.ledger.resident_of(leaf);
    const OwnerTrend* const growth = fastest_leak(input.history, {{Series::nmt_category_committed, name}});
    const bool large = held >= direct_buffers_least && held.value() >= input.ledger.rss.value() / 10;
    if (!large && growth == nullptr) return {};
    const std::optional<DirectLimit> limit = limit_of(input.view);
    // Unsafe counts as well, so an amount far beyond the limit does not show that NIO is near it.
    const bool near = limit && held.value() >= limit->bytes.value() / 100 * 85 &&
                      held.value() <= limit->bytes.value() / 100 * 105;
    Finding finding;
    finding.severity = near ? Severity::warning : Severity::note;
    finding.confidence = other ? Confidence::high : Confidence::medium;
    finding.bytes = resident == Bytes() ? held : resident;
    finding.resident = resident != Bytes();
    // Before 11 the JVM's own blocks are in the same category.
    const std::string_view at_most = other ? "" : "At most ";
    finding.title = fmt::format("{}{} in direct buffers and Unsafe", at_most, human(held));
    if (near)
        finding.title += fmt::format(", {} the limit of {} (allocation fails beyond it)",
                                     other ? "near" : "perhaps near", human(limit->bytes));
    if (growth != nullptr) {
        finding.severity = Severity::problem;
        finding.confidence = confidence_of_growth(*growth);
        finding.title = fmt::format("Leak in direct buffers{}: growing {}/h",
                                    other ? " or Unsafe" : ", Unsafe or the JVM's Internal memory",
                                    human(growth_per_hour(*growth)));
        finding.refutes = Refutes::leak;
        finding.evidence.push_back(growth_sentence(*growth));
    }
    finding.evidence.push_back(
        fmt::format("NMT {}: {} in {}{}.", category->name, human(held),
                    counted(category->malloc_count.value_or(0), "block", "blocks"),
                    other ? "" : " (before JDK 11 this includes the JVM's own blocks)"));
    if (limit && (other || !beyond(*limit, held))) finding.evidence.push_back(limit_sentence(*limit, held));
    if (near) add_bound(finding, limit, held, near);
    add_remedies(finding, input);
    if (!near) add_bound(finding, limit, held, near);
    finding.refuted_by = "the program pools these buffers on purpose, and the amount is stable";
    return {std::move(finding)};
}

}  // namespace nmtx::rule
