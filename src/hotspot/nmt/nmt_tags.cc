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

}  // namespace

std::span<const std::string_view> nmt_tags(int feature) {
    std::span<const std::string_view> names = tables.front().names;
    for (const Table& table : tables) {
        if (feature >= table.since) names = table.names;
    }
    return names;
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

}  // namespace nmtx
