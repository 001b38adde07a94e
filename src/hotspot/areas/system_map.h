// The reply of System.map (JDK 21u, 22+): the VM's own reading of /proc/self/smaps, each mapping with its NMT
// tags. Source: HotSpot src/hotspot/os/linux/memMapPrinter_linux.cpp and share/nmt/memMapPrinter.cpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/error.h"
#include "base/not_understood.h"

namespace nmtx {

struct SystemMapThread {
    std::uint64_t tid = 0;
    std::string name;  // non-alphanumeric characters are '-' in it, cut by the VM
};

struct SystemMapRow {
    Range range;
    Bytes rss;
    std::vector<std::string>
        tags;  // as printed, "JAVAHEAP", "GC", "CODE", …; STACK-… rows have the tag "STACK"; empty where '-'
    std::vector<SystemMapThread> threads;
    std::string file;  // empty where '-'
    bool writable = false;
};

struct SystemMap {
    bool nmt_enabled = true;         // false: "NMT is disabled. VM info not available."
    std::vector<SystemMapRow> rows;  // ascending, disjoint
    std::optional<Bytes> rss;        // total, as the VM prints it; absent if the reply was truncated
};

Expected<SystemMap> parse_system_map(std::string_view text, std::string_view document = "System.map");

// As people paste it: truncated, without the legend, with other lines between rows; also the file of
// System.dump_map.
struct PastedSystemMap {
    SystemMap map;
    NotUnderstood not_understood;  // points into the text
};
// An error where there is no row.
Expected<PastedSystemMap> parse_pasted_system_map(std::string_view text,
                                                  std::string_view document = "System.map");

// The NMT category ("Java Heap", "Shared class space", …) that a tag of System.map stands for: CARDTBL, CDS,
// CLASS, … and mtXxx. Nothing where unknown.
std::optional<std::string_view> nmt_category_of_system_map_tag(std::string_view tag);

}  // namespace nmtx
