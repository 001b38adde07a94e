// Sources: globals.hpp and diagnosticCommand.hpp of OpenJDK by release; backports by the reply of `help` and
// of -XX:+PrintFlagsFinal in the releases of the test matrix.
#include "findings/jdk_offers.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace nmtx {
namespace {

constexpr std::array trim_command{JdkOffer::Backport{17, 9}, JdkOffer::Backport{11, 21}};
constexpr std::array trim_interval{JdkOffer::Backport{17, 10}, JdkOffer::Backport{21, 2},
                                   JdkOffer::Backport{11, 22}};

constexpr std::array offers{
    JdkOffer{"-XX:NativeMemoryTracking", 8, 0, {}},
    JdkOffer{"-XX:TrimNativeHeapInterval", 22, 0, trim_interval},
    JdkOffer{"System.trim_native_heap", 18, 0, trim_command},
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

}  // namespace nmtx
