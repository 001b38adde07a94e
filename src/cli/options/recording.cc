// Records and their trends.
#include <fmt/format.h>

#include "cli/options/option_values.h"
#include "cli/options/options.h"
#include "cli/usage.h"

namespace nmtx::option {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t most_walk_every = 1'000'000;
constexpr milliseconds longest = std::chrono::hours(24 * 3650);

template <typename Time>
Expected<void> take_time(std::string_view option, const std::string& text, milliseconds least, Time& into) {
    return time_of(option, text, least, longest).map([&](milliseconds time) { into = time; });
}

Expected<void> take_every(const std::string& text, Command& command) {
    return take_time("every", text, milliseconds(10), command.record.every);
}

Expected<void> take_for(const std::string& text, Command& command) {
    return take_time("for", text, milliseconds(1), command.record.length);
}

Expected<void> take_wait(const std::string& text, Command& command) {
    return take_time("wait", text, milliseconds(0), command.record.wait);
}

Expected<void> take_window(const std::string& text, Command& command) {
    return take_time("window", text, milliseconds(1), command.record.window);
}

Expected<void> take_warm_up(const std::string& text, Command& command) {
    return take_time("warm-up", text, milliseconds(0), command.record.warm_up);
}

Expected<void> take_walk_every(const std::string& text, Command& command) {
    if (text == "auto") return {};
    if (text == "never") {
        command.record.walk_every = 0;
        return {};
    }
    const auto number = number_of("walk-every", text, 1, most_walk_every);
    if (!number) return wrong_value("walk-every", "a number of samples, auto or never", text);
    command.record.walk_every = static_cast<unsigned>(*number);
    return {};
}

// Of a recording which run; while one is made, the program that gets the evidence.
Expected<void> take_run(const std::string& text, Command& command) {
    if (command.verb == Verb::record || command.verb == Verb::serve) {
        if (text.find('/') == std::string::npos)
            return usage(fmt::format("--run takes the path of a program, not '{}'", text),
                         fmt::format("--run ./{}", text));
        command.evidence.program = text;
        return {};
    }
    return number_of("run", text, 0, INT32_MAX).map([&](std::uint64_t run) {
        command.record.run = static_cast<std::int64_t>(run);
    });
}

Expected<void> take_record(const std::string& text, Command& command) {
    return word_of("record", text).map([&](std::string file) { command.history = std::move(file); });
}

Expected<void> take_baseline(const std::string& text, Command& command) {
    return word_of("baseline", text).map([&](std::string file) {
        command.record.baseline = std::move(file);
    });
}

Expected<void> take_max_growth(const std::string& text, Command& command) {
    return size_of("max-growth", text).map([&](Bytes size) { command.record.max_growth = size; });
}

Expected<void> take_owner(const std::string& text, Command& command) {
    return word_of("owner", text).map([&](std::string path) { command.record.owner = std::move(path); });
}

}  // namespace

std::vector<OptionEntry> recording() {
    return {
        {.name = "every", .value = "TIME", .text = "time between samples (default: 10s)", .take = take_every},
        {.name = "for",
         .value = "TIME",
         .text = "stop after TIME (default: until interrupted)",
         .take = take_for},
        {.name = "walk-every",
         .value = "N|auto|never",
         .text = "take a full sample every N samples",
         .take = take_walk_every},
        {.name = "wait",
         .value = "TIME",
         .text = "wait for a restart of an ended JVM (default: 1m)",
         .take = take_wait},
        {.name = "record",
         .value = "FILE.db",
         .text = "use this recording: findings then say what grows",
         .take = take_record,
         .offer = Offer::files},
        {.name = "window",
         .value = "TIME",
         .text = "only the last TIME of the recording",
         .take = take_window},
        {.name = "run", .value = "N", .text = "only this run of the recording", .take = take_run},
        {.name = "warm-up",
         .value = "TIME",
         .text = "ignore this start-up time (default: a third)",
         .take = take_warm_up},
        {.name = "baseline",
         .value = "FILE",
         .text = "snapshot or recording to compare with",
         .take = take_baseline,
         .offer = Offer::files},
        {.name = "max-growth",
         .value = "SIZE",
         .text = "exit 3 if it grew by more than SIZE",
         .take = take_max_growth},
        {.name = "owner",
         .value = "PATH",
         .text = "only this owner (default: all of RSS)",
         .take = take_owner,
         .offer = Offer::owners},
    };
}

}  // namespace nmtx::option
