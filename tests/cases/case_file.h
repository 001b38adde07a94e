// A case of tests/cases: what nmtx is run with, and what must come of it. README.md beside this file shows
// the words that a file may have.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/cursor.h"
#include "paths.h"

namespace nmtx::test {

enum class Wanted { in_out, not_in_out, in_err, not_in_err };

struct Expectation {
    Wanted wanted = Wanted::in_out;
    std::string words;
    std::size_t line = 0;  // of the file
};

struct CaseRun {
    std::vector<std::string> arguments;
    std::string input = "/dev/null";
    int status = 0;
    std::vector<Expectation> expectations;
    std::size_t line = 0;
};

struct Case {
    std::filesystem::path file;
    std::string name;
    std::vector<std::string> required;
    std::vector<std::pair<std::string, std::string>> copies, variables;
    std::vector<CaseRun> runs;
    std::vector<std::string> mistakes;  // in the file itself: "x.case:3: …"
};

// One file, line by line.
class CaseReader {
  public:
    CaseReader(const std::filesystem::path& file, std::string temporary) : temporary_(std::move(temporary)) {
        case_.file = file;
        std::ifstream in(file);
        if (!in) mistake("cannot be opened");
        for (std::string line; std::getline(in, line);) {
            ++line_;
            if (!trim(line).empty() && line.front() != '#') read(line);
        }
        line_ = 1;
        if (case_.name.empty()) mistake("it has no NAME");
        if (case_.runs.empty()) mistake("it has no RUN");
        for (const CaseRun& run : case_.runs) {
            line_ = run.line;
            if (run.expectations.empty() && run.status == 0) mistake("nothing is expected of this RUN");
        }
    }
    Case take() { return std::move(case_); }

  private:
    void mistake(const std::string& what) {
        case_.mistakes.push_back(case_.file.filename().string() + ":" + std::to_string(line_) + ": " + what);
    }

    void read(std::string_view line) {
        const std::size_t blank = std::min(line.find(' '), line.size());
        const std::string_view word = line.substr(0, blank);
        const std::string rest(trim(line.substr(blank)));
        if (rest.empty() && word != "RUN") return mistake(std::string(word) + " has nothing behind it");
        if (word == "NAME") {
            case_.name = rest;
        } else if (word == "REQUIRES") {
            case_.required.push_back(rest);
        } else if (word == "COPY" || word == "SET") {
            const auto both = words_of(rest);
            if (both.size() != 2) return mistake(std::string(word) + " takes two words");
            (word == "COPY" ? case_.copies : case_.variables).emplace_back(both[0], both[1]);
        } else if (word == "RUN") {
            case_.runs.emplace_back();
            case_.runs.back().arguments = words_of(rest);
            case_.runs.back().line = line_;
        } else if (case_.runs.empty()) {
            mistake("no RUN stands above '" + std::string(word) + "'");
        } else {
            read_of_run(word, rest);
        }
    }

    void read_of_run(std::string_view word, const std::string& rest) {
        CaseRun& run = case_.runs.back();
        const auto expect = [&](Wanted wanted) {
            run.expectations.push_back({wanted, expanded(rest), line_});
        };
        if (word == "EXPECT") {
            expect(Wanted::in_out);
        } else if (word == "EXPECT-NOT") {
            expect(Wanted::not_in_out);
        } else if (word == "EXPECT-ERR") {
            expect(Wanted::in_err);
        } else if (word == "EXPECT-NOT-ERR") {
            expect(Wanted::not_in_err);
        } else if (word == "STDIN") {
            run.input = expanded(rest);
        } else if (word == "EXIT") {
            const auto read = std::from_chars(rest.data(), rest.data() + rest.size(), run.status);
            if (read.ec != std::errc() || read.ptr != rest.data() + rest.size())
                mistake("EXIT takes a number");
        } else {
            mistake("unknown word '" + std::string(word) + "'");
        }
    }

    // $FIXTURES and $TMP.
    [[nodiscard]] std::string expanded(std::string text) const {
        const std::pair<std::string, std::string> names[] = {{"$FIXTURES", source_dir() + "/fixtures"},
                                                             {"$TMP", temporary_}};
        for (const auto& [name, path] : names) {
            for (std::size_t at = text.find(name); at != std::string::npos;
                 at = text.find(name, at + path.size()))
                text.replace(at, name.size(), path);
        }
        return text;
    }

    // Parted by blanks, but for those in double quotes; "\n", "\e" and "\\" are one character there.
    std::vector<std::string> words_of(std::string_view text) {
        std::vector<std::string> words;
        bool quoted = false, inside = false;
        for (std::size_t i = 0; i < text.size(); ++i) {
            char c = text[i];
            if (c == ' ' && !quoted) {
                inside = false;
                continue;
            }
            if (!inside) words.emplace_back();
            inside = true;
            if (c == '"') {
                quoted = !quoted;
                continue;
            }
            if (quoted && c == '\\' && i + 1 < text.size()) {
                c = text[++i];
                if (c == 'n') c = '\n';
                if (c == 'e') c = '\x1b';
            }
            words.back() += c;
        }
        if (quoted) mistake("a double quote is open");
        for (std::string& word : words) word = expanded(std::move(word));
        return words;
    }

    Case case_;
    std::string temporary_;
    std::size_t line_ = 0;
};

inline Case read_case(const std::filesystem::path& file, const std::string& temporary) {
    return CaseReader(file, temporary).take();
}

}  // namespace nmtx::test
