// smaps_rollup of a process that maps memory several times, like ZGC's heap before JDK 21.
#include <fmt/format.h>

#include "base/amounts.h"
#include "findings/told/told.h"

namespace nmtx::told {
namespace {

constexpr Bytes views_least = mib(64);

// How often each dirty shared page is mapped, by the sums of smaps_rollup: Pss counts each mapping of a page
// for its part of it. Nothing where the sums do not tell, or where nearly all are mapped once.
std::optional<double> times_mapped(const SmapsRollup& sums) {
    if (!sums.rss || !sums.pss || !sums.shared_dirty || *sums.shared_dirty < views_least) return std::nullopt;
    const Bytes own = sums.private_clean.value_or(Bytes()) + sums.private_dirty.value_or(Bytes());
    const Bytes shared = minus_or_zero(*sums.pss, own);
    if (shared == Bytes() || sums.shared_dirty->value() < sums.rss->value() / 4) return std::nullopt;
    const double times =
        static_cast<double>(sums.shared_dirty->value()) / static_cast<double>(shared.value());
    return times < 1.5 ? std::nullopt : std::optional(times);
}

}  // namespace

// Without mappings it is unknown whether one process maps them several times, or several processes do.
std::vector<Finding> shared_views(const ToldInput& input) {
    if (input.has_ledger() || !input.told.rollup) return {};
    const SmapsRollup& sums = *input.told.rollup;
    const std::optional<double> times = times_mapped(sums);
    if (!times) return {};
    const bool thrice = *times > 2.8 && *times < 3.2;
    Finding finding;
    finding.confidence = thrice ? Confidence::high : Confidence::medium;
    const Bytes once(static_cast<std::uint64_t>(static_cast<double>(sums.shared_dirty->value()) / *times));
    finding.title = fmt::format(
        "RSS ({} MiB) counts shared memory {:.1f} times{}: the real use is PSS, {} MiB", in_mib(*sums.rss),
        *times, thrice ? " (ZGC before JDK 21, or without generations, maps its heap three times)" : "",
        in_mib(*sums.pss));
    finding.evidence.push_back(fmt::format("Shared_Dirty {} MiB is {:.1f} x {} MiB.",
                                           in_mib(*sums.shared_dirty), *times, in_mib(once)));
    if (!thrice)
        finding.evidence.emplace_back(
            "The memory is mapped several times, by this process or by others that share it.");
    finding.refutes = Refutes::claim;
    finding.bytes = minus_or_zero(*sums.shared_dirty, once);
    finding.resident = false;
    finding.remedies.push_back({"Read Pss instead of RSS", "grep ^Pss: /proc/PID/smaps_rollup"});
    finding.refuted_by = "the cgroup is charged as much as RSS";
    if (thrice) finding.bugs = {"JEP 439"};
    return {std::move(finding)};
}

}  // namespace nmtx::told
