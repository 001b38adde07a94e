#include "cli/command.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/program_options.hpp>
#include <sstream>

#include "base/cursor.h"
#include "cli/record_options.h"

namespace nmtx {
namespace {

namespace po = boost::program_options;

tl::unexpected<Error> usage(std::string what, std::string hint = "see nmtx --help") {
    return failure("", std::move(what), std::move(hint));
}

std::optional<std::uint64_t> parse_pid(std::string_view text) {
    Cursor cursor(text);
    const auto pid = cursor.decimal();
    // PID_MAX_LIMIT of 64-bit kernels.
    if (!pid || !cursor.at_end() || *pid == 0 || *pid > 4194304) return std::nullopt;
    return pid;
}

// "12"; not nothing, and not zero.
std::optional<std::size_t> parse_count(std::string_view text) {
    Cursor cursor(text);
    const auto count = cursor.decimal();
    return count && cursor.at_end() && *count > 0 ? count : std::nullopt;
}

bool is_number(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

struct VerbName {
    std::string_view name;
    Verb verb;
    std::size_t operands;
    std::size_t optional = 0;  // operands that may follow
};
constexpr std::array verb_names{
    VerbName{"capture", Verb::capture, 1}, VerbName{"report", Verb::report, 1},
    VerbName{"list", Verb::list, 0},       VerbName{"demo", Verb::demo, 0},
    VerbName{"malloc", Verb::malloc, 1},   VerbName{"peek", Verb::peek, 2},
    VerbName{"threads", Verb::threads, 1}, VerbName{"diff", Verb::diff, 2},
    VerbName{"nmt", Verb::nmt, 2, 1},      VerbName{"record", Verb::record, 1},
    VerbName{"trend", Verb::trend, 1},     VerbName{"gate", Verb::gate, 1},
    VerbName{"fit", Verb::fit, 1},         VerbName{"glossary", Verb::glossary, 0, 4},
    VerbName{"watch", Verb::watch, 1},
};

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
        "PID or "
        "`capture`: do so there too, and ask the JVM for a thread dump");
    add("stacks", po::value<std::string>()->value_name("[=N]"),
        "with `threads`: native frames too of the N busiest, 5 by default; each is stopped for a moment");
    add("stack-of", po::value<std::vector<std::string>>()->value_name("TID"),
        "with `threads`: native frames too of this thread; stops it for a moment");
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
    add("jdk", po::value<std::string>()->value_name("N"), "with `glossary`: what JDK N has alone, 8 to 28");
    add("force", "replace an existing FILE; with `diff`: compare two different processes");
    add("help,h", "this text");
    add("version", "which nmtx this is");
    if (hidden) add("operand", po::value<std::vector<std::string>>());
    return options;
}

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
        const auto busiest = parse_count(text("stacks"));
        if (!busiest || *busiest > 1000)
            return usage(
                fmt::format("--stacks=N is a number of threads up to 1000, not '{}'", text("stacks")));
        command.threads.stacks.busiest = *busiest;
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

Expected<void> take_options(const po::variables_map& given, Command& command) {
    command.all = given.count("all") > 0;
    command.maps = given.count("maps") > 0;
    command.json = given.count("json") > 0;
    command.force = given.count("force") > 0;
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
        if (!jdk || *jdk < 8 || *jdk > 28)
            return usage(fmt::format("--jdk is a feature release from 8 to 28, not '{}'", text));
        command.jdk = static_cast<int>(*jdk);
    }
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
    if (auto taken = take_malloc_options(given, command); !taken) return taken;
    if (auto taken = take_thread_options(given, command); !taken) return taken;
    if (auto taken = take_record_options(given, command.record); !taken) return taken;
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

Expected<void> take_pid(const std::string& text, Command& command) {
    const auto pid = parse_pid(text);
    if (!pid) return usage(fmt::format("'{}' is no process id", text));
    command.pid = *pid;
    return {};
}

// A process now, or one that was captured.
Expected<MomentName> moment_named(const std::string& operand) {
    if (!is_number(operand)) return MomentName{0, operand};
    const auto pid = parse_pid(operand);
    if (!pid) return usage(fmt::format("'{}' is no process id", operand));
    return MomentName{*pid, {}};
}

Expected<void> take_moments(const std::vector<std::string>& operands, Command& command) {
    for (std::size_t i = 0; i < command.moments.size(); ++i) {
        auto moment = moment_named(operands[i + 1]);
        if (!moment) return tl::make_unexpected(moment.error());
        command.moments[i] = std::move(*moment);
    }
    const auto& [a, b] = command.moments;
    if (a.is_process() && b.is_process() && a.pid == b.pid)
        return usage(
            fmt::format("both are pid {} as it is now", a.pid),
            fmt::format("first: nmtx capture {0} -o BEFORE.nmtx, later: nmtx diff BEFORE.nmtx {0}", a.pid));
    if (a.file == "-" && b.file == "-") return usage("standard input is one capture, not two");
    return {};
}

// The operands of a verb, as many as it takes.
Expected<void> take_operands(const std::vector<std::string>& operands, Command& command) {
    switch (command.verb) {
        case Verb::report:
            command.file = operands[1];
            return {};
        case Verb::capture:
            if (auto taken = take_pid(operands[1], command); !taken) return taken;
            if (command.output.empty()) return usage("`nmtx capture` needs -o FILE");
            return {};
        case Verb::trend:
            command.file = operands[1];
            return {};
        case Verb::record:
            if (command.all) return {};
            return take_pid(operands[1], command);
        case Verb::watch:
            return take_pid(operands[1], command);
        case Verb::malloc:
        case Verb::threads:
        case Verb::gate:
        case Verb::fit:
            if (is_number(operands[1])) return take_pid(operands[1], command);
            command.file = operands[1];
            return {};
        case Verb::peek: {
            if (auto taken = take_pid(operands[1], command); !taken) return taken;
            const auto address = parse_address(operands[2]);
            if (!address) return usage(fmt::format("'{}' is no address in hexadecimal", operands[2]));
            command.address = *address;
            return {};
        }
        case Verb::diff:
            return take_moments(operands, command);
        case Verb::nmt: {
            if (auto taken = take_pid(operands[1], command); !taken) return taken;
            auto request = parse_nmt_request({operands.begin() + 2, operands.end()});
            if (!request) return tl::make_unexpected(request.error());
            command.nmt_request = std::move(*request);
            return {};
        }
        case Verb::glossary:  // names may be of several words: "java heap"
            for (std::size_t i = 1; i < operands.size(); ++i)
                command.glossary_name += (i > 1 ? " " : "") + operands[i];
            return {};
        default:
            return {};
    }
}

// What an option means only beside some verbs is refused beside the others.
Expected<void> check_together(const Command& command) {
    if (command.output == "-" && command.verb != Verb::capture)
        return usage("standard output has the report already", "give -o a file, or use `nmtx capture`");
    if (command.peek && command.verb != Verb::malloc)
        return usage("--peek SIZE is of `nmtx malloc PID`", "a place of its own: nmtx peek PID ADDRESS");
    const auto processes = static_cast<std::size_t>(std::count_if(
        command.moments.begin(), command.moments.end(), [](const MomentName& m) { return m.is_process(); }));
    const bool of_a_file = !command.file.empty() || (command.verb == Verb::diff && processes == 0);
    if (command.verb == Verb::diff && !command.output.empty() && processes != 1)
        return usage("-o keeps the evidence of the one process that is compared with a capture");
    if (command.verb != Verb::diff && command.scale != SizeScale::mib)
        return usage("--scale is of `nmtx diff`");
    if (command.verb != Verb::fit && command.limit) return usage("--limit is of `nmtx fit`");
    if (command.verb != Verb::glossary && command.jdk) return usage("--jdk is of `nmtx glossary`");
    if (command.verb == Verb::glossary && !command.output.empty())
        return usage("`nmtx glossary` looks at no process: there is nothing to keep");
    if (command.verb == Verb::nmt && (command.json || !command.attach || !command.output.empty()))
        return usage("`nmtx nmt` prints what the JVM answers, and nothing else");
    if (command.peek && of_a_file)
        return usage("--peek looks into a running process: a capture holds no memory contents");
    if (command.peek && command.json)
        return usage("--peek shows contents of memory, as text alone", "leave out --json, or --peek");
    const MallocOptions& malloc = command.malloc;
    if (of_a_file && (malloc.freeze || malloc.owners || malloc.malloc_limit || !malloc.malloc_walk))
        return usage(
            "--freeze, --owners, --malloc-limit and --malloc are of a running process, not of a capture");
    const ThreadOptions& threads = command.threads;
    const bool of_threads =
        threads.top || threads.order != ThreadOrder::cpu || !threads.match.empty() || threads.stacks.any();
    if (of_threads && command.verb != Verb::threads)
        return usage("--stacks, --stack-of, --sort, --top and --match are of `nmtx threads`");
    if (of_a_file && threads.stacks.any())
        return usage("--stacks and --stack-of stop threads of a running process, not of a capture",
                     "a capture that was taken with them shows its native frames by itself");
    const bool a_process = command.verb == Verb::reconcile || command.verb == Verb::capture ||
                           (command.verb == Verb::threads && !of_a_file);
    if (command.measure_threads && !a_process)
        return usage(
            "--interval is of a running process: `nmtx PID`, `nmtx threads PID`, `nmtx capture PID`");
    if (command.verb == Verb::malloc && !malloc.malloc_walk)
        return usage("`nmtx malloc` is the walk that --malloc=never leaves out");
    return check_record_command(command);
}

// Beside `watch`, what is about another form of output, another moment or a stop of the target is refused.
Expected<void> check_watch(const Command& command) {
    if (command.json || command.all || command.maps || !command.output.empty() || command.force)
        return usage("`nmtx watch` is a screen: --json, --all, --maps, -o and --force are of other verbs",
                     "the key c saves a capture of what is on the screen");
    if (command.malloc.freeze)
        return usage("--freeze would stop the target at each refresh", "nmtx malloc PID --freeze");
    if (command.nmt_file)
        return usage("--nmt FILE is of one moment, `nmtx watch` of many", "leave it out, or --nmt=off");
    if (command.every < std::chrono::milliseconds(200) || command.every > std::chrono::hours(1))
        return usage("`nmtx watch` refreshes every 200ms to every hour");
    return {};
}

Expected<void> take_verb(const std::vector<std::string>& operands, Command& command) {
    const std::string& first = operands.front();
    if (is_number(first)) {
        const auto pid = parse_pid(first);
        if (!pid) return usage(fmt::format("{} is no process id", first));
        if (operands.size() > 1)
            return usage(fmt::format("one process at a time; '{}' is too much", operands[1]));
        command.verb = Verb::reconcile;
        command.pid = *pid;
        return {};
    }
    for (const VerbName& name : verb_names) {
        if (name.name != first) continue;
        command.verb = name.verb;
        if (command.verb == Verb::demo) {
            command.demo_arguments.assign(operands.begin() + 1, operands.end());
            return {};
        }
        const bool every_jvm = command.verb == Verb::record && command.all;
        if (every_jvm && operands.size() > 1)
            return usage("`nmtx record --all` is of every JVM: leave the process id out");
        const std::size_t least = every_jvm ? 1 : name.operands + 1;
        if (operands.size() < least || operands.size() > least + name.optional) {
            constexpr std::array counts{"no operand", "one operand", "two operands"};
            return usage(fmt::format("`nmtx {}` takes {}{}", first, counts[name.operands],
                                     name.optional == 0 ? std::string()
                                     : name.optional == 1
                                         ? std::string(", or one more")
                                         : fmt::format(", or up to {} more", name.optional)));
        }
        return take_operands(operands, command);
    }
    return usage(fmt::format("'{}' is neither a process id nor a verb", first),
                 "`nmtx list` shows the JVMs, nmtx --help the verbs");
}

}  // namespace

