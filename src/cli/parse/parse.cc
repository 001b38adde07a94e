#include "cli/parse/parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/program_options.hpp>

#include "cli/options/options.h"
#include "cli/parse/operands.h"
#include "cli/parse/refusals.h"
#include "cli/parse/scan.h"
#include "cli/usage.h"
#include "cli/verbs/verbs.h"

namespace nmtx {
namespace {

namespace po = boost::program_options;
using Texts = std::vector<std::string>;

// Words that are never options.
constexpr const char* operands_name = " operands";

// What one verb takes, and nothing else.
po::options_description described(const VerbEntry& entry) {
    po::options_description options;
    auto add = options.add_options();
    add(operands_name, po::value<Texts>());
    for (const OptionUse& use : entry.options) {
        const OptionEntry& option = *option_named(use.name);
        std::string name(option.name);
        if (option.letter != 0) name += fmt::format(",{}", option.letter);
        if (option.value.empty()) {
            add(name.c_str(), "");
        } else if (option.repeats) {
            add(name.c_str(), po::value<Texts>(), "");
        } else {
            add(name.c_str(), po::value<std::string>(), "");
        }
    }
    return options;
}

// Of "--name=value", which the library names as a whole, the name.
std::string without_value(const std::string& word) {
    return word.starts_with("--") ? word.substr(0, word.find('=')) : word;
}

tl::unexpected<Error> worded(const po::error& error, const VerbEntry& entry) {
    if (const auto* unknown = dynamic_cast<const po::unknown_option*>(&error))
        return refused_option(without_value(unknown->get_option_name()), entry);
    const auto* about = dynamic_cast<const po::error_with_option_name*>(&error);
    if (about == nullptr) return usage(error.what());
    const std::string name = without_value(about->get_option_name());
    if (dynamic_cast<const po::multiple_occurrences*>(&error) != nullptr)
        return usage(fmt::format("{} was given twice", name));
    const auto* syntax = dynamic_cast<const po::invalid_syntax*>(&error);
    const OptionEntry* option = option_named(std::string_view(name).substr(name.starts_with("--") ? 2 : 0));
    if (syntax == nullptr) return usage(error.what());
    if (syntax->kind() == po::invalid_syntax::missing_parameter)
        return usage(fmt::format("{} needs a value", name),
                     option == nullptr ? "" : fmt::format("{} {}", name, entry.value_of(*option)));
    if (syntax->kind() == po::invalid_syntax::extra_parameter)
        return usage(fmt::format("{} takes no value", name));
    return usage(error.what());
}

Expected<po::variables_map> given_options(const Texts& arguments, const VerbEntry& entry) {
    po::variables_map given;
    const po::options_description options = described(entry);
    try {
        po::positional_options_description operands;
        operands.add(operands_name, -1);
        const auto style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
        po::store(po::command_line_parser(arguments).options(options).positional(operands).style(style).run(),
                  given);
    } catch (const po::error& error) {
        return worded(error, entry);
    }
    return given;
}

Expected<void> take_option(const OptionEntry& option, const po::variable_value& value, Command& command) {
    const Texts texts = option.value.empty() ? Texts{""}
                        : option.repeats     ? value.as<Texts>()
                                             : Texts{value.as<std::string>()};
    for (const std::string& text : texts) {
        if (auto taken = option.take(text, command); !taken) return taken;
    }
    command.given.emplace_back(option.name);
    return {};
}

Expected<void> check_format(const VerbEntry& entry, Format format) {
    if (format == Format::text || entry.has(format)) return {};
    Texts names;
    for (const Format known : entry.formats) names.emplace_back(name_of(known));
    return usage(fmt::format("'{}' has no {} output, only {}", title_of(entry), name_of(format),
                             listed(names, "and")));
}

Expected<void> take_options(const VerbEntry& entry, const po::variables_map& given, Command& command) {
    for (const OptionEntry& option : all_options()) {
        const po::variable_value& value = given[std::string(option.name)];
        if (value.empty()) continue;
        if (auto taken = take_option(option, value, command); !taken) return taken;
    }
    return check_format(entry, command.format);
}

// A first word that is not a verb names a process, unless it cannot.
Expected<void> check_first_word(const std::string& word, std::size_t words) {
    if (is_number(word)) return {};
    const auto target = target_of(word, Subject::process_or_file);
    if (target && target->is_file()) {
        const std::string_view verb = word.ends_with(".nmtx") ? "report"
                                      : word.ends_with(".db") ? "trend"
                                                              : "explain";
        return usage(fmt::format("'{}' is a file", word), fmt::format("nmtx {} {}", verb, word));
    }
    Error unknown = unknown_command(word);
    const bool mistyped = unknown.hint.empty();
    if (words == 1 && !mistyped) return {};
    if (words == 1) unknown.hint = fmt::format("for a JVM of that name: nmtx --match {}", word);
    return tl::make_unexpected(std::move(unknown));
}

void set_defaults(Command& command) {
    if (command.verb == Verb::reconcile && !command.target.given()) command.verb = Verb::choose;
    // What malloc holds needs no addresses of the JVM's areas, and the answers that have them make the JVM
    // allocate. A snapshot that is kept is to give every report.
    const bool malloc_only = command.verb == Verb::malloc && !command.has("output");
    if ((malloc_only || command.verb == Verb::watch) && !command.has("effort"))
        command.effort = Effort::least;
    if (command.verb != Verb::watch) return;
    if (command.has("every")) command.every = command.record.every;
    command.walk_always = command.has("malloc") && command.malloc.malloc_walk;
}

Expected<Command> parse_verb(const VerbEntry& entry, const Texts& arguments) {
    Command command;
    command.verb = entry.verb;
    const auto given = given_options(arguments, entry);
    if (!given) return tl::make_unexpected(given.error());
    if (auto taken = take_options(entry, *given, command); !taken) return tl::make_unexpected(taken.error());
    Texts operands;
    if (given->count(operands_name) > 0) operands = (*given)[operands_name].as<Texts>();
    if (entry.verb != Verb::reconcile) {
        operands.erase(operands.begin());
    } else if (!operands.empty()) {
        if (auto fine = check_first_word(operands.front(), operands.size()); !fine)
            return tl::make_unexpected(fine.error());
    }
    const bool choose = entry.verb == Verb::reconcile && operands.empty() && !command.target.chooses();
    if (!choose) {
        if (auto taken = take_operands(entry, std::move(operands), command); !taken)
            return tl::make_unexpected(taken.error());
    }
    if (!command.topic.empty() && verb_named(command.topic) == nullptr)
        return tl::make_unexpected(unknown_command(command.topic));
    set_defaults(command);
    if (auto checked = check_command(command); !checked) return tl::make_unexpected(checked.error());
    return command;
}

Command help_on(const VerbEntry* entry) {
    Command command;
    if (entry != nullptr) command.topic = entry->name;
    return command;
}

Error with_hint(Error error, const VerbEntry& entry) {
    if (error.hint.empty())
        error.hint =
            entry.verb == Verb::reconcile ? "see nmtx --help" : fmt::format("see {} --help", title_of(entry));
    return error;
}

}  // namespace

Expected<void> check_command(const Command& command) {
    const VerbEntry& entry = entry_of(command.verb);
    const auto is_file = [](const Target& target) { return target.is_file(); };
    const bool no_process = command.verb == Verb::diff
                                ? std::all_of(command.compared.begin(), command.compared.end(), is_file)
                                : command.target.is_file();
    for (const std::string& name : command.given) {
        if (no_process && option_named(name)->running_only)
            return usage(fmt::format("--{} needs a running process, not a saved snapshot", name));
    }
    if (!command.malloc.malloc_walk) {
        for (const std::string_view option : {"owners", "malloc-limit", "freeze"}) {
            if (command.has(option))
                return usage(
                    fmt::format("--{} needs the malloc walk, which --malloc never disables", option));
        }
    }
    return entry.check == nullptr ? Expected<void>() : entry.check(command);
}

Expected<Command> parse_command(const std::vector<std::string>& arguments) {
    const Texts words = with_implied_values(arguments);
    const Scan seen = scan(words);
    const VerbEntry* named = seen.first ? verb_named(*seen.first) : nullptr;
    if (seen.help) return help_on(seen.first && named == nullptr ? &entry_of(Verb::reconcile) : named);
    if (seen.version) {
        Command command;
        command.verb = Verb::version;
        return command;
    }
    const VerbEntry& entry = named == nullptr ? entry_of(Verb::reconcile) : *named;
    return parse_verb(entry, words).map_error([&](Error error) {
        return with_hint(std::move(error), entry);
    });
}

}  // namespace nmtx
