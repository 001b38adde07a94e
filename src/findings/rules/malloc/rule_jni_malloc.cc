// malloc blocks without an NMT header: they belong to JNI code, libraries and agents. One snapshot shows
// that they exist; only a record shows that they grow. zlib's blocks have their own rule.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "findings/figures/growth.h"
#include "findings/figures/native_libraries.h"
#include "findings/figures/zlib_use.h"
#include "findings/rules/malloc/malloc_rules.h"
#include "findings/wording.h"
#include "ledger/owner_paths.h"
#include "ledger/partition/untracked_owners.h"

namespace nmtx::rule {
namespace {

constexpr Bytes jni_malloc_least = mib(16);

std::uint64_t tenths(Bytes bytes) {
    constexpr std::uint64_t mebibyte = mib(1).value();
    return bytes.value() / mebibyte * 10 + (bytes.value() % mebibyte * 10 + mebibyte / 2) / mebibyte;
}

// Where a reader finds the amount in the table of RSS, and what else is in that row: "23.7 of the 24.8 MiB of
// native malloc; the other 1.1 MiB: freed, zlib, overhead."
std::string place_in_table(const MallocUse& use, Bytes held, Bytes of_zlib) {
    const Bytes whole = use.outside_nmt();
    const MallocParts& parts = *use.parts;
    std::array others{std::pair{"freed", parts.free}, std::pair{"zlib", of_zlib},
                      std::pair{"overhead", parts.overhead}, std::pair{"not analysed", parts.not_walked},
                      std::pair{"other allocator", minus_or_zero(use.resident, parts.whole)}};
    std::stable_sort(others.begin(), others.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    std::string names;
    for (const auto& [name, bytes] : others) {
        if (tenths(bytes) > 0) names += fmt::format("{}{}", names.empty() ? "" : ", ", name);
    }
    if (names.empty() || tenths(whole) <= tenths(held))
        return fmt::format("That is all of native malloc, {} MiB.", in_mib(whole));
    const std::uint64_t rest = tenths(whole) - tenths(held);
    return fmt::format("{} of the {} MiB of native malloc; the other {}.{} MiB: {}.", in_mib(held),
                       in_mib(whole), rest / 10, rest % 10, names);
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

// What allocates can be sampled in any process, but what stays in use only where its blocks can be walked.
void add_sampling(Finding& finding, const ProcessView& view) {
    const MallocWalk* const walk = view.walk();
    if (walk == nullptr || walk->allocator != "glibc") return;
    finding.remedies.push_back({"Find what allocates more (as root)", "nmtx allocs PID --live --for 5m"});
}

// With an owner, the next question is which code allocates; without one, which library.
void add_remedies(Finding& finding, const FindingInput& input,
                  const std::optional<LargestUntracked>& largest) {
    const bool known = largest && !largest->group.owner.empty();
    if (input.history == nullptr) finding.remedies.push_back(check_growth());
    if (known) {
        add_sampling(finding, input.view);
    } else {
        finding.remedies.push_back({"Find the owner", "nmtx malloc PID --owners"});
    }
    if (largest && largest->of_one_size.block != Bytes())
        finding.remedies.push_back(
            {"See what is in the blocks",
             fmt::format("nmtx malloc PID --peek {}", largest->of_one_size.block.value())});
    if (known) {
        finding.remedies.push_back({"Find the owners of the other blocks", "nmtx malloc PID --owners"});
    } else {
        add_sampling(finding, input.view);
    }
}

void add_suspects(Finding& finding, const ProcessView& view) {
    const std::vector<std::string_view> libraries = foreign_libraries(view);
    if (libraries.empty()) return;
    finding.evidence.push_back(
        fmt::format("Third-party native libraries loaded: {} (smaps).", library_list(libraries)));
}

// NMT off: the JVM's blocks look like any other.
std::vector<Finding> growing(const FindingInput& input, const OwnerTrend& sum, Bytes held) {
    Finding finding;
    const bool told_apart = input.ledger.malloc.parts->told_apart;
    const OwnerTrend* const library = fastest_library(*input.history);
    if (library != nullptr && is_of_zlib(*library)) return {};
    finding.severity = Severity::problem;
    finding.confidence =
        told_apart ? confidence_of_growth(sum) : std::min(confidence_of_growth(sum), Confidence::medium);
    finding.refutes = Refutes::leak;
    finding.title = told_apart ? fmt::format("Native (JNI) memory leak: growing {}/h, not tracked by NMT",
                                             human(growth_per_hour(sum)))
                               : fmt::format("malloc leak: growing {}/h, in the JVM or in native code",
                                             human(growth_per_hour(sum)));
    finding.bytes = held;
    finding.outside_nmt = told_apart;
    const std::optional<LargestUntracked> largest = largest_without_zlib(*input.view.walk());
    finding.evidence.push_back(growth_sentence(sum));
    if (library != nullptr) finding.evidence.push_back(growth_sentence(*library));
    if (largest) finding.evidence.push_back(largest_sentence(*largest, held));
    add_suspects(finding, input.view);
    add_remedies(finding, input, largest);
    finding.refuted_by = "it flattens in a longer recording (a cache that filled)";
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
    finding.refutes = Refutes::leak;
    finding.sure_of = "the amount and owner (native code)";
    finding.title = fmt::format("{} allocated by native (JNI) code, not tracked by NMT", human(held));
    finding.bytes = held;
    finding.outside_nmt = true;
    const std::optional<LargestUntracked> largest = largest_without_zlib(*walk);
    if (largest) finding.evidence.push_back(largest_sentence(*largest, held));
    finding.evidence.push_back(place_in_table(input.ledger.malloc, held, of_zlib));
    if (input.view.smaps && input.view.smaps->hugetlb != Bytes())
        finding.evidence.push_back(
            fmt::format("{} more is in huge pages (hugetlb), which RSS does not count: these amounts leave "
                        "out blocks there.",
                        human(input.view.smaps->hugetlb)));
    add_suspects(finding, input.view);
    add_remedies(finding, input, largest);
    const OwnerTrend* const row = trend_of_series(input.history, sum);
    if (row == nullptr || row->verdict == Verdict::undecided) finding.not_known = leak_or_cache;
    if (row != nullptr)
        finding.evidence.push_back(fmt::format("Recorded trend: {} ({}).", name_of(row->verdict),
                                               counted(row->shape.points, "sample", "samples")));
    finding.refuted_by = no_leak_if_it_stops;
    return {std::move(finding)};
}

}  // namespace nmtx::rule
