// What one sample of a JVM comes to as points of metrics.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "account/account.h"
#include "change/series.h"
#include "metrics/metric_points.h"

namespace nmtx {

// Owners of a JVM that have a series of their own; the others are summed as "other".
inline constexpr std::size_t most_owners = 60;
inline constexpr std::string_view other_owner = "other";

struct JvmFigures {
    std::vector<MetricPoint> totals;          // RSS, NMT, container: every sample has them
    std::vector<MetricPoint> owners;          // who owns RSS, and what else needs a full sample
    std::map<std::string, double> questions;  // that the JVM was asked, and seconds until it had answered
    std::set<std::string> shown;              // owners with a series of their own, without those in "other"
    Depth depth = Depth::light;
    std::string java;  // the release, for the labels; empty where unknown
};

// `shown_before`: of the sample before. Of two owners of similar size the one that was shown keeps its place,
// so that series do not come and go.
JvmFigures figures_of(const Account& account, Depth depth, const std::set<std::string>& shown_before = {});

// The larger share goes to owners that were shown before: they count twice. At most `most`, by path.
std::set<std::string> owners_to_show(const std::vector<OwnerBytes>& owners,
                                     const std::set<std::string>& shown_before, std::size_t most);

}  // namespace nmtx
