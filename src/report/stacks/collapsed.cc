// Collapsed stacks, a line for each, as flamegraph.pl, speedscope and async-profiler's converters read them.
#include <algorithm>

#include "base/printable.h"
#include "profile/hottest.h"
#include "report/stacks/stacks_report.h"

namespace nmtx {
namespace {

constexpr std::size_t longest_collapsed_name = 4096;

// A line is cut at semicolons, and its last blank begins the number.
std::string collapsed_name(const ProfiledFunction& function) {
    std::string name = printable(std::string_view(function.name).substr(0, longest_collapsed_name));
    std::replace(name.begin(), name.end(), ';', ':');
    return name.empty() ? "?" : name;
}

}  // namespace

std::string collapsed_stacks(const Profile& profile) {
    std::vector<std::string> names;
    names.reserve(profile.functions.size());
    for (const ProfiledFunction& function : profile.functions) names.push_back(collapsed_name(function));
    std::string out;
    for (const PathSum& path : hottest_paths(profile, profile.nodes.size())) {
        // Less than half a microsecond is no line: a count of 0 would be none, too.
        const bool bytes = weighs_bytes(profile.run.mode);
        const std::uint64_t weight = bytes ? path.weight_ns : (path.weight_ns + 500) / 1000;
        if (weight == 0) continue;
        if (path.functions.empty()) out += "[not unwound]";
        for (std::size_t i = 0; i < path.functions.size(); ++i)
            out += (i == 0 ? "" : ";") + names[path.functions[i]];
        out += " " + std::to_string(weight) + "\n";
    }
    return out;
}

}  // namespace nmtx
