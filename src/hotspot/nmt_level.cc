#include "hotspot/nmt_level.h"

#include <initializer_list>

namespace nmtx {

std::string_view name_of(NmtLevel level) {
    switch (level) {
        case NmtLevel::off:
            return "off";
        case NmtLevel::summary:
            return "summary";
        case NmtLevel::detail:
            return "detail";
        case NmtLevel::unknown:
            break;
    }
    return "unknown";
}

std::optional<NmtLevel> nmt_level_named(std::string_view name) {
    for (const NmtLevel level : {NmtLevel::off, NmtLevel::summary, NmtLevel::detail}) {
        if (name == name_of(level)) return level;
    }
    return std::nullopt;
}

}  // namespace nmtx
