#include <fmt/format.h>

#include "cli/help/completion.h"
#include "cli/help/option_lines.h"
#include "cli/options/options.h"
#include "cli/verbs/verbs.h"

namespace nmtx {
namespace {

// Behind the tables: finds the verb and what the word at the cursor is, and offers that.
constexpr std::string_view bash_body = R"bash(
# The JVMs of this host as "PID name"; a list of many says which is which.
_nmtx_jvms() {
    "${COMP_WORDS[0]}" list --csv 2>/dev/null |
        awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "main") main = i; next } { print $1, $main }'
}

_nmtx_offer_jvms() {
    local line pid name
    local -a shown=()
    while read -r pid name; do
        if [[ $pid == "$1"* ]]; then
            COMPREPLY+=("$pid")
            shown+=("$pid  ($name)")
        fi
        [[ -z $1 || $name != "$1"* ]] || COMPREPLY+=("$name")
    done < <(_nmtx_jvms)
    # Listed, not inserted: more than one candidate, and Tab was pressed twice.
    if [[ ${COMP_TYPE:-0} == 63 && ${#shown[@]} -gt 1 && ${#shown[@]} == "${#COMPREPLY[@]}" ]]; then
        COMPREPLY=("${shown[@]}")
    fi
}

_nmtx_offer_files() {
    local file
    while IFS= read -r file; do COMPREPLY+=("$file"); done < <(compgen -f -- "$1")
    compopt -o filenames 2>/dev/null || true
}

# Names with blanks in them, one a line.
_nmtx_offer_lines() {
    local name
    while IFS= read -r name; do
        [[ $name != "$1"* ]] || COMPREPLY+=("$(printf '%q' "$name")")
    done
}

_nmtx_offer_words() {
    local word
    for word in $2; do
        [[ $word != "$1"* ]] || COMPREPLY+=("$word")
    done
}

_nmtx_offer_value() {
    _nmtx_offer_words "$2" "$(_nmtx_words_of "$1" "$3")"
    case $(_nmtx_offer_of "$1") in
        files) _nmtx_offer_files "$2" ;;
        owners) _nmtx_offer_lines "$2" < <(_nmtx_owners) ;;
    esac
}

_nmtx() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} verb='' operands=0 i word
    COMPREPLY=()
    # "--option=value" comes as three words.
    if [[ $cur == = ]]; then
        cur=''
    elif [[ $prev == = && $COMP_CWORD -gt 1 ]]; then
        prev=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ $word == = ]]; then
            ((++i))
        elif [[ $word == -* ]]; then
            ! _nmtx_takes_value "$word" || ((++i))
            [[ ${COMP_WORDS[i]} != = ]] || ((++i))
        elif [[ -z $verb ]]; then
            verb=$word
        else
            ((++operands))
        fi
    done
    [[ -z $verb ]] || _nmtx_is_verb "$verb" || verb=PID
    if [[ $prev == -* ]] && _nmtx_takes_value "$prev"; then
        _nmtx_offer_value "$prev" "$cur" "$verb"
        return
    fi
    if [[ $cur == -* ]]; then
        _nmtx_offer_words "$cur" "$(_nmtx_options_of "${verb:-PID}") --help"
        return
    fi
    case $(_nmtx_subject_of "$verb" "$operands") in
        first)
            _nmtx_offer_words "$cur" "$(_nmtx_verbs)"
            _nmtx_offer_jvms "$cur"
            ;;
        process) _nmtx_offer_jvms "$cur" ;;
        either)
            _nmtx_offer_jvms "$cur"
            _nmtx_offer_files "$cur"
            ;;
        files) _nmtx_offer_files "$cur" ;;
        glossary) _nmtx_offer_lines "$cur" < <(_nmtx_glossary) ;;
        commands) _nmtx_offer_words "$cur" "$(_nmtx_verbs) PID" ;;
        shells) _nmtx_offer_words "$cur" 'bash zsh fish' ;;
        requests) _nmtx_offer_words "$cur" 'baseline summary detail summary.diff detail.diff' ;;
        scales) _nmtx_offer_words "$cur" 'scale=b scale=KB scale=MB scale=GB' ;;
    esac
}

complete -F _nmtx nmtx
)bash";

std::string verb_words() {
    std::string words;
    for (const VerbEntry& entry : all_verbs()) {
        if (entry.verb != Verb::reconcile) words += fmt::format("{}{}", words.empty() ? "" : " ", entry.name);
    }
    return words;
}

