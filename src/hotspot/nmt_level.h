// How much NMT tracks: -XX:NativeMemoryTracking=LEVEL.
#pragma once

#include <optional>
#include <string_view>

namespace nmtx {

enum class NmtLevel { unknown, off, summary, detail };

std::string_view name_of(NmtLevel level);  // "unknown", "off", "summary", "detail"
// The three that can be requested; with any other the JVM exits.
std::optional<NmtLevel> nmt_level_named(std::string_view name);

}  // namespace nmtx
