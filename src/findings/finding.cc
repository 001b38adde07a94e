#include "findings/finding.h"

#include <algorithm>
#include <array>

namespace nmtx {

std::string_view name_of(Severity severity) {
    constexpr std::array names{"note", "warning", "problem"};
    return names[static_cast<std::size_t>(severity)];
}

std::string_view name_of(Confidence confidence) {
    constexpr std::array names{"low", "medium", "high"};
    return names[static_cast<std::size_t>(confidence)];
}

std::string_view label_of(Refutes refutes) {
    constexpr std::array labels{"Not a problem if", "Not a leak if", "Wrong if", "Look again if",
                                "Decided if"};
    return labels.at(static_cast<std::size_t>(refutes));
}

Finding::Finding() = default;
Finding::Finding(const Finding&) = default;
Finding::Finding(Finding&&) noexcept = default;
Finding& Finding::operator=(const Finding&) = default;
Finding& Finding::operator=(Finding&&) noexcept = default;
Finding::~Finding() = default;

void sort_by_weight(std::vector<Finding>& findings) {
    std::stable_sort(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) {
        if (a.severity != b.severity) return a.severity > b.severity;
        return a.bytes.value_or(Bytes()) > b.bytes.value_or(Bytes());
    });
}

}  // namespace nmtx
