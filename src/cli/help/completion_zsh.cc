#include <fmt/format.h>

#include "cli/help/completion.h"
#include "cli/help/option_lines.h"
#include "cli/options/options.h"
#include "cli/verbs/verbs.h"

namespace nmtx {
namespace {

constexpr std::string_view zsh_functions = R"zsh(
_nmtx_jvms() {
    local -a jvms
    jvms=(${(f)"$(${_nmtx_program:-nmtx} list --csv 2>/dev/null |
        awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "main") main = i; next } { gsub(":", "\\:", $main); print $1 ":" $main }')"})
    _describe -t jvms 'running JVM' jvms
}

_nmtx_either() { _alternative 'jvms:running JVM:_nmtx_jvms' 'files:snapshot or recording:_files' }

_nmtx_first() { _alternative 'commands:command:_nmtx_commands' 'jvms:running JVM:_nmtx_jvms' }

_nmtx_topics() { _nmtx_commands; compadd PID }

_nmtx() {
    local _nmtx_program=$words[1] curcontext=$curcontext state line
    typeset -A opt_args
    if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then
        _nmtx_first
        return
    fi
    # The command is the first word that is one; without it, the options are those of `nmtx PID`.
    local verb=PID i
    for (( i = 2; i < CURRENT; i++ )); do
        if (( $+functions[_nmtx_verb_$words[i]] )); then
            verb=$words[i]
            # _arguments counts the words behind it.
            words=("${(@)words[i,-1]}")
            (( CURRENT -= i - 1 ))
            break
        fi
        [[ $words[i] == -* ]] || break
    done
    _nmtx_verb_$verb
}

if [[ $funcstack[1] == _nmtx ]]; then
    _nmtx "$@"
else
    compdef _nmtx nmtx
fi
)zsh";

std::string with_each(std::string_view text, std::string_view special, std::string_view instead) {
    std::string out;
    for (const char c : text) {
        if (special.find(c) != std::string_view::npos) {
            out += fmt::format(fmt::runtime(instead), c);
        } else {
            out += c;
        }
    }
    return out;
}

// Within '…' of a shell.
std::string zsh_quoted(std::string_view text) {
    std::string out = "'";
    for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

// A description in a specification of _arguments or _describe.
std::string described_as(std::string_view text) {
    return with_each(text, "[]:\\", "\\{}");
}

// What may stand behind the option, as _arguments has it: ":VALUE:action".
std::string zsh_value(const OptionEntry& option, const VerbEntry& entry) {
    if (option.value.empty()) return "";
    std::string words;
    if (option.name == "format") {
        for (const Format format : entry.formats) words += fmt::format(" {}", name_of(format));
    } else {
        for (const std::string_view word : option.words()) words += fmt::format(" {}", word);
    }
    std::string action = words.empty() ? " " : fmt::format("({})", words.substr(1));
    if (option.offer == Offer::files) action = "_files";
    if (option.offer == Offer::owners) action = "_nmtx_owners";
    return fmt::format("{}:{}:{}", option.implied.empty() ? "" : ":", option.name, action);
}

std::string zsh_option(const OptionUse& use, const VerbEntry& entry) {
    const OptionEntry& option = *option_named(use.name);
    const std::string_view text = use.text.empty() ? option.text : use.text;
    const std::string rest = fmt::format("[{}]{}", described_as(text), zsh_value(option, entry));
    const std::string_view join = option.value.empty()                                ? ""
                                  : !option.implied.empty() && option.words().empty() ? "=-"
                                                                                      : "=";
    std::string out =
        zsh_quoted(fmt::format("{}--{}{}{}", option.repeats ? "*" : "", option.name, join, rest));
    if (option.letter != 0) out += " " + zsh_quoted(fmt::format("-{}{}", option.letter, rest));
    return out;
}

std::string zsh_operands(const VerbEntry& entry) {
    switch (entry.verb) {
        case Verb::diff:
            return "'1:before:_nmtx_either' '2:after:_nmtx_either'";
        case Verb::explain:
            return "'*:file:_files'";
        case Verb::glossary:
            return "'1:category or owner:_nmtx_glossary'";
        case Verb::help:
            return "'1:command:_nmtx_topics'";
        case Verb::completion:
            return "'1:shell:(bash zsh fish)'";
        case Verb::nmt:
            return "'1:running JVM:_nmtx_jvms' '2:command:(baseline summary detail summary.diff detail.diff)' "
                   "'3:scale:(scale=b scale=KB scale=MB scale=GB)'";
        default:
            break;
    }
    if (entry.subject == Subject::process) return "'1:running JVM:_nmtx_jvms'";
    if (entry.subject == Subject::process_or_file) return "'1:running JVM or file:_nmtx_either'";
    return entry.subject == Subject::file ? "'1:file:_files'" : "";
}

std::string zsh_list(std::string_view function, std::string_view tag, const std::vector<std::string>& names) {
    std::string out = fmt::format("{}() {{\n    local -a names\n    names=(", function);
    for (const std::string& name : names) out += "\n        " + zsh_quoted(described_as(name));
    return out + fmt::format("\n    )\n    _describe -t {0}s '{0}' names\n}}\n\n", tag);
}

}  // namespace

std::string zsh_completion(const CompletionNames& names) {
    std::string out = "#compdef nmtx\n# zsh completion of nmtx; written by `nmtx completion zsh`\n\n";
    std::string commands = "_nmtx_commands() {\n    local -a commands\n    commands=(";
    for (const VerbEntry& entry : all_verbs()) {
        if (entry.verb != Verb::reconcile)
            commands +=
                "\n        " + zsh_quoted(fmt::format("{}:{}", entry.name, described_as(entry.summary)));
        out += fmt::format("_nmtx_verb_{}() {{\n    _arguments", entry.name);
        for (const OptionUse& use : entry.options) out += " \\\n        " + zsh_option(use, entry);
        out += " \\\n        '(-h --help)'{-h,--help}'[show help]'";
        if (const std::string operands = zsh_operands(entry); !operands.empty())
            out += " \\\n        " + operands;
        out += "\n}\n\n";
    }
    out += commands + "\n    )\n    _describe -t commands 'command' commands\n}\n\n";
    out +=
        zsh_list("_nmtx_glossary", "name", names.glossary) + zsh_list("_nmtx_owners", "owner", names.owners);
    return out + std::string(zsh_functions.substr(1));
}

}  // namespace nmtx
