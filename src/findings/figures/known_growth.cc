#include "findings/figures/known_growth.h"

#include <fmt/format.h>

#include "findings/finding.h"
#include "findings/knowledge/jdk_offers.h"

namespace nmtx {

std::vector<const KnownBug*> bugs_that_fit(const ProcessView& view, std::string_view category) {
    std::vector<const KnownBug*> fitting;
    const auto feature = view.java_feature();
    const auto update = jdk_update(view);
    if (!feature || !update) return fitting;
    for (const KnownBug* bug : bugs_of(category)) {
        if (!bug->not_a_leak && affects(*bug, *feature, *update)) fitting.push_back(bug);
    }
    return fitting;
}

void add_bugs(Finding& finding, const std::vector<const KnownBug*>& bugs) {
    for (const KnownBug* bug : bugs) {
        finding.bugs.push_back(bug->id);
        finding.evidence.push_back(
            fmt::format("This release has {}: {}. Symptom: {}", bug->id, bug->title, bug->shows));
        if (const std::string fixed = fixed_text(*bug); !fixed.empty())
            finding.remedies.push_back(
                {fmt::format("Update the JDK: {} is fixed in {}", bug->id, fixed), ""});
        if (!bug->remedy.empty())
            finding.remedies.push_back({fmt::format("Work around {}: {}", bug->id, bug->remedy), ""});
    }
}

}  // namespace nmtx
