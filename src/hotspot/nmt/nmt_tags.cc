#include "hotspot/nmt/nmt_tags.h"

#include <algorithm>
#include <array>

namespace nmtx {
namespace {

constexpr std::array<std::string_view, 16> tags_8{"Java Heap",
                                                  "Class",
                                                  "Thread",
                                                  "Thread Stack",
                                                  "Code",
                                                  "GC",
                                                  "Compiler",
                                                  "Internal",
                                                  "Other",
                                                  "Symbol",
                                                  "Native Memory Tracking",
                                                  "Shared class space",
                                                  "Arena Chunk",
                                                  "Test",
                                                  "Tracing",
                                                  "Unknown"};
constexpr std::array<std::string_view, 21> tags_11{"Java Heap",
                                                   "Class",
                                                   "Thread",
                                                   "Thread Stack",
                                                   "Code",
                                                   "GC",
                                                   "Compiler",
                                                   "Internal",
                                                   "Other",
                                                   "Symbol",
                                                   "Native Memory Tracking",
                                                   "Shared class space",
                                                   "Arena Chunk",
                                                   "Test",
                                                   "Tracing",
                                                   "Logging",
                                                   "Arguments",
                                                   "Module",
                                                   "Synchronizer",
                                                   "Safepoint",
                                                   "Unknown"};
constexpr std::array<std::string_view, 27> tags_17{"Java Heap",
                                                   "Class",
                                                   "Thread",
                                                   "Thread Stack",
                                                   "Code",
                                                   "GC",
                                                   "Compiler",
                                                   "JVMCI",
                                                   "Internal",
                                                   "Other",
                                                   "Symbol",
                                                   "Native Memory Tracking",
                                                   "Shared class space",
                                                   "Arena Chunk",
                                                   "Test",
                                                   "Tracing",
                                                   "Logging",
                                                   "Statistics",
                                                   "Arguments",
                                                   "Module",
                                                   "Safepoint",
                                                   "Synchronization",
                                                   "Serviceability",
                                                   "Metaspace",
                                                   "String Deduplication",
                                                   "Object Monitors",
                                                   "Unknown"};
constexpr std::array<std::string_view, 28> tags_21{"Java Heap",
                                                   "Class",
                                                   "Thread",
                                                   "Thread Stack",
                                                   "Code",
                                                   "GC",
                                                   "GCCardSet",
                                                   "Compiler",
                                                   "JVMCI",
                                                   "Internal",
                                                   "Other",
                                                   "Symbol",
                                                   "Native Memory Tracking",
                                                   "Shared class space",
                                                   "Arena Chunk",
                                                   "Test",
                                                   "Tracing",
                                                   "Logging",
                                                   "Statistics",
                                                   "Arguments",
                                                   "Module",
                                                   "Safepoint",
                                                   "Synchronization",
                                                   "Serviceability",
                                                   "Metaspace",
                                                   "String Deduplication",
                                                   "Object Monitors",
                                                   "Unknown"};
constexpr std::array<std::string_view, 29> tags_26{"Java Heap",
                                                   "Class",
                                                   "Thread",
                                                   "Thread Stack",
                                                   "Code",
                                                   "GC",
                                                   "GCCardSet",
                                                   "Compiler",
                                                   "JVMCI",
                                                   "Internal",
                                                   "Other",
                                                   "Symbol",
                                                   "Native Memory Tracking",
                                                   "Shared class space",
                                                   "Arena Chunk",
                                                   "Test",
                                                   "Tracing",
                                                   "Logging",
                                                   "Statistics",
                                                   "Arguments",
                                                   "Module",
                                                   "Safepoint",
                                                   "Synchronization",
                                                   "Serviceability",
                                                   "Metaspace",
                                                   "String Deduplication",
                                                   "Object Monitors",
                                                   "JNI",
                                                   "Unknown"};
constexpr std::array<std::string_view, 28> tags_27{"Java Heap",
                                                   "Class",
                                                   "Thread",
                                                   "Thread Stack",
                                                   "Code",
                                                   "GC",
                                                   "GCCardSet",
                                                   "Compiler",
                                                   "Internal",
                                                   "Other",
                                                   "Symbol",
                                                   "Native Memory Tracking",
                                                   "Shared class space",
                                                   "Arena Chunk",
                                                   "Test",
                                                   "Tracing",
                                                   "Logging",
                                                   "Statistics",
                                                   "Arguments",
                                                   "Module",
                                                   "Safepoint",
                                                   "Synchronization",
                                                   "Serviceability",
                                                   "Metaspace",
                                                   "String Deduplication",
                                                   "Object Monitors",
                                                   "JNI",
                                                   "Unknown"};

struct Table {
    int since;  // the first feature release that is known to have it
    std::span<const std::string_view> names;
};
constexpr std::array tables{Table{8, tags_8},   Table{11, tags_11}, Table{17, tags_17},
                            Table{21, tags_21}, Table{26, tags_26}, Table{27, tags_27}};

// How many blocks of a table's categories the report does not have, or has and were not found.
std::uint64_t disagreement(std::span<const std::string_view> names, const NmtReport& report,
                           std::span<const TagCount> found) {
    std::uint64_t sum = 0;
    for (std::size_t tag = 0; tag < found.size(); ++tag) {
        const NmtCategory* category = tag < names.size() ? report.find(names[tag]) : nullptr;
        const std::uint64_t told = category == nullptr ? 0 : category->malloc_count.value_or(0);
        // NMT prints no count of the blocks that its arenas are made of on 8 and 11.
        if (category != nullptr && !category->malloc_count && names[tag] == "Arena Chunk") continue;
        sum += std::max(told, found[tag].blocks) - std::min(told, found[tag].blocks);
    }
    return sum;
}

// Do two tables have the same names for all that was found?
bool name_alike(std::span<const std::string_view> a, std::span<const std::string_view> b,
                std::span<const TagCount> found) {
    for (std::size_t tag = 0; tag < found.size(); ++tag) {
        if (found[tag].blocks == 0) continue;
        if (tag >= a.size() || tag >= b.size() || a[tag] != b[tag]) return false;
    }
    return true;
}

}  // namespace

std::span<const std::string_view> nmt_tags(int feature) {
    std::span<const std::string_view> names = tables.front().names;
    for (const Table& table : tables) {
        if (feature >= table.since) names = table.names;
    }
    return names;
}

std::vector<std::string_view> nmt_tags_in_common(int first_feature, int last_feature) {
    const auto first = nmt_tags(first_feature);
    std::vector<std::string_view> common(first.begin(), first.end());
    for (int feature = first_feature + 1; feature <= last_feature; ++feature) {
        const auto names = nmt_tags(feature);
        common.resize(std::min(common.size(), names.size()));
        for (std::size_t tag = 0; tag < common.size(); ++tag) {
            if (common[tag] != names[tag]) common[tag] = {};
        }
    }
    return common;
}

std::span<const std::string_view> nmt_tags_by_figures(int feature, const NmtReport& report,
                                                      std::span<const TagCount> found) {
    std::span<const std::string_view> best = nmt_tags(feature);
    std::uint64_t least = disagreement(best, report, found);
    for (const Table& table : tables) {
        const std::uint64_t sum = disagreement(table.names, report, found);
        // Half as much, not merely less: figures of a moment before always differ by a few blocks.
        if (sum < least / 2) {
            least = sum;
            best = table.names;
        }
    }
    return best;
}

std::optional<std::span<const std::string_view>> nmt_tags_told_by(const NmtReport& report,
                                                                  std::span<const TagCount> found) {
    std::uint64_t blocks = 0;
    for (const TagCount& tag : found) blocks += tag.blocks;
    const auto of = [&](const Table& table) { return disagreement(table.names, report, found); };
    const Table& best = *std::min_element(tables.begin(), tables.end(),
                                          [&](const Table& a, const Table& b) { return of(a) < of(b); });
    if (of(best) > blocks / 8) return std::nullopt;
    const bool doubtful = std::any_of(tables.begin(), tables.end(), [&](const Table& table) {
        return !name_alike(table.names, best.names, found) && of(table) <= 2 * of(best);
    });
    return doubtful ? std::nullopt : std::optional(best.names);
}

}  // namespace nmtx
