#include "cli/record_options.h"

#include <fmt/format.h>

#include "base/cursor.h"
#include "cli/usage.h"

namespace nmtx {
namespace {

namespace po = boost::program_options;

constexpr unsigned most_walk_every = 1'000'000;

// Leaves `into` alone where the option is not given.
template <typename Time>
Expected<void> take_time(const po::variables_map& given, const char* option, std::chrono::milliseconds least,
                         Time& into) {
    if (given.count(option) == 0) return {};
    const auto& text = given[option].as<std::string>();
    const auto time = parse_duration(text);
    if (!time || *time < least)
        return usage(fmt::format("--{} is a time such as 500ms, 10s, 5m, 2h or 30d, not '{}'", option, text));
    into = *time;
    return {};
}

std::optional<std::uint64_t> whole_number(const std::string& text) {
    Cursor cursor(text);
    const auto number = cursor.decimal();
    if (!number || !cursor.at_end()) return std::nullopt;
    return number;
}

Expected<void> take_walk_every(const po::variables_map& given, RecordCommand& record) {
    if (given.count("walk-every") == 0) return {};
    const auto& text = given["walk-every"].as<std::string>();
    if (text == "auto") return {};
    if (text == "never") {
        record.walk_every = 0;
        return {};
    }
    const auto number = whole_number(text);
    if (!number || *number == 0 || *number > most_walk_every)
        return usage(fmt::format("--walk-every is a number of samples, auto or never, not '{}'", text));
    record.walk_every = static_cast<unsigned>(*number);
    return {};
}

Expected<void> take_run(const po::variables_map& given, RecordCommand& record) {
    if (given.count("run") == 0) return {};
    const auto& text = given["run"].as<std::string>();
    const auto number = whole_number(text);
    if (!number || *number > INT32_MAX)
        return usage(fmt::format("--run is the number of a run, not '{}'", text));
    record.run = static_cast<std::int64_t>(*number);
    return {};
}

Expected<void> take_max_growth(const po::variables_map& given, RecordCommand& record) {
    if (given.count("max-growth") == 0) return {};
    const auto& text = given["max-growth"].as<std::string>();
    record.max_growth = parse_size(text);
    if (!record.max_growth)
        return usage(fmt::format("--max-growth is a size such as 50MiB, 1G or 64K, not '{}'", text));
    return {};
}

}  // namespace

void add_record_options(po::options_description& options) {
    auto add = options.add_options();
    add("every", po::value<std::string>()->value_name("TIME"),
        "with `record`: a sample every so long, 10s by default; with `watch`: how often, 5s by default");
    add("for", po::value<std::string>()->value_name("TIME"),
        "with `record`: for so long (2h, 30d); otherwise until it is interrupted");
    add("walk-every", po::value<std::string>()->value_name("N|auto|never"),
        "with `record`: of how many samples one asks for addresses and walks malloc's chunks too; auto, the "
        "default: as many as take 0.1 % of the time, or with --for up to 24 of them");
    add("wait", po::value<std::string>()->value_name("TIME"),
        "with `record`: when the process has ended, wait so long for its command to be started again, 1m by "
        "default");
    add("window", po::value<std::string>()->value_name("TIME"),
        "with `trend`: the last so much of the record alone");
    add("run", po::value<std::string>()->value_name("N"), "with `trend`: this run of the record alone");
    add("warm-up", po::value<std::string>()->value_name("TIME"),
        "with `trend`: leave out so much of the JVM's life at its begin; by default a third of it");
    add("csv", "with `trend`: a line for each owner");
    add("baseline", po::value<std::string>()->value_name("FILE"),
        "with `gate`: the capture or record of the moment to compare with");
    add("max-growth", po::value<std::string>()->value_name("SIZE"),
        "with `gate`: by how much it may have grown");
    add("owner", po::value<std::string>()->value_name("PATH"),
        "with `gate`: these owners alone (malloc/untracked), not all of RSS");
}

Expected<void> take_record_options(const po::variables_map& given, RecordCommand& record) {
    using std::chrono::milliseconds;
    if (auto taken = take_time(given, "every", milliseconds(10), record.every); !taken) return taken;
    if (auto taken = take_time(given, "for", milliseconds(1), record.length); !taken) return taken;
    if (auto taken = take_time(given, "wait", milliseconds(0), record.wait); !taken) return taken;
    if (auto taken = take_time(given, "window", milliseconds(1), record.window); !taken) return taken;
    if (auto taken = take_time(given, "warm-up", milliseconds(0), record.warm_up); !taken) return taken;
    if (auto taken = take_walk_every(given, record); !taken) return taken;
    if (auto taken = take_run(given, record); !taken) return taken;
    if (auto taken = take_max_growth(given, record); !taken) return taken;
    record.csv = given.count("csv") > 0;
    if (given.count("baseline") > 0) record.baseline = given["baseline"].as<std::string>();
    if (given.count("owner") > 0) record.owner = given["owner"].as<std::string>();
    return {};
}

Expected<void> check_record_command(const Command& command) {
    const RecordCommand& record = command.record;
    const RecordCommand none;
    const bool of_record = record.length || record.walk_every || record.wait != none.wait;
    if (of_record && command.verb != Verb::record)
        return usage("--for, --walk-every and --wait are of `nmtx record`");
    if (record.every != none.every && command.verb != Verb::record && command.verb != Verb::watch)
        return usage("--every is of `nmtx record` and `nmtx watch`");
    const bool of_trend = record.window || record.run || record.warm_up;
    if (of_trend && command.verb != Verb::trend && command.history.empty())
        return usage("--window, --run and --warm-up are of `nmtx trend`, and go with --record");
    if (record.csv && command.verb != Verb::trend) return usage("--csv is of `nmtx trend`");
    if ((record.max_growth || !record.baseline.empty() || !record.owner.empty()) &&
        command.verb != Verb::gate)
        return usage("--baseline, --max-growth and --owner are of `nmtx gate`");
    if (record.csv && command.json) return usage("--json and --csv: one of them");
    if (command.verb == Verb::record) {
        if (command.output.empty()) return usage("`nmtx record` needs -o FILE.db");
        if (command.nmt_file) return usage("--nmt FILE is of one moment, a record is of many");
        if (command.malloc.freeze)
            return usage("--freeze is not for a record: it stops the target again and again");
        if (command.json) return usage("`nmtx record` writes a file; --json is of `nmtx trend FILE.db`");
    }
    if (command.verb == Verb::gate) {
        if (record.baseline.empty()) return usage("`nmtx gate` needs --baseline FILE");
        if (!record.max_growth) return usage("`nmtx gate` needs --max-growth SIZE");
    }
    return {};
}

}  // namespace nmtx
