// A typed command after its prompt: it shows what the text below is, and of which process.
#include <algorithm>
#include <array>

#include "base/paths.h"
#include "base/words.h"
#include "pasted/kinds/kinds_of.h"
#include "pasted/kinds/option_lines.h"

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

// Commands that are recognised without a prompt.
constexpr std::array bare{string_view{"jcmd "},
                          string_view{"pmap "},
                          string_view{"jstack "},
                          string_view{"cat /proc/"},
                          string_view{"cat /sys/fs/cgroup"},
                          string_view{"docker stats"},
                          string_view{"kubectl exec"}};

bool is_known(string_view word) {
    word = base_name(word);
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
                            word == "-E" || (words > 0 && word.starts_with("JDK_")) || contains(word, "=");
        if (before && word == "-u") {
            // the user's name
            cursor.skip_blanks();
            cursor.word();
        }
        if (!before) return rest;
    }
    return {};
}

// Options with a number that is not a process.
bool takes_number(string_view option, string_view program) {
    if (program == "top") {
        constexpr std::array options{string_view{"-n"}, string_view{"-d"}, string_view{"-w"},
                                     string_view{"-u"}, string_view{"-U"}, string_view{"-E"},
                                     string_view{"-e"}, string_view{"-o"}};
        return std::ranges::find(options, option) != options.end();
    }
    constexpr std::array options{string_view{"-u"},     string_view{"-U"}, string_view{"-g"},
                                 string_view{"-G"},     string_view{"-t"}, string_view{"-s"},
                                 string_view{"--ppid"}, string_view{"-o"}, string_view{"-O"},
                                 string_view{"-C"},     string_view{"-h"}, string_view{"-k"}};
    return (program == "ps" || option == "-h") && std::ranges::find(options, option) != options.end();
}

std::uint64_t whole_number(string_view word) {
    Cursor number(word);  // of "4711,4712" it is neither
    const auto pid = number.decimal();
    return pid && number.at_end() ? *pid : 0;
}

// "-p", "-Hp", "--pid": the next word is the process, or the rest of this one: "-p4711", "--pid=4711".
bool names_pid(string_view word) {
    return word == "--pid" ||
           (word.size() >= 2 && word.size() <= 6 && word[0] == '-' && word[1] != '-' && word.ends_with('p'));
}

std::uint64_t glued_pid(string_view word) {
    if (word.starts_with("--pid=")) return whole_number(word.substr(6));
    const std::size_t p = word.find('p');
    return word.starts_with('-') && !word.starts_with("--") && p != string_view::npos && p <= 6
               ? whole_number(word.substr(p + 1))
               : 0;
}

// The process in the words behind a program's name. A bare number is one, but not for top.
std::uint64_t pid_among(string_view command, string_view program) {
    Cursor cursor(command);
    cursor.word();
    bool pid_follows = false, number_follows = false;
    const bool by_option = program == "top" || program == "ps";
    for (int words = 0; words < 24 && !cursor.at_end(); ++words) {
        cursor.skip_blanks();
        const string_view word = cursor.word();
        if (word == "|" || word == ";" || word == "&&" || contains(word, "$(") || contains(word, "`")) break;
        const std::uint64_t number = whole_number(word);
        if (number != 0 && !number_follows && (pid_follows || program != "top")) return number;
        if (by_option) {
            if (const std::uint64_t glued = glued_pid(word)) return glued;
        }
        pid_follows = by_option && names_pid(word);
        number_follows = takes_number(word, program);
    }
    return 0;
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
    program = base_name(program);
    constexpr std::array of_a_process{string_view{"jcmd"},  string_view{"jstack"}, string_view{"jmap"},
                                      string_view{"jinfo"}, string_view{"pmap"},   string_view{"jstat"},
                                      string_view{"top"},   string_view{"ps"}};
    if (std::ranges::find(of_a_process, program) == of_a_process.end()) return 0;
    return pid_among(command, program);
}

namespace kinds {

bool begins_command(const LineInContext& at) {
    // What starts a JVM is read for its options.
    return !command_in(at.line()).empty() && java_command_of_line(at.line()).empty();
}

// A command goes on behind a "\" at the end of its line.
LineFit belongs_command(const LineInContext& at, PartSoFar& part) {
    const bool continued = part.lines == 0 || part.total;
    if (!continued) return LineFit::no;
    part.total = at.trimmed().ends_with('\\');
    return part.total ? LineFit::yes : LineFit::last;
}

bool begins_pid_line(const LineInContext& at) {
    const std::string_view text = at.trimmed();
    return text.size() > 1 && text.size() <= 11 && text.back() == ':' &&
           std::ranges::all_of(text.substr(0, text.size() - 1), is_digit);
}

LineFit belongs_nothing(const LineInContext& /*at*/, PartSoFar& part) {
    return part.lines == 0 ? LineFit::last : LineFit::no;
}

}  // namespace kinds
}  // namespace nmtx
