// VM settings:
//     Max. Heap Size (Estimated): 5.89G
//     Using VM: OpenJDK 64-Bit Server VM
//
// Operating System Metrics:
//     Provider: cgroupv2
//     Effective CPU Count: 2
//     Memory Limit: 512.00M
//     Memory Soft Limit: Unlimited
#include "hotspot/tools/launcher_settings.h"

#include "base/cursor.h"
#include "base/lines.h"
#include "hotspot/vm_text.h"

namespace nmtx {
namespace {

using std::string_view;

bool read_limit(string_view value, LimitSetting& into) {
    into.unlimited = value == "Unlimited";
    into.bytes = vm::scaled_size(value);
    return into.unlimited || into.bytes || value == "N/A";
}

bool read_field(string_view key, string_view value, LauncherSettings& settings) {
    const auto amount = [&](std::optional<Bytes>& into) {
        into = vm::scaled_size(value);
        return into.has_value();
    };
    if (key == "Max. Heap Size (Estimated)") settings.max_heap_estimated = true;
    if (key == "Max. Heap Size" || key == "Max. Heap Size (Estimated)") return amount(settings.max_heap);
    if (key == "Min. Heap Size") return amount(settings.min_heap);
    if (key == "Stack Size") return amount(settings.stack);
    if (key == "Memory Limit") return read_limit(value, settings.memory);
    if (key == "Memory Soft Limit") return read_limit(value, settings.soft);
    if (key == "Memory & Swap Limit") return read_limit(value, settings.memory_and_swap);
    if (key == "Using VM") settings.vm = value;
    if (key == "Provider") settings.provider = value;
    if (key == "Effective CPU Count") settings.cpus = Cursor(value).decimal();
    return key == "Using VM" || key == "Provider";
}

}  // namespace

Expected<LauncherSettings> parse_launcher_settings(string_view text, string_view document) {
    LauncherSettings settings;
    bool any = false;
    for (Lines lines(text); lines.next();) {
        const string_view line = trim(lines.line());
        if (line.starts_with("System not containerized")) settings.not_containerized = any = true;
        const std::size_t colon = line.find(": ");
        if (colon == string_view::npos) continue;
        if (read_field(line.substr(0, colon), trim(line.substr(colon + 2)), settings)) any = true;
    }
    if (!any)
        return failure(std::string(document) + ":1",
                       "expected settings like \"Max. Heap Size: 512.00M\" or \"Memory Limit: 512.00M\"");
    return settings;
}

}  // namespace nmtx
