#include "pasted/kinds/option_lines.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/cursor.h"
#include "base/words.h"

namespace nmtx {
namespace {

using std::string_view;

bool is_word_end(char c) {
    return c == ' ' || c == '\t' || c == '"' || c == '\'' || c == '=' || c == ':' || c == '[' || c == '(' ||
           c == ',';
}

// Where the first option of a JVM begins.
std::size_t first_option(string_view line) {
    constexpr std::array begins{
        string_view{"-X"},          string_view{"-D"},         string_view{"-server"},
        string_view{"-javaagent:"}, string_view{"-agentlib:"}, string_view{"-agentpath:"},
        string_view{"-ea"},         string_view{"--add-"},     string_view{"-d64"}};
    std::size_t first = string_view::npos;
    for (const string_view begin : begins) {
        for (std::size_t at = line.find(begin); at < first; at = line.find(begin, at + 1)) {
            if (at == 0 || is_word_end(line[at - 1])) first = at;
        }
    }
    return first;
}

// What may stand before options and says that they follow.
bool announces_options(string_view head) {
    head = trim(head);
    while (!head.empty() && is_word_end(head.back())) head.remove_suffix(1);
    if (head.starts_with("- ")) head = trim(head.substr(2));
    if (head.empty() || head == "-") return true;
    if (head.find_first_not_of("0123456789-") == string_view::npos) return true;  // "8-13:" of jvm.options
    if (head.size() > 60 || std::count(head.begin(), head.end(), ' ') > 3 ||
        head.find_first_of(".;") != string_view::npos)
        return false;
    const string_view last = head.substr(head.find_last_of(" /=\"") + 1);
    if (last == "java") return false;
    std::string small(head);
    std::transform(small.begin(), small.end(), small.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    constexpr std::array words{string_view{"opt"}, string_view{"arg"},  string_view{"flag"},
                               string_view{"jvm"}, string_view{"java"}, string_view{"value"}};
    return std::any_of(words.begin(), words.end(), [&](string_view word) { return contains(small, word); });
}

// Options whose value is the next word.
bool takes_next_word(string_view option) {
    return option == "-cp" || option == "-classpath" || option == "-jar" || option == "-p" ||
           option == "--module-path" || option == "-m" ||
           (option.starts_with("--add-") && !contains(option, "="));
}

// Every word is an option, or the value of the one before it.
bool are_options(string_view text) {
    const std::string plain = plain_words(text);
    bool memory = false, value = false;
    std::size_t options = 0;
    Cursor cursor(plain);
    for (cursor.skip_blanks(); !cursor.at_end(); cursor.skip_blanks()) {
        const string_view word = cursor.word();
        if (word == "#" || word.starts_with("//") || word.starts_with("<-")) break;
        if (std::exchange(value, false)) continue;
        if (!word.starts_with('-') || word.size() < 2) return false;
        value = takes_next_word(word);
        memory = memory || word.starts_with("-X");
        ++options;
    }
    return memory || options > 1;
}

bool is_program(string_view word) {
    while (!word.empty() && (word.front() == '"' || word.front() == '[' || word.front() == '\''))
        word.remove_prefix(1);
    while (!word.empty() && (word.back() == '"' || word.back() == ',' || word.back() == '\''))
        word.remove_suffix(1);
    return word == "java" || word.ends_with("/java");
}

// What stands before the program in a command: prompts, wrappers, keys of files that hold commands.
bool may_precede(string_view word) {
    constexpr std::array wrappers{string_view{"exec"},   string_view{"nohup"},  string_view{"sudo"},
                                  string_view{"env"},    string_view{"time"},   string_view{"nice"},
                                  string_view{"setsid"}, string_view{"$"},      string_view{"#"},
                                  string_view{"%"},      string_view{">"},      string_view{"CMD"},
                                  string_view{"-"},      string_view{"-E"},     string_view{"ENTRYPOINT"},
                                  string_view{"["},      string_view{"chroot"}, string_view{"gosu"},
                                  string_view{"tini"},   string_view{"--"},     string_view{"command:"}};
    if (std::find(wrappers.begin(), wrappers.end(), word) != wrappers.end()) return true;
    // A prompt, a variable that is set for the command, "/usr/bin/env", "Command:"
    return word.ends_with('$') || word.ends_with('#') || word.ends_with("]$") || contains(word, "=") ||
           word.ends_with("/env") || word.ends_with("/tini") || word.ends_with(':') || word.ends_with("~");
}

}  // namespace

std::string plain_words(string_view line) {
    std::string out;
    for (const char c : line) {
        const bool drop =
            c == '"' || c == '\'' || c == '[' || c == ']' || c == '\\' || c == '\n' || c == '\t';
        out += drop ? ' ' : c;
    }
    // "java", "-Xmx8g" of a list
    for (std::size_t at = out.find(" ,"); at != std::string::npos; at = out.find(" ,", at + 1))
        out[at + 1] = ' ';
    return out;
}

string_view options_of_line(string_view line) {
    const string_view text = trim(line);
    if (text.size() < 4 || text.find('-') == string_view::npos) return {};
    const std::size_t at = first_option(text);
    if (at == string_view::npos || !announces_options(text.substr(0, at))) return {};
    const string_view options = text.substr(at);
    return are_options(options) ? options : string_view();
}

string_view java_command_of_line(string_view line) {
    const string_view text = trim(line);
    if (!contains(text, "java")) return {};
    constexpr std::size_t most_before = 8;
    Cursor cursor(text);
    for (std::size_t words = 0; words <= most_before && !cursor.at_end(); ++words) {
        cursor.skip_blanks();
        string_view command = cursor.rest();
        string_view word = cursor.word();
        // ExecStart=/usr/bin/java
        const std::size_t equals = word.rfind('=');
        if (equals != string_view::npos && is_program(word.substr(equals + 1))) {
            word = word.substr(equals + 1);
            command = command.substr(equals + 1);
        }
        // ["java","-Xmx8g"]
        const string_view first = word.substr(0, word.find("\",\""));
        if (!is_program(first)) {
            if (!may_precede(word)) return {};
            continue;
        }
        if (command.ends_with(" \\") && command.size() == word.size() + 2) return command;  // goes on below
        const std::string plain = plain_words(command);
        for (const string_view option :
             {" -X", " -D", " -cp ", " -jar ", " -classpath ", " -server", " -d64"}) {
            if (contains(plain, option)) return command;
        }
        return {};
    }
    return {};
}

}  // namespace nmtx
