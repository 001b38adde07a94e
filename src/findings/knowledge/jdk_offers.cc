// Sources: globals.hpp and diagnosticCommand.hpp of OpenJDK by release; backports by the reply of `help` and
// of -XX:+PrintFlagsFinal in the releases of the test matrix.
#include "findings/knowledge/jdk_offers.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "ledger/claims/claims.h"

namespace nmtx {
namespace {

// JDK-8268893: openjdk/jdk 4510 (18), openjdk/jdk17u 70 of September 2021, after the fork of 17.0.1, and
// jdk11u-dev 1354 of September 2022, after that of 11.0.17. 8u has it in no update.
constexpr std::array trim_backports{JdkOffer::Backport{17, 2}, JdkOffer::Backport{11, 18}};
// JDK-8293114 brought it to 22, 21.0.1 and 17.0.9, experimental: there it takes an option more, and is not
// named. From JDK-8325496 on (openjdk/jdk 17799, jdk21u-dev 284 and jdk17u-dev 2244 of February 2024) it is
// as any other.
constexpr std::array trim_interval{JdkOffer::Backport{17, 12}, JdkOffer::Backport{21, 4}};
constexpr std::array ram_percentage{JdkOffer::Backport{8, 191}};  // JDK-8186248, with the other -XX:…RAM…

// JDK-8318636; 21.0.13 has it, which update of 21 was the first was not looked up.
constexpr std::array system_map{JdkOffer::Backport{21, 13}};

constexpr std::array offers{
    JdkOffer{"-XX:CompilerThreadStackSize", 8, 0, {}},
    JdkOffer{"-XX:G1PeriodicGCInterval", 12, 0, {}},  // JEP 346
    JdkOffer{"-XX:MaxHeapFreeRatio", 8, 0, {}},
    JdkOffer{"-XX:MaxRAMPercentage", 10, 0, ram_percentage},
    JdkOffer{"-XX:NativeMemoryTracking", 8, 0, {}},
    JdkOffer{"-XX:SoftMaxHeapSize", 13, 0, {}},  // JDK-8222145
    JdkOffer{"-XX:TrimNativeHeapInterval", 23, 0, trim_interval},
    JdkOffer{"-XX:ZUncommitDelay", 13, 0, {}},  // JEP 351
    JdkOffer{"GC.run", 8, 0, {}},
    JdkOffer{"Compiler.memory", 22, 0, {}},
    JdkOffer{"System.map", 22, 0, system_map},
    JdkOffer{"System.trim_native_heap", 18, 0, trim_backports},
    JdkOffer{"VM.classloaders", 11, 0, {}},
};

// "17.0.15" -> 15, "1.8.0_504" and "8.0_504" -> 504, "25" -> 0.
std::optional<int> update_in(std::string_view version) {
    std::size_t at = version.find('_');
    if (at == std::string_view::npos) {
        at = version.find('.');
        if (at != std::string_view::npos) at = version.find('.', at + 1);
    }
    if (at == std::string_view::npos) return version.empty() ? std::nullopt : std::optional(0);
    int update = 0;
    const auto [end, error] =
        std::from_chars(version.data() + at + 1, version.data() + version.size(), update);
    return error == std::errc() ? std::optional(update) : std::nullopt;
}

}  // namespace

std::span<const JdkOffer> jdk_offers() {
    return offers;
}

bool jdk_has(int feature, std::optional<int> update, std::string_view name) {
    const auto* offer =
        std::find_if(offers.begin(), offers.end(), [&](const JdkOffer& o) { return o.name == name; });
    if (offer == offers.end()) return false;
    if (feature >= offer->first) return offer->last == 0 || feature <= offer->last;
    return std::any_of(offer->backports.begin(), offer->backports.end(),
                       [&](const JdkOffer::Backport& backport) {
                           return backport.feature == feature && update && *update >= backport.update;
                       });
}

bool jdk_has(const ProcessView& view, std::string_view name) {
    const std::optional<int> feature = view.java_feature();
    return feature && jdk_has(*feature, jdk_update(view), name);
}

std::optional<int> jdk_update(const ProcessView& view) {
    return update_in(view.java_version());
}

bool restart_gives_addresses(const ProcessView& view) {
    if (knows_nmt_addresses(view)) return false;
    const NmtLevel level = view.nmt_level();
    return level != NmtLevel::detail && !(level == NmtLevel::summary && jdk_has(view, "System.map"));
}

}  // namespace nmtx
