// What somebody typed, with the prompt before it: it says what comes below, and of which process.
#include <algorithm>
#include <array>

#include "pasted/kinds_of.h"

namespace nmtx {
namespace {

using std::string_view;

constexpr std::array commands{
    string_view{"jcmd"},       string_view{"jps"},     string_view{"pmap"},      string_view{"cat"},
    string_view{"ps"},         string_view{"top"},     string_view{"docker"},    string_view{"kubectl"},
    string_view{"oc"},         string_view{"jstack"},  string_view{"jmap"},      string_view{"jinfo"},
    string_view{"smem"},       string_view{"grep"},    string_view{"awk"},       string_view{"java"},
    string_view{"ls"},         string_view{"tail"},    string_view{"head"},      string_view{"free"},
    string_view{"gdb"},        string_view{"sh"},      string_view{"bash"},      string_view{"echo"},
    string_view{"expr"},       string_view{"watch"},   string_view{"curl"},      string_view{"dmesg"},
    string_view{"journalctl"}, string_view{"kill"},    string_view{"uname"},     string_view{"podman"},
    string_view{"crictl"},     string_view{"nsenter"}, string_view{"systemctl"}, string_view{"jstat"},
    string_view{"sort"},       string_view{"wc"},      string_view{"sed"},       string_view{"cd"},
    string_view{"export"},     string_view{"less"},    string_view{"vmstat"},    string_view{"nmtx"},
    string_view{"ulimit"}};

// Those that are told from prose without a prompt.
constexpr std::array bare{string_view{"jcmd "},
                          string_view{"pmap "},
                          string_view{"jstack "},
                          string_view{"cat /proc/"},
                          string_view{"cat /sys/fs/cgroup"},
                          string_view{"docker stats"},
                          string_view{"kubectl exec"}};

bool is_known(string_view word) {
    word = word.substr(word.rfind('/') == string_view::npos ? 0 : word.rfind('/') + 1);
    return std::ranges::find(commands, word) != commands.end();
}

// The first word that is neither sudo nor a variable that is set for the command.
string_view program_of(string_view text) {
    Cursor cursor(text);
    for (int words = 0; words < 8; ++words) {
        cursor.skip_blanks();
        const string_view rest = cursor.rest();
        const string_view word = cursor.word();
        const bool before = word == "sudo" || word == "env" || word == "time" || word == "-u" ||
                            word == "-E" || (words > 0 && word.starts_with("JDK_")) ||
                            kinds::contains(word, "=");
        if (!before) return rest;
    }
    return {};
}

}  // namespace

string_view command_in(string_view line) {
    const string_view text = trim(line);
    if (kinds::begins_with_one_of(text, bare)) return text;
    constexpr std::array prompts{string_view{"$ "}, string_view{"# "}, string_view{"% "}, string_view{"> "},
                                 string_view{"\xE2\x9D\xAF "}};  // U+276F
    constexpr std::size_t longest_prompt = 80;
    for (const string_view prompt : prompts) {
        const std::size_t at = text.substr(0, longest_prompt).find(prompt);
        if (at == string_view::npos) continue;
        // A prompt has few blanks in it: "[root@host tmp]# ".
        if (std::ranges::count(text.substr(0, at), ' ') > 3) continue;
        const string_view command = program_of(text.substr(at + prompt.size()));
        const string_view program = command.substr(0, command.find(' '));
        if (is_known(program) || program.starts_with("./")) return command;
    }
    return {};
}

std::uint64_t pid_in_command(string_view command) {
    if (const std::size_t at = command.find("/proc/"); at != string_view::npos)
        return Cursor(command.substr(at + 6)).decimal().value_or(0);
    string_view program = command.substr(0, command.find(' '));
    program = program.substr(program.rfind('/') == string_view::npos ? 0 : program.rfind('/') + 1);
    constexpr std::array of_a_process{string_view{"jcmd"},  string_view{"jstack"}, string_view{"jmap"},
                                      string_view{"jinfo"}, string_view{"pmap"},   string_view{"jstat"},
                                      string_view{"top"},   string_view{"ps"}};
    if (std::ranges::find(of_a_process, program) == of_a_process.end()) return 0;
    Cursor cursor(command);
    cursor.word();
    for (int words = 0; words < 12 && !cursor.at_end(); ++words) {
        cursor.skip_blanks();
        const string_view word = cursor.word();
        if (word == "|" || word == ";" || kinds::contains(word, "$(")) break;
        Cursor number(word);
        const auto pid = number.decimal();
        if (pid && number.at_end()) return *pid;
    }
    return 0;
}

namespace kinds {

bool begins_command(const LineInContext& at) {
    return !command_in(at.line()).empty();
}

// A command goes on behind a "\" at the end of its line.
Fit belongs_command(const LineInContext& at, PartSoFar& part) {
    const bool continued = part.lines == 0 || part.total;
    if (!continued) return Fit::no;
    part.total = at.trimmed().ends_with('\\');
    return part.total ? Fit::yes : Fit::last;
}

bool begins_pid_line(const LineInContext& at) {
    const std::string_view text = at.trimmed();
    return text.size() > 1 && text.size() <= 11 && text.back() == ':' &&
           std::ranges::all_of(text.substr(0, text.size() - 1), is_digit);
}

Fit belongs_nothing(const LineInContext& /*at*/, PartSoFar& part) {
    return part.lines == 0 ? Fit::last : Fit::no;
}

}  // namespace kinds
}  // namespace nmtx
