// The reply of GC.class_histogram, jmap -histo, and what SIGQUIT prints with -XX:+PrintClassHistogram, of JDK
// 5 to 28. Source: HotSpot KlassInfoHisto::print_histo_on (memory/heapInspection.cpp).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/not_understood.h"

namespace nmtx {

struct ClassCount {
    std::string_view name;    // "java.util.zip.Inflater", "[B"; points into the text
    std::string_view module;  // "java.base@17.0.15"; empty where not printed
    std::uint64_t instances = 0;
    Bytes size;  // of the objects in the heap: for a direct buffer not its native memory
};

struct ClassHistogram {
    std::vector<ClassCount> classes;         // in the order of the text: by size
    std::optional<std::uint64_t> instances;  // "Total"; absent where the text is truncated
    std::optional<Bytes> size;
    NotUnderstood not_understood;

    [[nodiscard]] const ClassCount* find(std::string_view name) const;
};

// An error where there is no row of a histogram.
Expected<ClassHistogram> parse_class_histogram(std::string_view text,
                                               std::string_view document = "class histogram");

}  // namespace nmtx
