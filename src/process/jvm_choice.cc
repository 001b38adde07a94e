#include "process/jvm_choice.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/paths.h"
#include "base/regex.h"

namespace nmtx {
namespace {

std::string in_small_letters(std::string_view text) {
    std::string small(text);
    for (char& c : small) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return small;
}

enum class Fit { no, part, exact };

// "/opt/app/Shop.jar": "shop.jar"; "org.example.Main": itself.
Fit fit_of_name(const JvmSummary& jvm, std::string_view name) {
    const bool is_jar = jvm.main.find('/') != std::string::npos && jvm.main.ends_with(".jar");
    const std::string main = in_small_letters(is_jar ? base_name(jvm.main) : std::string_view(jvm.main));
    if (main.find(name) == std::string::npos) return Fit::no;
    if (main == name) return Fit::exact;
    if (main.ends_with(".jar")) return main.substr(0, main.size() - 4) == name ? Fit::exact : Fit::part;
    // A class without its package, or the class of a module ("module/package.Class").
    const std::size_t last = main.find_last_of("./");
    return last != std::string::npos && main.substr(last + 1) == name ? Fit::exact : Fit::part;
}

Fit fit_of_container(const JvmContainer& container, std::string_view wanted) {
    const ContainerNames& names = container.names;
    for (const std::string& name : {names.name, names.pod, names.joined(), container.hostname}) {
        if (!name.empty() && name == wanted) return Fit::exact;
    }
    if (!names.pod.empty() &&
        (names.pod + "/" + names.name == wanted || names.pod_space + "/" + names.pod == wanted))
        return Fit::exact;
    return !container.id.empty() && container.id.starts_with(wanted) ? Fit::part : Fit::no;
}

// Drops what fits in part only where something fits exactly.
template <typename FitOf>
void keep_fitting(std::vector<const JvmSummary*>& jvms, FitOf fit_of) {
    const bool exact = std::any_of(jvms.begin(), jvms.end(),
                                   [&](const JvmSummary* jvm) { return fit_of(*jvm) == Fit::exact; });
    std::erase_if(jvms, [&](const JvmSummary* jvm) {
        const Fit fit = fit_of(*jvm);
        return exact ? fit != Fit::exact : fit == Fit::no;
    });
}

}  // namespace

Expected<std::vector<const JvmSummary*>> fitting_jvms(const std::vector<JvmSummary>& jvms,
                                                      const JvmWish& wish) {
    std::vector<const JvmSummary*> fitting;
    fitting.reserve(jvms.size());
    for (const JvmSummary& jvm : jvms) fitting.push_back(&jvm);
    if (!wish.match.empty()) {
        const Regex regex(wish.match);
        if (const auto wrong = regex.error())
            return failure("--match",
                           fmt::format("'{}' is not a regular expression: {}", wish.match, *wrong));
        std::erase_if(fitting, [&](const JvmSummary* jvm) { return !regex.occurs_in(jvm->command); });
    }
    if (!wish.container.empty())
        keep_fitting(fitting,
                     [&](const JvmSummary& jvm) { return fit_of_container(jvm.container, wish.container); });
    if (!wish.name.empty()) {
        const std::string name = in_small_letters(wish.name);
        keep_fitting(fitting, [&](const JvmSummary& jvm) { return fit_of_name(jvm, name); });
    }
    return fitting;
}

std::string text_of(const JvmWish& wish) {
    std::string text;
    const auto add = [&](std::string_view what, const std::string& value) {
        if (!value.empty()) text += fmt::format("{}{} '{}'", text.empty() ? "" : ", ", what, value);
    };
    add("name", wish.name);
    add("container", wish.container);
    add("--match", wish.match);
    return text;
}

}  // namespace nmtx
