// Findings from pasted texts without a ledger: an NMT report by itself, RSS from one text and NMT's total
// from another, the loads of `top -H` with a thread dump.
#pragma once

#include <vector>

#include "findings/finding.h"
#include "process/process_view.h"
#include "process/told_figures.h"

namespace nmtx {

struct ToldInput {
    const ProcessView& view;
    const ToldFigures& told;
    Bytes rss;  // of the ledger; 0 where there is none
    [[nodiscard]] bool has_ledger() const { return rss != Bytes(); }
};

// The severest first, then by bytes.
std::vector<Finding> findings_of_told(const ToldInput& input);

namespace told {

std::vector<Finding> c_heap(const ToldInput& input);
std::vector<Finding> rss_beside_nmt(const ToldInput& input);
std::vector<Finding> busy_thread(const ToldInput& input);
std::vector<Finding> nmt_category(const ToldInput& input);
std::vector<Finding> shared_views(const ToldInput& input);

}  // namespace told
}  // namespace nmtx
