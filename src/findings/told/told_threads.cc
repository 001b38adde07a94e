// `top -H` with a thread dump: the ids of the one are the nids of the other.
#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "base/printable.h"
#include "findings/told/told.h"

namespace nmtx::told {
namespace {

constexpr double least_percent = 1;
constexpr std::size_t most = 4;

struct Busy {
    const ThreadLoad* load;
    const DumpedThread* thread;
};

// "at java.util.zip.Deflater.init(Native Method)" -> "java.util.zip.Deflater.init"
std::string place_of(const DumpedThread& thread) {
    for (const std::string& frame : thread.frames) {
        if (!frame.starts_with("at ")) continue;
        const std::string_view call = std::string_view(frame).substr(3);
        return fmt::format(", in {}", printable(call.substr(0, call.find('('))));
    }
    return thread.compiling.empty() ? "" : fmt::format(", compiling {}", printable(thread.compiling));
}

std::string sentence_of(const Busy& busy) {
    return fmt::format("{} ({:.1f} % of one CPU) is nid 0x{:x} \"{}\"{}", busy.load->tid,
                       busy.load->cpu_percent, busy.thread->nid, printable(busy.thread->name),
                       place_of(*busy.thread));
}

}  // namespace

std::vector<Finding> busy_thread(const ToldInput& input) {
    const ProcessView& view = input.view;
    if (input.told.loads.empty() || !view.thread_dump) return {};
    std::vector<Busy> busy;
    std::unordered_map<std::uint64_t, const DumpedThread*> by_id;
    for (const DumpedThread& thread : view.thread_dump->threads) {
        if (thread.nid != 0) by_id.emplace(thread.nid, &thread);
    }
    for (const ThreadLoad& load : input.told.loads) {
        const auto thread = by_id.find(load.tid);
        if (thread != by_id.end() && load.cpu_percent >= least_percent)
            busy.push_back({&load, thread->second});
    }
    if (busy.empty()) return {};
    std::ranges::stable_sort(
        busy, [](const Busy& a, const Busy& b) { return a.load->cpu_percent > b.load->cpu_percent; });
    Finding finding;
    finding.confidence = Confidence::high;
    finding.title = fmt::format("Busiest thread: {}", sentence_of(busy.front()));
    for (std::size_t i = 1; i < std::min(most, busy.size()); ++i)
        finding.evidence.push_back(fmt::format("Then {}.", sentence_of(busy[i])));
    finding.refutes = Refutes::claim;
    finding.refuted_by = "the dump is from another time (threads end, and their ids are reused)";
    return {std::move(finding)};
}

}  // namespace nmtx::told
