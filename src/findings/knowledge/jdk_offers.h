// Which options and diagnostic commands a JDK has: a remedy uses only those that this JDK understands.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "process/process_view.h"

namespace nmtx {

// Feature releases that have it from their first update on, except for `updates`.
struct JdkOffer {
    std::string_view name;  // "-XX:TrimNativeHeapInterval", "System.trim_native_heap"
    int first = 0;          // feature release
    int last = 0;           // 0: no end
    struct Backport {
        int feature = 0;
        int update = 0;  // the first update that has it
    };
    std::span<const Backport> backports;
};

// Everything that findings may name.
std::span<const JdkOffer> jdk_offers();

// Does the JDK of this process have it? False where that is unknown, or the name is not listed.
bool jdk_has(const ProcessView& view, std::string_view name);
// `update`: 9 for 17.0.9, 152 for 8u152; absent: any.
bool jdk_has(int feature, std::optional<int> update, std::string_view name);

// The update of this process's JDK, as above; for known_bugs.h too.
std::optional<int> jdk_update(const ProcessView& view);

// Would a restart with a higher NMT level give the addresses of the JVM's areas? False where the level is
// high enough, but the JVM was not asked or did not answer.
bool restart_gives_addresses(const ProcessView& view);

}  // namespace nmtx
