#include "cli/command.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/options.h"
#include "cli/usage.h"

namespace nmtx {
namespace {

namespace po = boost::program_options;

bool is_number(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

struct VerbName {
    std::string_view name;
    Verb verb;
    std::size_t operands;
    std::size_t optional = 0;  // operands that may follow
};
constexpr std::size_t most_files = 1000;

constexpr std::array verb_names{
    VerbName{"capture", Verb::capture, 1},
    VerbName{"report", Verb::report, 1},
    VerbName{"list", Verb::list, 0},
    VerbName{"demo", Verb::demo, 0},
    VerbName{"malloc", Verb::malloc, 1},
    VerbName{"peek", Verb::peek, 2},
    VerbName{"threads", Verb::threads, 1},
    VerbName{"diff", Verb::diff, 2},
    VerbName{"nmt", Verb::nmt, 2, 1},
    VerbName{"record", Verb::record, 1},
    VerbName{"trend", Verb::trend, 1},
    VerbName{"gate", Verb::gate, 1},
    VerbName{"fit", Verb::fit, 1},
    VerbName{"glossary", Verb::glossary, 0, 4},
    VerbName{"watch", Verb::watch, 1},
    VerbName{"ticket", Verb::ticket, 1},
    VerbName{"explain", Verb::explain, 0, most_files},
};

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
        case Verb::ticket:
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
        case Verb::explain:
            command.files.assign(operands.begin() + 1, operands.end());
            if (command.files.empty()) command.files.emplace_back("-");
            if (std::count(command.files.begin(), command.files.end(), "-") > 1)
                return usage("standard input can be read but once");
            return {};
        case Verb::glossary:  // names may be of several words: "java heap"
            for (std::size_t i = 1; i < operands.size(); ++i)
                command.glossary_name += (i > 1 ? " " : "") + operands[i];
            return {};
        default:
            return {};
    }
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

Command::Command() = default;
Command::Command(const Command&) = default;
Command::Command(Command&&) noexcept = default;
Command& Command::operator=(const Command&) = default;
Command& Command::operator=(Command&&) noexcept = default;
Command::~Command() = default;

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
    }
    if (auto checked = check_options(command); !checked) return tl::make_unexpected(checked.error());
    return command;
}

}  // namespace nmtx
