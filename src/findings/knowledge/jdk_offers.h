// Which options and diagnostic commands a JDK has: a remedy names only what this one understands.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "process/process_view.h"

namespace nmtx {

// Feature releases that have it from their first update on, but for `updates`.
struct JdkOffer {
    std::string_view name;  // "-XX:TrimNativeHeapInterval", "System.trim_native_heap"
    int first = 0;          // feature release
    int last = 0;           // 0: until today
    struct Backport {
        int feature = 0;
        int update = 0;  // the first that has it
    };
    std::span<const Backport> backports;
};

// All that findings may name.
std::span<const JdkOffer> jdk_offers();

// Does the JDK of this process have it? False where that is not known, or where nobody has listed the name.
bool jdk_has(const ProcessView& view, std::string_view name);
// `update`: 9 for 17.0.9, 152 for 8u152; absent: any.
bool jdk_has(int feature, std::optional<int> update, std::string_view name);

// The update of this process's JDK, as above; for known_bugs.h too.
std::optional<int> jdk_update(const ProcessView& view);

// Would the JVM, started anew with a higher level of NMT, tell the addresses of its areas? Not where its
// level is high enough, and it only was not asked or did not answer.
bool restart_gives_addresses(const ProcessView& view);

}  // namespace nmtx
