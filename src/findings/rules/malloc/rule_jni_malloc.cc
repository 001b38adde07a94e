// Blocks of malloc that bear no header of NMT's: JNI code, libraries and agents hold them. One moment tells
// that they are there; only a record tells that they grow. zlib's have a rule of their own.
#include <fmt/format.h>

#include <algorithm>

#include "base/printable.h"
#include "findings/figures/growth.h"
#include "findings/figures/native_libraries.h"
#include "findings/figures/zlib_use.h"
#include "findings/rules/malloc/malloc_rules.h"
#include "findings/wording.h"
#include "ledger/owner_paths.h"
#include "ledger/partition/malloc_parts.h"

namespace nmtx::rule {
namespace {

constexpr Bytes jni_malloc_least = mib(16);

std::string largest_sentence(const UntrackedOwner& largest) {
    const std::string size =
        largest.block == Bytes() ? "" : fmt::format(" of {} bytes", grouped(largest.block.value()));
    const std::string owner = largest.owner.empty() ? "of no known owner" : "in " + printable(largest.owner);
    const std::string resident = largest.chunks.resident == largest.chunks.bytes
                                     ? ""
                                     : fmt::format(", {} of it resident", human(largest.chunks.resident));
    return fmt::format("The largest group: {} blocks{}, {}{}, {}.", grouped(largest.chunks.blocks), size,
                       human(largest.chunks.bytes), resident, owner);
}

bool is_of_zlib(const OwnerTrend& owner) {
    return owner.path().ends_with("/libzip.so") || owner.path().find("/libz.so") != std::string_view::npos;
}

// The leaves of the ledger that leak, the fastest first, as the record sorts them.
const OwnerTrend* fastest_library(const RunTrend& history) {
    const auto found =
        std::find_if(history.owners.begin(), history.owners.end(), [](const OwnerTrend& owner) {
            return owner.verdict == Verdict::leak && (is_below(owner.path(), owner_path::untracked) ||
                                                      is_below(owner.path(), owner_path::live));
        });
    return found == history.owners.end() ? nullptr : &*found;
}

void add_profiler(Finding& finding, const ProcessView& view) {
    const MallocWalk* const walk = view.walk();
    if (view.vm != Vm::hotspot || walk == nullptr || walk->allocator != "glibc") return;
    finding.remedies.push_back(
        {"See which code allocates it: async-profiler 4.0 or later, for ten minutes. Blocks from before it "
         "began are not in it",
         "asprof -d 600 -e nativemem -f /tmp/native.jfr PID"});
    finding.remedies.push_back({"Then, of that file, what was not freed",
                                "jfrconv --total --nativemem --leak /tmp/native.jfr native.html"});
}

void add_suspects(Finding& finding, const ProcessView& view) {
    const std::vector<std::string_view> libraries = foreign_libraries(view);
    if (libraries.empty()) return;
    finding.evidence.push_back(fmt::format("Mapped beside the JDK's libraries and the system's: {} (smaps).",
                                           library_list(libraries)));
}

// NMT off: nothing tells the JVM's blocks from others.
std::vector<Finding> growing(const FindingInput& input, const OwnerTrend& sum, Bytes held) {
    Finding finding;
    const bool told_apart = input.ledger.malloc.parts->told_apart;
    const OwnerTrend* const library = fastest_library(*input.history);
    if (library != nullptr && is_of_zlib(*library)) return {};
    finding.severity = Severity::problem;
    finding.confidence =
        told_apart ? confidence_of_growth(sum) : std::min(confidence_of_growth(sum), Confidence::medium);
    finding.title = fmt::format("{} by {} an hour",
                                told_apart ? "malloc of JNI or library code, unknown to the JVM, grows"
                                           : "What malloc has handed out, to the JVM or to libraries, grows",
                                human(growth_per_hour(sum)));
    finding.bytes = held;
    finding.outside_nmt = told_apart;
    finding.evidence.push_back(growth_sentence(sum));
    if (library != nullptr) finding.evidence.push_back(growth_sentence(*library));
    if (const UntrackedOwner* largest = largest_untracked(*input.view.walk()))
        finding.evidence.push_back(largest_sentence(*largest));
    add_suspects(finding, input.view);
    finding.remedies.push_back({"See who holds it", "nmtx malloc PID --owners"});
    add_profiler(finding, input.view);
    finding.refuted_by = "A longer record in which it flattens: then it was a cache that filled.";
    return {std::move(finding)};
}

}  // namespace

std::vector<Finding> jni_malloc(const FindingInput& input) {
    const auto& parts = input.ledger.malloc.parts;
    const MallocWalk* const walk = input.view.walk();
    if (!parts || walk == nullptr) return {};
    const Bytes of_zlib = zlib_use(*walk).resident;
    const Bytes held = minus_or_zero(parts->untracked, of_zlib);
    const SeriesKey sum{parts->told_apart ? Series::malloc_live_untracked : Series::malloc_live};
    if (const OwnerTrend* growth = fastest_leak(input.history, {sum})) return growing(input, *growth, held);
    if (!parts->told_apart || held < jni_malloc_least || held.value() < input.ledger.rss.value() / 10)
        return {};
    Finding finding;
    finding.severity = Severity::warning;
    finding.confidence = Confidence::high;
    finding.title = fmt::format("JNI or library code holds {} that the JVM does not know of", human(held));
    finding.bytes = held;
    finding.outside_nmt = true;
    finding.evidence.push_back(fmt::format(
        "Live blocks of malloc without NMT's header: {}{}; those with one: {}.", human(parts->untracked),
        of_zlib == Bytes() ? "" : fmt::format(", {} of it zlib's", human(of_zlib)), human(parts->tracked)));
    if (input.view.smaps && input.view.smaps->hugetlb != Bytes())
        finding.evidence.push_back(
            fmt::format("The process has {} more in huge pages (hugetlb), which RSS does not count: blocks "
                        "that lie there are not in these amounts.",
                        human(input.view.smaps->hugetlb)));
    if (const UntrackedOwner* largest = largest_untracked(*walk))
        finding.evidence.push_back(largest_sentence(*largest));
    add_suspects(finding, input.view);
    finding.remedies = {{"See who holds it", "nmtx malloc PID --owners"}};
    if (input.history == nullptr) {
        finding.remedies.push_back(
            {"See whether it grows", "nmtx record PID -o FILE.db, later nmtx PID --record FILE.db"});
    } else if (const OwnerTrend* row = trend_of_series(input.history, sum)) {
        finding.evidence.push_back(fmt::format("Its course in the record: {}, {} samples.",
                                               name_of(row->verdict), row->shape.points));
    }
    finding.refuted_by =
        "The same amount in a process that has just warmed up: then it is what the library needs, and no "
        "leak.";
    return {std::move(finding)};
}

}  // namespace nmtx::rule
