// The numbers of NMT's categories in its malloc headers (MEMFLAGS, from 24 on MemTag), by release: they
// shift whenever HotSpot adds or removes a category. Source: HotSpot share/nmt/memTag.hpp
// (memory/allocation.hpp before 23), and the name tables in the libjvm.so of 8, 11, 17, 21, 25, 26, 27 and
// 28.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "hotspot/known_jdks.h"
#include "hotspot/nmt/nmt.h"

namespace nmtx {

// Names by number, as NMT's report prints them. For a release between two known ones, the older table.
std::span<const std::string_view> nmt_tags(int feature);

inline constexpr int newest_nmt_tags = newest_jdk;  // the last release whose table is known
// The names on which all these releases agree; empty where they differ. As long as the shortest table.
std::vector<std::string_view> nmt_tags_in_common(int first_feature, int last_feature);

// How many malloc blocks a report has in a category, to compare a table with what was found; nothing where
// the report does not count them.
struct TagCount {
    std::uint64_t blocks = 0;
    Bytes requested;
};

// The table that agrees best with the blocks found per number; that of the release unless another agrees
// better. Needs a report with figures.
std::span<const std::string_view> nmt_tags_by_figures(int feature, const NmtReport& report,
                                                      std::span<const TagCount> found);
// The table inferred from a report where the release is unknown. Nothing where no table agrees with the
// blocks found, except for a few, or where several agree with different names.
std::optional<std::span<const std::string_view>> nmt_tags_told_by(const NmtReport& report,
                                                                  std::span<const TagCount> found);

}  // namespace nmtx
