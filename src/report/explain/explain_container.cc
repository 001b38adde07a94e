// The container of a paste, from its cgroup files.
#include <fmt/format.h>

#include "base/amounts.h"
#include "base/printable.h"
#include "report/explain/explain_parts.h"

namespace nmtx {
namespace {

std::string usage_of(const CgroupMemory& memory) {
    if (!memory.current) return memory.limit ? fmt::format("limit {}", human(*memory.limit)) : std::string();
    std::string text = fmt::format("memory usage {}", in_mib(*memory.current));
    if (memory.limit) {
        text += fmt::format(" of {} MiB", in_mib(*memory.limit));
        const std::string share = percent(*memory.current, *memory.limit);
        if (!share.empty()) text += fmt::format(" ({} %)", share);
    } else {
        text += " MiB";
    }
    if (memory.peak) text += fmt::format(", peak {} MiB", in_mib(*memory.peak));
    return text;
}

// charged - inactive_file, as kubelet counts it
std::string working_set_of(const CgroupMemory& memory) {
    if (!memory.current || !memory.inactive_file) return {};
    return fmt::format("Working set (what kubectl top shows): {} - {} (inactive_file) = {} MiB.",
                       in_mib(*memory.current), in_mib(*memory.inactive_file),
                       in_mib(minus_or_zero(*memory.current, *memory.inactive_file)));
}

std::string cache_of(const CgroupMemory& memory) {
    std::string text;
    if (memory.anon) text = fmt::format("Anonymous memory {} MiB. ", in_mib(*memory.anon));
    if (memory.file) {
        const Bytes shmem = memory.shmem.value_or(Bytes());
        text += fmt::format("Page cache {} MiB", in_mib(minus_or_zero(*memory.file, shmem)));
        if (memory.inactive_file) text += fmt::format(" ({} inactive)", in_mib(*memory.inactive_file));
        text += ", reclaimable under pressure: not a leak. ";
    }
    if (!text.empty()) text.pop_back();
    return text;
}

}  // namespace

std::string container_statement(const PastedContainer& container, const TextStyle& style) {
    const CgroupMemory& memory = container.memory;
    const std::string usage = usage_of(memory);
    if (usage.empty()) return {};
    std::string out =
        paragraph(fmt::format("Container{} (cgroup v{}): {}.",
                              container.name.empty() ? "" : fmt::format(" {}", printable(container.name)),
                              memory.version, usage),
                  style, 2);
    for (const std::string& sentence : {working_set_of(memory), cache_of(memory)}) {
        if (!sentence.empty()) out += paragraph("  " + sentence, style, 2);
    }
    const bool full =
        memory.current && memory.limit && memory.current->value() >= memory.limit->value() / 100 * 99;
    if (full && !memory.file)
        out += paragraph(
            "  The limit is reached. memory.stat shows how much of the usage is reclaimable page cache.",
            style, 2);
    if (memory.limit_hits.value_or(0) > 0)
        out += paragraph(fmt::format("  The limit was hit {} time{}.", grouped(*memory.limit_hits),
                                     *memory.limit_hits == 1 ? "" : "s"),
                         style, 2);
    if (memory.oom_kills.value_or(0) > 0)
        out += paragraph(fmt::format("  OOM kills: {}.", grouped(*memory.oom_kills)), style, 2);
    return out;
}

}  // namespace nmtx
