#include "cli/options.h"

#include <fmt/format.h>

#include "cli/record_options.h"
#include "cli/usage.h"
#include "hotspot/known_jdks.h"

namespace nmtx {
namespace {

namespace po = boost::program_options;

Expected<Bytes> take_size(const po::variables_map& given, const char* option) {
    const auto& text = given[option].as<std::string>();
    const auto size = parse_size(text);
    if (!size || *size == Bytes())
        return usage(fmt::format("--{} is a size such as 1G, 512M or 64K, not '{}'", option, text));
    return *size;
}

Expected<void> take_malloc_options(const po::variables_map& given, Command& command) {
    command.malloc.freeze = given.count("freeze") > 0;
    command.malloc.owners = given.count("owners") > 0;
    if (given.count("malloc-limit") > 0) {
        const auto size = take_size(given, "malloc-limit");
        if (!size) return tl::make_unexpected(size.error());
        command.malloc.malloc_limit = *size;
    }
    if (given.count("peek") > 0) {
        const auto size = take_size(given, "peek");
        if (!size) return tl::make_unexpected(size.error());
        command.peek = *size;
    }
    if (given.count("malloc") == 0) return {};
    const auto& how = given["malloc"].as<std::string>();
    if (how != "auto" && how != "never")
        return usage(fmt::format("--malloc is auto or never, not '{}'", how));
    command.malloc.malloc_walk = how == "auto";
    const bool about_the_walk = command.malloc.freeze || command.malloc.owners ||
                                command.malloc.malloc_limit.has_value() || command.peek.has_value();
    if (!command.malloc.malloc_walk && about_the_walk)
        return usage(
            "--freeze, --owners, --malloc-limit and --peek are of the walk that --malloc=never leaves out");
    return {};
}

Expected<void> take_thread_options(const po::variables_map& given, Command& command) {
    const auto text = [&](const char* option) { return given[option].as<std::string>(); };
    if (given.count("interval") > 0) {
        const auto time = parse_duration(text("interval"));
        if (!time || *time > std::chrono::hours(1))
            return usage(fmt::format("--interval is a time up to an hour, such as 1s or 500ms, not '{}'",
                                     text("interval")));
        command.threads.interval = *time;
        command.measure_threads = true;
    }
    if (given.count("sort") > 0) {
        const auto order = thread_order_named(text("sort"));
        if (!order) return usage(fmt::format("--sort is cpu, stack, wait or name, not '{}'", text("sort")));
        command.threads.order = *order;
    }
    if (given.count("top") > 0) {
        const auto top = parse_count(text("top"));
        if (!top) return usage(fmt::format("--top is a number of threads, not '{}'", text("top")));
        command.threads.top = top;
    }
    if (given.count("stacks") > 0) {
        command.threads.stacks.all = text("stacks") == "all";
        const auto busiest = parse_count(text("stacks"));
        if (!command.threads.stacks.all && (!busiest || *busiest > 1000))
            return usage(fmt::format("--stacks=N is a number of threads up to 1000, or 'all', not '{}'",
                                     text("stacks")));
        command.threads.stacks.busiest = busiest.value_or(0);
    }
    if (given.count("stack-of") > 0) {
        for (const std::string& tid : given["stack-of"].as<std::vector<std::string>>()) {
            const auto number = parse_pid(tid);
            if (!number) return usage(fmt::format("--stack-of: '{}' is no thread id", tid));
            command.threads.stacks.tids.push_back(*number);
        }
    }
    if (given.count("match") > 0) {
        command.threads.match = text("match");
        if (const auto wrong = error_of_regex(command.threads.match))
            return usage(fmt::format("--match: '{}': {}", command.threads.match, *wrong));
    }
    return {};
}

// How the JVM is asked.
Expected<void> take_jvm_options(const po::variables_map& given, Command& command) {
    if (given.count("effort") > 0) {
        const auto& name = given["effort"].as<std::string>();
        const auto effort = effort_named(name);
        if (!effort) return usage(fmt::format("--effort is least, default or most, not '{}'", name));
        command.effort = *effort;
    }
    if (given.count("attach") > 0) {
        const auto& how = given["attach"].as<std::string>();
        if (how != "auto" && how != "never")
            return usage(fmt::format("--attach is auto or never, not '{}'", how));
        command.attach = how == "auto";
    }
    if (given.count("attach-timeout") > 0) {
        const auto& text = given["attach-timeout"].as<std::string>();
        const auto time = parse_duration(text);
        if (!time || time->count() == 0 || *time > std::chrono::hours(24))
            return usage(fmt::format("--attach-timeout is a time such as 10s or 500ms, not '{}'", text));
        command.attach_timeout = *time;
    }
    if (given.count("nmt") > 0) {
        const auto& file = given["nmt"].as<std::string>();
        if (file.empty()) return usage("--nmt needs a file, - or off");
        if (file == "off") {
            command.nmt = false;
        } else {
            command.nmt_file = file;
        }
    }
    return {};
}

}  // namespace

po::options_description options_of(bool hidden) {
    po::options_description options("Options");
    auto add = options.add_options();
    add("all", "every row: all owners, all files, everything that is missing");
    add("maps", "every mapping with its owner or owners");
    add("json", "one JSON object instead of text (docs/json.md)");
    add("effort", po::value<std::string>()->value_name("least|default|most"),
        "how much to ask of the JVM: exact totals alone; the cheapest source of addresses too; every source");
    add("attach", po::value<std::string>()->value_name("auto|never"),
        "never: ask the JVM nothing, the kernel and hsperfdata alone");
    add("attach-timeout", po::value<std::string>()->value_name("TIME"),
        "give up on the JVM after this long (10s, 500ms, 2m); 10s by default");
    add("nmt", po::value<std::string>()->value_name("FILE|-|off"),
        "a report of VM.native_memory that somebody saved, instead of asking for one; off: do without");
    add("malloc", po::value<std::string>()->value_name("auto|never"),
        "never: malloc's memory is known by its mappings alone, its chunks are not walked; with `watch` auto "
        "walks them at each refresh, whatever is shown");
    add("malloc-limit", po::value<std::string>()->value_name("SIZE"),
        "walk at most so much of malloc's memory (1G, 512M, 64K)");
    add("freeze", "stop the target's threads while its chunks are copied; how long is printed");
    add("owners", "also look for who points at malloc blocks that point nowhere themselves");
    add("peek", po::value<std::string>()->value_name("SIZE"),
        "with `malloc PID`: what is in untracked blocks of so many usable bytes; shown, never kept");
    add("interval", po::value<std::string>()->value_name("TIME"),
        "with `threads`: measure CPU time over so long, 1s by default; 0: since each thread began. With a "
        "PID, `capture` or `ticket`: do so there too, and ask the JVM for a thread dump");
    add("stacks", po::value<std::string>()->value_name("[=N|all]"),
        "with `threads`: the whole stacks, native and Java frames, of the N busiest, 5 by default; each is "
        "stopped for a moment");
    add("stack-of", po::value<std::vector<std::string>>()->value_name("TID"),
        "with `threads`: the whole stack of this thread; stops it for a moment");
    add("sort", po::value<std::string>()->value_name("cpu|stack|wait|name"),
        "with `threads`: in which order");
    add("top", po::value<std::string>()->value_name("N"), "with `threads`: the first N threads alone");
    add("match", po::value<std::string>()->value_name("REGEX"),
        "with `threads`: those alone in whose names this extended regular expression occurs");
    add_record_options(options);
    add("output,o", po::value<std::string>()->value_name("FILE"),
        "where `capture` writes, - is standard output; with a PID: keep the evidence of this very report; "
        "with `record`: the record, which is added to where it is there");
    add("scale", po::value<std::string>()->value_name("b|k|m|g"),
        "with `diff`: sizes in bytes, KiB, MiB or GiB; m by default");
    add("limit", po::value<std::string>()->value_name("SIZE"),
        "with `fit`: the memory limit that the heap is to fit (2GiB, 512M); that of its cgroup by default");
    add("record", po::value<std::string>()->value_name("FILE.db"),
        "with a PID, `report`, `ticket`: the history too, from a file of `nmtx record`: findings then tell what grows");
    add("redact",
        "with `ticket`, `capture`, `report`: paths, hosts, users, addresses, and names of classes, threads "
        "and properties that no public list has are replaced, each by the same word everywhere");
    add("jdk", po::value<std::string>()->value_name("N"),
        fmt::format("with `glossary`: what JDK N has alone, {} to {}", oldest_jdk, newest_jdk).c_str());
    add("force", "replace an existing FILE; with `diff`: compare two different processes");
    add("help,h", "this text");
    add("version", "which nmtx this is");
    if (hidden) add("operand", po::value<std::vector<std::string>>());
    return options;
}

Expected<void> take_options(const po::variables_map& given, Command& command) {
    command.all = given.count("all") > 0;
    command.maps = given.count("maps") > 0;
    command.json = given.count("json") > 0;
    command.force = given.count("force") > 0;
    command.redact = given.count("redact") > 0;
    if (given.count("record") > 0) {
        command.history = given["record"].as<std::string>();
        if (command.history.empty()) return usage("--record needs a file of `nmtx record`");
    }
    if (given.count("output") > 0) command.output = given["output"].as<std::string>();
    if (given.count("scale") > 0) {
        const auto& name = given["scale"].as<std::string>();
        const auto scale = size_scale_named(name);
        if (!scale) return usage(fmt::format("--scale is b, k, m or g, not '{}'", name));
        command.scale = *scale;
    }
    if (given.count("limit") > 0) {
        const auto limit = take_size(given, "limit");
        if (!limit) return tl::make_unexpected(limit.error());
        command.limit = *limit;
    }
    if (given.count("jdk") > 0) {
        const auto& text = given["jdk"].as<std::string>();
        const auto jdk = parse_count(text);
        if (!jdk || *jdk < oldest_jdk || *jdk > newest_jdk)
            return usage(fmt::format("--jdk is a feature release from {} to {}, not '{}'", oldest_jdk,
                                     newest_jdk, text));
        command.jdk = static_cast<int>(*jdk);
    }
    if (auto taken = take_jvm_options(given, command); !taken) return taken;
    if (auto taken = take_malloc_options(given, command); !taken) return taken;
    if (auto taken = take_thread_options(given, command); !taken) return taken;
    if (auto taken = take_record_options(given, command.record); !taken) return taken;
    return {};
}

}  // namespace nmtx