// A shell function that answers by its first argument.
class BashCase {
  public:
    BashCase(std::string_view name, std::string_view by) {
        out_ = fmt::format("{}() {{\n    case {} in\n", name, by);
    }
    void add(std::string_view pattern, std::string_view does) {
        out_ += fmt::format("        {}) {} ;;\n", pattern, does);
    }
    std::string end() { return out_ + "    esac\n}\n\n"; }

  private:
    std::string out_;
};

std::string bash_options() {
    BashCase of("_nmtx_options_of", "$1");
    for (const VerbEntry& entry : all_verbs()) {
        std::string words;
        for (const OptionUse& use : entry.options) words += fmt::format(" --{}", use.name);
        if (!words.empty()) of.add(entry.name, fmt::format("echo '{}'", words.substr(1)));
    }
    return of.end();
}

std::string pattern_of(const OptionEntry& option) {
    return option.letter == 0 ? fmt::format("--{}", option.name)
                              : fmt::format("-{}|--{}", option.letter, option.name);
}

std::string bash_values() {
    BashCase takes("_nmtx_takes_value", "$1"), words("_nmtx_words_of", "$1,$2"),
        offers("_nmtx_offer_of", "$1");
    for (const OptionEntry& option : all_options()) {
        if (option.value.empty()) continue;
        // What may go without a value has the next word only where that is one of its words.
        if (option.implied.empty() || !option.words().empty()) takes.add(pattern_of(option), "return 0");
        if (option.offer == Offer::files) offers.add(pattern_of(option), "echo files");
        if (option.offer == Offer::owners) offers.add(pattern_of(option), "echo owners");
        if (option.name == "format") {
            for (const VerbEntry& entry : all_verbs()) {
                if (!entry.takes("format")) continue;
                std::string formats;
                for (const Format format : entry.formats) formats += fmt::format(" {}", name_of(format));
                words.add(fmt::format("--format,{}", entry.name),
                          fmt::format("echo '{}'", formats.substr(1)));
            }
            words.add("--format,", "echo 'text json csv markdown'");
            continue;
        }
        std::string own;
        for (const std::string_view word : option.words()) own += fmt::format(" {}", word);
        if (!own.empty())
            words.add(fmt::format("--{},*", option.name), fmt::format("echo '{}'", own.substr(1)));
    }
    takes.add("*", "return 1");
    return takes.end() + words.end() + offers.end();
}

std::string bash_subjects() {
    BashCase of("_nmtx_subject_of", "$1,$2");
    of.add(",*", "echo first");
    for (const VerbEntry& entry : all_verbs()) {
        if (entry.verb == Verb::reconcile) continue;
        if (entry.subject == Subject::process) of.add(fmt::format("{},0", entry.name), "echo process");
        if (entry.subject == Subject::process_or_file) of.add(fmt::format("{},0", entry.name), "echo either");
        if (entry.subject == Subject::file) of.add(fmt::format("{},0", entry.name), "echo files");
    }
    of.add("diff,[01]", "echo either");
    of.add("explain,*", "echo files");
    of.add("glossary,0", "echo glossary");
    of.add("help,0", "echo commands");
    of.add("completion,0", "echo shells");
    of.add("nmt,1", "echo requests");
    of.add("nmt,2", "echo scales");
    return of.end();
}

std::string here_document(std::string_view function, const std::vector<std::string>& lines) {
    std::string out = fmt::format("{}() {{\n    cat <<'END'\n", function);
    for (const std::string& line : lines) out += line + "\n";
    return out + "END\n}\n\n";
}

}  // namespace

std::string bash_completion(const CompletionNames& names) {
    std::string out = "# bash completion of nmtx; written by `nmtx completion bash`\n\n";
    const std::string verbs = verb_words();
    out += fmt::format("_nmtx_verbs() {{ echo '{}'; }}\n", verbs);
    out += fmt::format("_nmtx_is_verb() {{ [[ ' {} ' == *\" $1 \"* ]]; }}\n\n", verbs);
    out += bash_options() + bash_values() + bash_subjects();
    out += here_document("_nmtx_glossary", names.glossary) + here_document("_nmtx_owners", names.owners);
    return out + std::string(bash_body.substr(1));
}

}  // namespace nmtx
