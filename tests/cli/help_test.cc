// Help, and the tables of verbs and options that it is made of.
#include "cli/help/help.h"

#include <algorithm>
#include <set>

#include "base/printable.h"
#include "catch.h"
#include "cli/options/options.h"
#include "cli/parse/parse.h"
#include "cli/verbs/verbs.h"

using namespace nmtx;

namespace {

std::vector<std::string> lines_in(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        lines.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return lines;
}

void check_screen(const std::string& text) {
    const auto lines = lines_in(text);
    CHECK(lines.size() <= 40);
    for (const std::string& line : lines) {
        CAPTURE(line);
        CHECK(display_width(line) <= 80);
        CHECK((line.empty() || line.back() != ' '));
    }
}

// As a shell would, of quotes and blanks only. Of a pipe what nmtx gets; of "$(…)" what is in it.
std::vector<std::string> arguments_in(std::string_view example) {
    example.remove_prefix(std::min(example.find("nmtx "), example.size()));
    std::vector<std::string> words;
    std::string word;
    bool quoted = false;
    for (const char c : example) {
        if (!quoted && (c == '|' || c == '>' || c == ')')) break;
        if (c == '\'') {
            quoted = !quoted;
        } else if (c == ' ' && !quoted) {
            if (!word.empty()) words.push_back(std::exchange(word, {}));
        } else {
            word += c;
        }
    }
    if (!word.empty()) words.push_back(word);
    if (!words.empty()) words.erase(words.begin());
    return words;
}

}  // namespace

TEST_CASE("help: every screen has at most 40 lines of 80 columns") {
    check_screen(help_text());
    for (const VerbEntry& entry : all_verbs()) {
        INFO(entry.name << "\n" << help_text(entry));
        check_screen(help_text(entry));
    }
}

TEST_CASE("help: every example is a command line that is understood") {
    for (const VerbEntry& entry : all_verbs()) {
        CHECK_FALSE(entry.examples.empty());
        bool of_this_verb = false;
        for (const VerbExample& example : entry.examples) {
            INFO(example.command);
            const auto command = parse_command(arguments_in(example.command));
            INFO((command ? "" : to_string(command.error())));
            REQUIRE(command.has_value());
            of_this_verb = of_this_verb || command->verb == entry.verb;
        }
        INFO(entry.name);
        CHECK(of_this_verb);
    }
}

TEST_CASE("help: all commands are on the first screen, and the screen's own examples are understood") {
    const std::string text = help_text();
    for (const VerbEntry& entry : all_verbs()) {
        INFO(entry.name);
        if (entry.verb != Verb::version) CHECK(text.find(entry.summary) != std::string::npos);
    }
    std::size_t examples = 0;
    for (const std::string& line : lines_in(text)) {
        if (!line.starts_with("  nmtx ")) continue;
        ++examples;
        INFO(line);
        CHECK(parse_command(arguments_in(line.substr(2, line.find('#') - 2))).has_value());
    }
    CHECK(examples == 3);
}

TEST_CASE("tables: names are there once, and verbs name options that there are") {
    std::set<std::string_view> verbs, options;
    for (const OptionEntry& option : all_options()) {
        INFO(option.name);
        CHECK(options.insert(option.name).second);
        CHECK(option.take != nullptr);
        CHECK((option.implied.empty() || !option.value.empty()));
    }
    for (const VerbEntry& entry : all_verbs()) {
        INFO(entry.name);
        CHECK(verbs.insert(entry.name).second);
        std::set<std::string_view> own;
        for (const OptionUse& use : entry.options) {
            INFO(use.name);
            CHECK(option_named(use.name) != nullptr);
            CHECK(own.insert(use.name).second);
        }
        CHECK(entry.formats.empty() == !entry.takes("format"));
        CHECK(entry.has(Format::json) == entry.takes("json"));
        CHECK(entry.has(Format::csv) == entry.takes("csv"));
    }
    for (const std::string_view option : options) {
        INFO(option);
        CHECK(std::any_of(all_verbs().begin(), all_verbs().end(),
                          [&](const VerbEntry& entry) { return entry.takes(option); }));
    }
}

TEST_CASE("help: of a verb, by either way, and of none that is unknown") {
    for (const auto& words : std::vector<std::vector<std::string>>{{"malloc", "--help"},
                                                                   {"malloc", "4711", "-h"},
                                                                   {"help", "malloc"},
                                                                   {"--help", "malloc", "--bogus"}}) {
        const auto command = parse_command(words).value();
        CHECK(command.verb == Verb::help);
        CHECK(command.topic == "malloc");
    }
    CHECK(parse_command({"4711", "--help"})->topic == "PID");
    CHECK(parse_command({"--help"})->topic.empty());
    CHECK(help_on("PID") == help_text(entry_of(Verb::reconcile)));
    CHECK(help_on("malloc").find("--owners") != std::string::npos);
    CHECK(help_on("malloc").find("--limit") == std::string::npos);
    CHECK(parse_command({"help", "maloc"}).error().what == "unknown command 'maloc'. Did you mean 'malloc'?");
    CHECK(parse_command({"--version"})->verb == Verb::version);
}
