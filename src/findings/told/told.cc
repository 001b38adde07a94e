#include "findings/told/told.h"

#include <array>

#include "findings/rules/rule_list.h"
#include "findings/wording.h"

namespace nmtx {
namespace {

// Where there is a ledger its own rules have looked at NMT.
std::vector<Finding> compiler(const ToldInput& input) {
    if (input.has_ledger()) return {};
    const Ledger none;
    return rule::compiler({input.view, none});
}

struct Told {
    std::string_view name;
    std::vector<Finding> (*find)(const ToldInput& input);
};
constexpr std::array told_figures{
    Told{"busy-thread", told::busy_thread},
    Told{"c-heap", told::c_heap},
    Told{"compiler", compiler},
    Told{"nmt-category", told::nmt_category},
    Told{"rss-beside-nmt", told::rss_beside_nmt},
    Told{"zgc-multi-map", told::shared_views},
};

}  // namespace

std::vector<Finding> findings_of_told(const ToldInput& input) {
    std::vector<Finding> findings;
    for (const Told& told : told_figures) {
        for (Finding& finding : told.find(input)) {
            finding.rule = told.name;
            with_pid(finding, input.view);
            findings.push_back(std::move(finding));
        }
    }
    sort_by_weight(findings);
    return findings;
}

}  // namespace nmtx
