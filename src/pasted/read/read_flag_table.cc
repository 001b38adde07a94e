// -XX:+PrintFlagsFinal and VM.flags -all, in a paste: every flag of the JVM, most of them at their defaults.
#include <algorithm>
#include <array>

#include "base/cursor.h"
#include "base/lines.h"
#include "hotspot/identity.h"
#include "hotspot/replies.h"
#include "pasted/read/part_readers.h"

namespace nmtx::pasted {
namespace {

// ":=" before 9, a second pair of braces from 9 on.
bool is_changed(std::string_view line) {
    if (line.find(":= ") != std::string_view::npos) return true;
    const std::size_t last = line.rfind('{');
    return last != std::string_view::npos && line.find('{') != last && line.substr(last) != "{default}";
}

// What the rest asks for, whether it was changed or not.
bool is_wanted(std::string_view name) {
    constexpr std::array names{std::string_view{"MaxHeapSize"},
                               std::string_view{"InitialHeapSize"},
                               std::string_view{"MinHeapSize"},
                               std::string_view{"MaxMetaspaceSize"},
                               std::string_view{"CompressedClassSpaceSize"},
                               std::string_view{"ReservedCodeCacheSize"},
                               std::string_view{"MaxDirectMemorySize"},
                               std::string_view{"ThreadStackSize"},
                               std::string_view{"NativeMemoryTracking"}};
    return std::ranges::find(names, name) != names.end();
}

// An amount, or that there is none: the largest number stands for it.
void add_bounded(PastedPart& part, const std::string& name, const VmFlags& flags, std::string_view flag) {
    const auto size = flags.size(flag);
    constexpr std::uint64_t none = std::uint64_t{1} << 62U;
    if (!size) return;
    if (size->value() >= none)
        part.figures.push_back(words(name, "unlimited"));
    else
        part.figures.push_back(amount(name, *size));
}

}  // namespace

void read_flag_table(PastedPart& part) {
    const auto flags = parse_vm_flags(*part.text);
    if (!flags) {
        part.problem = problem_of(part, flags.error());
        return;
    }
    std::uint64_t changed = 0;
    std::string options;
    VmFlags wanted;
    for (Lines lines(*part.text); lines.next();) {
        const std::string_view line = trim(lines.line());
        const auto flag = parse_vm_flags(line);
        if (!flag || flag->flags.size() != 1) continue;
        const bool was_changed = is_changed(line);
        if (was_changed) ++changed;
        const VmFlag& only = flag->flags.front();
        if (only.value.empty() || (!was_changed && !is_wanted(only.name))) continue;
        options += (options.empty() ? "" : " ") + only.text();
        wanted.flags.push_back(only);
    }
    part.figures.push_back(number("flags", flags->flags.size()));
    if (changed > 0) part.figures.push_back(number("not at their default", changed));
    if (const auto gc = wanted.gc()) part.figures.push_back(words("GC", collector_name(*gc)));
    add(part, "heap at most", flags->size("MaxHeapSize"));
    add(part, "heap at the start", flags->size("InitialHeapSize"));
    add_bounded(part, "metaspace at most", *flags, "MaxMetaspaceSize");
    add(part, "class space", flags->size("CompressedClassSpaceSize"));
    add(part, "code cache", flags->size("ReservedCodeCacheSize"));
    // In KB; 0 is the platform's own.
    if (const auto stack = flags->size("ThreadStackSize"); stack && *stack != Bytes())
        part.figures.push_back(amount("thread stack", kib(stack->value())));
    if (const auto direct = flags->size("MaxDirectMemorySize")) {
        if (*direct == Bytes())
            part.figures.push_back(words("direct buffers at most", "as much as the heap"));
        else
            part.figures.push_back(amount("direct buffers at most", *direct));
    }
    if (const auto nmt = flags->find("NativeMemoryTracking"))
        part.figures.push_back(words("NMT", std::string(*nmt)));
    if (!options.empty()) part.contents = JvmCommandLine{std::move(options)};
}

}  // namespace nmtx::pasted
