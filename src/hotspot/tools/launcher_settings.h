// -XshowSettings, :vm and :system: the heap that the JVM chose and the container's limits as it sees them.
// Format: JDK sun/launcher/LauncherHelper.java.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"
#include "base/not_understood.h"

namespace nmtx {

// An amount, or "Unlimited"; both absent where the text has neither.
struct LimitSetting {
    std::optional<Bytes> bytes;
    bool unlimited = false;
};

struct LauncherSettings {
    // ":vm". Only two decimals are printed.
    std::optional<Bytes> max_heap, min_heap, stack;
    bool max_heap_estimated = false;  // no -Xmx was given
    std::string_view vm;
    // ":system"
    std::string_view provider;  // "cgroupv1", "cgroupv2"
    bool not_containerized = false;
    LimitSetting memory, soft, memory_and_swap;
    std::optional<std::uint64_t> cpus;
    NotUnderstood not_understood;
};

Expected<LauncherSettings> parse_launcher_settings(std::string_view text,
                                                   std::string_view document = "-XshowSettings");

}  // namespace nmtx
