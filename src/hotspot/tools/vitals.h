// VM.vitals of SapMachine: a history of the system, the process and the JVM, a row every few seconds.
// Format: SapMachine src/hotspot/share/vitals. Sizes are rounded to fit four characters.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/not_understood.h"

namespace nmtx {

struct VitalsSample {
    std::string_view time;  // "2022-05-14 14:52:36", "Now"
    std::optional<Bytes> rss, anonymous, swapped;
    std::optional<Bytes> c_heap_used, c_heap_free;  // glibc's malloc: in use, and freed but retained
    std::optional<Bytes> cgroup_limit, cgroup_usage;
    std::optional<Bytes> heap_committed, heap_used, metaspace_committed, metaspace_used, code;
    std::optional<Bytes> nmt_malloc;
    std::optional<std::uint64_t> threads;
};

struct Vitals {
    std::vector<VitalsSample> samples;  // as printed: newest first, unless reversed by an option
    NotUnderstood not_understood;
    [[nodiscard]] const VitalsSample& newest() const;
    [[nodiscard]] const VitalsSample& oldest() const;
};

// The third line of the heading: "avail comm  crt swap si so … num  ld  uld"
bool is_vitals_heading(std::string_view line);
// "2022-05-14 14:52:36   54.4g 21.7g …"
bool is_vitals_row(std::string_view line);
Expected<Vitals> parse_vitals(std::string_view text, std::string_view document = "VM.vitals");

}  // namespace nmtx