Expected<Command> parse_command(const std::vector<std::string>& arguments) {
    // The library's own way to a value that may be left out takes the next word for it, a process id.
    std::vector<std::string> given_words = arguments;
    const auto behind = std::find(given_words.begin(), given_words.end(), "--");
    std::replace(given_words.begin(), behind, std::string("--stacks"), std::string("--stacks=5"));
    for (auto word = given_words.begin(); word != behind; ++word) {
        const bool valued = word + 1 != behind && (word[1] == "auto" || word[1] == "never");
        if (*word == "--malloc" && !valued) *word = "--malloc=auto";
    }
    Command command;
    po::variables_map given;
    try {
        po::positional_options_description operands;
        operands.add("operand", -1);
        const auto style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
        po::store(po::command_line_parser(given_words)
                      .options(options_of(true))
                      .positional(operands)
                      .style(style)
                      .run(),
                  given);
    } catch (const po::error& error) {
        return usage(error.what());
    }
    if (given.count("help") > 0) return command;
    if (given.count("version") > 0) {
        command.verb = Verb::version;
        return command;
    }
    if (auto taken = take_options(given, command); !taken) return tl::make_unexpected(taken.error());
    if (given.count("operand") == 0)
        return usage("which process? give its PID", "`nmtx list` shows the JVMs on this host");
    if (auto taken = take_verb(given["operand"].as<std::vector<std::string>>(), command); !taken) {
        return tl::make_unexpected(taken.error());
    }
    if (command.verb == Verb::watch) {
        if (given.count("every") > 0) command.every = command.record.every;
        if (given.count("effort") == 0) command.effort = Effort::least;
        command.walk_always = given.count("malloc") > 0 && command.malloc.malloc_walk;
        if (auto checked = check_watch(command); !checked) return tl::make_unexpected(checked.error());
    }
    if (auto checked = check_together(command); !checked) return tl::make_unexpected(checked.error());
    return command;
}

