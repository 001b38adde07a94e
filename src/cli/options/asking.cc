// How the JVM is asked.
#include <fmt/format.h>

#include "cli/options/option_values.h"
#include "cli/options/options.h"
#include "cli/usage.h"

namespace nmtx::option {
namespace {

Expected<void> take_effort(const std::string& text, Command& command) {
    const auto effort = effort_named(text);
    if (!effort) return wrong_value("effort", "least, default or most", text);
    command.effort = *effort;
    return {};
}

Expected<void> take_attach(const std::string& text, Command& command) {
    if (text != "auto" && text != "never") return wrong_value("attach", "auto or never", text);
    command.attach = text == "auto";
    return {};
}

Expected<void> take_attach_timeout(const std::string& text, Command& command) {
    return time_of("attach-timeout", text, std::chrono::milliseconds(1), std::chrono::hours(24))
        .map([&](std::chrono::milliseconds time) { command.attach_timeout = time; });
}

Expected<void> take_nmt(const std::string& text, Command& command) {
    if (text.empty()) return usage("--nmt is empty", "--nmt FILE, --nmt - or --nmt off");
    if (text == "off") {
        command.nmt = false;
    } else {
        command.nmt_file = text;
    }
    return {};
}

}  // namespace

std::vector<OptionEntry> asking() {
    return {
        {.name = "effort",
         .value = "least|default|most",
         .text = "how much to query the JVM (least: totals only)",
         .take = take_effort,
         .running_only = true},
        {.name = "attach",
         .value = "auto|never",
         .text = "never: do not query the JVM, only the kernel",
         .take = take_attach,
         .running_only = true},
        {.name = "attach-timeout",
         .value = "TIME",
         .text = "give up on the JVM after TIME (default: 10s)",
         .take = take_attach_timeout,
         .running_only = true},
        {.name = "nmt",
         .value = "FILE|-|off",
         .text = "saved VM.native_memory report; off: do without",
         .take = take_nmt,
         .offer = Offer::files,
         .running_only = true},
    };
}

}  // namespace nmtx::option
