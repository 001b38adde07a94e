#include "base/printable.h"
#include "report/style/json_values.h"

namespace nmtx {

nlohmann::ordered_json findings_json(std::span<const Finding> findings) {
    using json = nlohmann::ordered_json;
    const auto number = [](double value) { return value; };
    json list = json::array();
    for (const Finding& finding : findings) {
        json remedies = json::array();
        for (const Remedy& remedy : finding.remedies)
            remedies.push_back(
                {{"what", printable(remedy.what)},
                 {"command", text_or_null(remedy.command)},
                 {"gives_back_bytes", remedy.gives_back ? json(remedy.gives_back->value()) : json(nullptr)}});
        json evidence = json::array();
        for (const std::string& sentence : finding.evidence) evidence.push_back(printable(sentence));
        list.push_back({{"rule", finding.rule},
                        {"severity", name_of(finding.severity)},
                        {"confidence", name_of(finding.confidence)},
                        {"title", printable(finding.title)},
                        {"bytes", bytes_or_null(finding.bytes)},
                        {"share_of_rss_percent", json_or_null(finding.share_of_rss, number)},
                        {"share_of_gap_percent", json_or_null(finding.share_of_gap, number)},
                        {"evidence", std::move(evidence)},
                        {"remedies", std::move(remedies)},
                        {"refuted_by", text_or_null(finding.refuted_by)},
                        {"bugs", finding.bugs}});
    }
    return list;
}

}  // namespace nmtx
