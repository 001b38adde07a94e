// The parts of a diff, one function each; diff.h describes them. Lists are sorted by growth, largest first.
#pragma once

#include "change/diff.h"

namespace nmtx {

// How two processes differ, in words; nothing where both snapshots are of the same process and program.
std::vector<std::string> differences_of_processes(const ProcessView& before, const ProcessView& after);

// Seconds since 1970 of "2026-11-22T20:16:28Z".
std::optional<std::int64_t> seconds_of_utc(std::string_view text);
std::optional<double> seconds_between(const ProcessView& before, const ProcessView& after, bool same_process);

// Joins NMT's categories that differ between two feature releases: memory is counted under another category,
// or the category has another name.
class CategoryAlignment {
  public:
    CategoryAlignment(std::optional<int> before, std::optional<int> after);
    // "Internal" -> "Internal + Other" between 8 and 11; the name itself where nothing moved.
    [[nodiscard]] std::string category(std::string_view name) const;
    // The same for an owner's path: "malloc/nmt-tracked/internal".
    [[nodiscard]] std::string path(std::string_view path) const;
    [[nodiscard]] bool moved() const { return !groups_.empty(); }

  private:
    std::vector<std::vector<std::string>> groups_;
};

std::vector<OwnerChange> owner_changes(const Ledger& before, const Ledger& after,
                                       const CategoryAlignment& alignment);
NmtChange nmt_changes(const NmtReport& before, const NmtReport& after, const CategoryAlignment& alignment);
// Needs nmt_sites of both.
SiteChanges site_changes(const ProcessView& before, const ProcessView& after);
MallocChange malloc_changes(const MallocWalk& before, const MallocWalk& after);
// Needs tasks of both.
ThreadChanges thread_changes(const Moment& before, const Moment& after, bool same_process);
MappingChanges mapping_changes(const Moment& before, const Moment& after);

}  // namespace nmtx
