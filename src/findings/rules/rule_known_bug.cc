// NMT categories that are abnormally large or grow, in a release with a bug that causes it. Never because of
// the release only. The compiler has its own rule.
#include <fmt/format.h>

#include <array>

#include "findings/figures/growth.h"
#include "findings/figures/known_growth.h"
#include "findings/rules/rule_list.h"
#include "findings/wording.h"

namespace nmtx::rule {
namespace {

// Above that a category is abnormal in any JVM: a floor, and a share of what NMT has committed of the Java
// heap.
struct Bound {
    std::string_view category;
    Bytes floor;
    std::uint64_t percent_of_heap = 0;
};
constexpr std::array bounds{Bound{"GCCardSet", mib(256), 10}, Bound{"Symbol", mib(256), 0},
                            Bound{"Synchronization", mib(64), 0}, Bound{"Tracing", mib(128), 0}};

Bytes held_by(const NmtCategory& category) {
    return category.malloc + category.arena;
}

bool abnormal(const FindingInput& input, const Bound& bound, Bytes held) {
    const NmtCategory* const heap = input.view.nmt->find("Java Heap");
    const std::uint64_t heap_bytes = heap == nullptr ? 0 : heap->committed.value();
    return held >= bound.floor && held.value() >= heap_bytes / 100 * bound.percent_of_heap;
}

std::optional<Finding> look_at(const FindingInput& input, const Bound& bound) {
    const NmtCategory* const category = input.view.nmt->find(bound.category);
    if (category == nullptr) return std::nullopt;
    const auto bugs = bugs_that_fit(input.view, bound.category);
    if (bugs.empty()) return std::nullopt;
    const Bytes held = held_by(*category);
    const OwnerTrend* const growth =
        fastest_leak(input.history, {{Series::nmt_category_committed, std::string(bound.category)}});
    if (growth == nullptr && !abnormal(input, bound, held)) return std::nullopt;
    Finding finding;
    finding.severity = growth != nullptr ? Severity::problem : Severity::warning;
    finding.confidence = growth != nullptr ? Confidence::medium : Confidence::low;
    finding.bytes = held;
    finding.resident = false;
    finding.title = growth != nullptr
                        ? fmt::format("{} leak: growing {}/h, as in a known bug of this JDK", bound.category,
                                      human(growth_per_hour(*growth)))
                        : fmt::format("{} in {}, as in a known bug of this JDK", human(held), bound.category);
    if (growth != nullptr) finding.refutes = Refutes::leak;
    finding.evidence.push_back(fmt::format("NMT {}: {}; more than {} is unusual in any JVM.", bound.category,
                                           human(held), human(bound.floor)));
    if (growth != nullptr) finding.evidence.push_back(growth_sentence(*growth));
    add_bugs(finding, bugs);
    finding.refuted_by = "usage is the same in the release with the fix";
    return finding;
}

}  // namespace

std::vector<Finding> known_bug(const FindingInput& input) {
    std::vector<Finding> findings;
    if (!input.view.nmt) return findings;
    for (const Bound& bound : bounds) {
        if (auto finding = look_at(input, bound)) findings.push_back(std::move(*finding));
    }
    return findings;
}

}  // namespace nmtx::rule
