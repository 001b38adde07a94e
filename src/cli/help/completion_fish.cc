#include <fmt/format.h>

#include "cli/help/completion.h"
#include "cli/help/option_lines.h"
#include "cli/options/options.h"
#include "cli/verbs/verbs.h"

namespace nmtx {
namespace {

constexpr std::string_view fish_functions = R"fish(
# The first word that is not an option: a command, or PID for a process.
function __nmtx_verb
    set -l words (commandline -opc)
    set -e words[1]
    for word in $words
        string match -q -- '-*' $word; and continue
        contains -- $word $__nmtx_verbs; and echo $word; or echo PID
        return
    end
end

function __nmtx_is
    set -l verb (__nmtx_verb)
    contains -- "$verb" $argv
end

function __nmtx_jvms
    set -l program (commandline -opc)[1]
    test -n "$program"; or set program nmtx
    $program list --csv 2>/dev/null | awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "main") main = i; next } { print $1 "\t" $main }'
end

complete -c nmtx -f
complete -c nmtx -n '__nmtx_is ""' -a '(__nmtx_jvms)'
complete -c nmtx -s h -l help -d 'Show help'
)fish";

// Within '…' of fish.
std::string fish_quoted(std::string_view text) {
    std::string out = "'";
    for (const char c : text) out += c == '\'' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    return out + "'";
}

// `nmtx --opt` without a command is about a process, too.
std::string fish_condition(const VerbEntry& entry) {
    return fmt::format("complete -c nmtx -n '__nmtx_is {}'",
                       entry.verb == Verb::reconcile ? "PID \"\"" : std::string(entry.name));
}

std::string fish_value(const OptionEntry& option, const VerbEntry& entry) {
    if (option.value.empty()) return "";
    std::string words;
    if (option.name == "format") {
        for (const Format format : entry.formats) words += fmt::format(" {}", name_of(format));
    } else {
        for (const std::string_view word : option.words()) words += fmt::format(" {}", word);
    }
    if (option.offer == Offer::owners) return " -x -a '(__nmtx_owners)'";
    std::string out = option.offer == Offer::files               ? " -r -F"
                      : option.implied.empty() || !words.empty() ? " -x"
                                                                 : "";
    if (!words.empty()) out += fmt::format(" -a '{}'", words.substr(1));
    return out;
}

std::string fish_options(const VerbEntry& entry) {
    std::string out;
    for (const OptionUse& use : entry.options) {
        const OptionEntry& option = *option_named(use.name);
        out += fish_condition(entry);
        if (option.letter != 0) out += fmt::format(" -s {}", option.letter);
        out += fmt::format(" -l {} -d {}{}\n", option.name,
                           fish_quoted(use.text.empty() ? option.text : use.text), fish_value(option, entry));
    }
    return out;
}

std::string fish_operands(const VerbEntry& entry) {
    const std::string when = fish_condition(entry);
    switch (entry.verb) {
        case Verb::glossary:
            return when + " -a '(__nmtx_glossary)'\n";
        case Verb::help:
            return when + " -a \"PID $__nmtx_verbs\"\n";
        case Verb::completion:
            return when + " -a 'bash zsh fish'\n";
        case Verb::explain:
            return when + " -F\n";
        case Verb::diff:
            return when + " -F -a '(__nmtx_jvms)'\n";
        case Verb::nmt:
            return when + " -a '(__nmtx_jvms)'\n" + when +
                   " -a 'baseline summary detail summary.diff detail.diff'\n";
        case Verb::reconcile:
            return "";
        default:
            break;
    }
    if (entry.subject == Subject::process) return when + " -a '(__nmtx_jvms)'\n";
    if (entry.subject == Subject::process_or_file) return when + " -F -a '(__nmtx_jvms)'\n";
    return entry.subject == Subject::file ? when + " -F\n" : "";
}

std::string fish_list(std::string_view function, const std::vector<std::string>& names) {
    std::string out = fmt::format("function {}\n    printf '%s\\n'", function);
    for (const std::string& name : names) out += " \\\n        " + fish_quoted(name);
    return out + "\nend\n\n";
}

}  // namespace

std::string fish_completion(const CompletionNames& names) {
    std::string out = "# fish completion of nmtx; written by `nmtx completion fish`\n\nset -g __nmtx_verbs";
    for (const VerbEntry& entry : all_verbs()) {
        if (entry.verb != Verb::reconcile) out += fmt::format(" {}", entry.name);
    }
    out += "\n\n" + fish_list("__nmtx_glossary", names.glossary) + fish_list("__nmtx_owners", names.owners);
    out += fish_functions.substr(1);
    for (const VerbEntry& entry : all_verbs()) {
        if (entry.verb != Verb::reconcile)
            out += fmt::format("complete -c nmtx -n '__nmtx_is \"\"' -a {} -d {}\n", entry.name,
                               fish_quoted(entry.summary));
        out += fish_options(entry) + fish_operands(entry);
    }
    return out;
}

}  // namespace nmtx