std::string help_text() {
    std::string text =
        "nmtx reconciles what the kernel says is resident of a JVM with what the JVM's Native Memory "
        "Tracking knows of,\n"
        "address by address: each resident byte gets one owner.\n\n"
        "  nmtx PID                      the reconciliation of a running process\n"
        "  nmtx malloc PID|FILE          malloc's arenas, what their memory is made of, and who holds the "
        "rest\n"
        "  nmtx threads PID|FILE         who is on the CPU and doing what, and what the stacks cost\n"
        "  nmtx watch PID                the reconciliation on the terminal, refreshed, with what has "
        "changed\n"
        "  nmtx diff A B                 what has changed between two captures, or a capture and a PID\n"
        "  nmtx list                     the JVMs on this host, containers included\n"
        "  nmtx capture PID -o FILE      the evidence of one moment as a file (tar + zstd) to attach to a "
        "ticket\n"
        "  nmtx report FILE              the report that the live process gave, from such a file\n"
        "  nmtx peek PID ADDRESS         what the memory around an address holds: zeros, text, pointers, "
        "strings\n"
        "  nmtx nmt PID COMMAND          NMT's own baseline, summary, detail, summary.diff or detail.diff\n"
        "  nmtx record PID -o FILE.db    samples it every 10 s into a file, cheaply, for hours or months\n"
        "  nmtx trend FILE.db            who grows in such a file, how fast, and whether it is a leak\n"
        "  nmtx gate PID|FILE            fails where it has grown too much against a --baseline\n"
        "  nmtx fit PID|FILE             the -Xmx that a memory limit (--limit SIZE) leaves room for, line "
        "by line\n"
        "  nmtx glossary [NAME]          what a category of NMT or an owner is, what bounds it, known bugs\n"
        "  nmtx demo                     starts a small JVM with a known leak and reconciles it\n\n";
    text += fmt::format("{}", [] {
        std::ostringstream out;
        out << options_of(false);
        return out.str();
    }());
    return text +
           "\nExit status: 0 done, 1 could not, 2 usage; 3 where `trend` found a leak, or `gate` too much "
           "growth.\n";
}

}  // namespace nmtx
