// Sentences that a person reads are plain English: tests/house/words.txt has the expressions that give away
// what is not, and the places that are read.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "catch.h"
#include "paths.h"

namespace {

namespace fs = std::filesystem;

struct Tic {
    std::regex expression;
    std::string instead;
};

struct Sentence {
    std::size_t line;
    std::string text;
};

struct WordList {
    std::vector<Tic> tics;
    std::vector<fs::path> places, exceptions;
};

std::string whole_file(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    REQUIRE(in.good());
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

WordList word_list() {
    WordList list;
    const fs::path root(nmtx::test::source_dir());
    std::istringstream lines(whole_file(root / "tests/house/words.txt"));
    for (std::string line; std::getline(lines, line);) {
        if (line.empty() || line.front() == '#') continue;
        const std::size_t arrow = line.find(" => ");
        if (line.rfind("tic ", 0) == 0 && arrow != std::string::npos)
            list.tics.push_back({std::regex(line.substr(4, arrow - 4)), line.substr(arrow + 4)});
        else if (line.rfind("in ", 0) == 0)
            list.places.push_back(root / line.substr(3));
        else if (line.rfind("except ", 0) == 0)
            list.exceptions.push_back(root / line.substr(7));
        else
            FAIL("tests/house/words.txt: not understood: " << line);
    }
    return list;
}

// Literals of C++ and JavaScript; those that follow one another are one. Escapes stay as they are written.
class Literals {
  public:
    explicit Literals(std::string_view text) : text_(text) {}

    std::vector<Sentence> all() {
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (ahead("//") || (ahead("#include") && at_line_begin())) {
                skip_to("\n");
            } else if (ahead("/*")) {
                skip_to("*/");
            } else if (ahead("R\"(")) {
                raw();
            } else if (c == '"' || c == '`') {
                quoted(c);
            } else if (c == '\'' &&
                       !(at_ > 0 && std::isalnum(static_cast<unsigned char>(text_[at_ - 1])) != 0)) {
                quoted(c);
                if (!found_.empty() && found_.back().text.size() <= 2) found_.pop_back();
                goes_on_ = false;
            } else {
                // What lies between two literals that are one: blanks only.
                if (std::isspace(static_cast<unsigned char>(c)) == 0) goes_on_ = false;
                step();
            }
        }
        return found_;
    }

  private:
    [[nodiscard]] bool ahead(std::string_view what) const { return text_.substr(at_, what.size()) == what; }

    [[nodiscard]] bool at_line_begin() const { return at_ == 0 || text_[at_ - 1] == '\n'; }

    void step() {
        if (text_[at_++] == '\n') ++line_;
    }

    void skip_to(std::string_view end) {
        while (at_ < text_.size() && !ahead(end)) step();
    }

    void raw() {
        at_ += 3;
        std::string text;
        while (at_ < text_.size() && !ahead(")\"")) {
            text += text_[at_];
            step();
        }
        at_ += 2;
        add(line_, text);
    }

    void quoted(char quote) {
        const std::size_t line = line_;
        std::string text;
        for (++at_; at_ < text_.size() && text_[at_] != quote; step()) {
            if (text_[at_] == '\\' && at_ + 1 < text_.size()) {
                text += text_[at_];
                step();
            }
            text += text_[at_];
        }
        ++at_;
        add(line, text);
    }

    void add(std::size_t line, const std::string& text) {
        if (goes_on_ && !found_.empty()) {
            found_.back().text += text;
        } else {
            found_.push_back({line, text});
        }
        goes_on_ = true;
    }

    std::string_view text_;
    std::size_t at_ = 0, line_ = 1;
    bool goes_on_ = false;
    std::vector<Sentence> found_;
};

// The prose of Markdown, line by line: neither blocks nor spans of code.
std::vector<Sentence> prose_of(const std::string& markdown) {
    std::vector<Sentence> found;
    std::istringstream lines(markdown);
    bool code = false;
    std::size_t number = 0;
    static const std::regex span("`[^`]*`");
    for (std::string line; std::getline(lines, line);) {
        ++number;
        if (line.rfind("```", 0) == 0) {
            code = !code;
        } else if (!code) {
            found.push_back({number, std::regex_replace(line, span, "`")});
        }
    }
    return found;
}

std::vector<Sentence> sentences_of(const fs::path& path) {
    const std::string text = whole_file(path), kind = path.extension().string();
    if (kind == ".cc" || kind == ".h" || kind == ".js") return Literals(text).all();
    if (kind == ".md") return prose_of(text);
    std::vector<Sentence> found;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) found.push_back({found.size() + 1, line});
    return found;
}

bool is_below(const fs::path& path, const fs::path& folder) {
    const auto [end, rest] = std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
    return end == folder.end();
}

std::vector<fs::path> files_of(const WordList& list) {
    std::vector<fs::path> files;
    const auto add = [&](const fs::path& path) {
        for (const char* kind : {".cc", ".h", ".js", ".md", ".txt", ".expect", ".case"}) {
            if (path.extension() == kind &&
                std::none_of(list.exceptions.begin(), list.exceptions.end(),
                             [&](const fs::path& exception) { return is_below(path, exception); }))
                files.push_back(path);
        }
    };
    for (const fs::path& place : list.places) {
        INFO(place.string());
        REQUIRE(fs::exists(place));
        if (fs::is_regular_file(place)) add(place);
        if (!fs::is_directory(place)) continue;
        for (const auto& entry : fs::recursive_directory_iterator(place)) {
            if (entry.is_regular_file()) add(entry.path());
        }
    }
    return files;
}

}  // namespace

TEST_CASE("words: literals are read as the compiler joins them, without comments and code") {
    const std::string text =
        "// \"no\"\nsay(\"a \"\n    \"b\", 'c', \"d \\\" e\"); int n = 1'000; /* \"no\" */ f(R\"(g)\");";
    std::string joined;
    for (const Sentence& sentence : Literals(text).all())
        joined += std::to_string(sentence.line) + ":" + sentence.text + "|";
    CHECK(joined == "2:a b|3:d \\\" e|3:g|");
    CHECK(prose_of("a `told` b\n```\ntold\n```\nc").size() == 2);
    CHECK(prose_of("a `told` b").front().text == "a ` b");
}

TEST_CASE("words: each expression finds what it is for, and leaves plain English alone") {
    const WordList list = word_list();
    REQUIRE(list.tics.size() > 10);
    const auto matching = [&](const std::string& sentence) {
        return std::count_if(list.tics.begin(), list.tics.end(),
                             [&](const Tic& tic) { return std::regex_search(sentence, tic.expression); });
    };
    for (const char* tic : {"live and freed memory are not told apart", "what stands in the report",
                            "exact totals alone", "Of it anonymous 230.9", "{} of it resident",
                            "is no record", "it is no leak", "see who holds it", "--limit is of `nmtx fit`",
                            "either moment has no report", "two of the moments", "secrets are taken out",
                            "what the JVM does not know of", "killed for want of memory", "Refuted by: x"}) {
        INFO(tic);
        CHECK(matching(tic) > 0);
    }
    for (const char* plain : {"there is no limit", "is no longer there", "a user who may attach",
                              "a stand-alone JVM", "most of it is free", "for a moment", "moments",
                              "told_apart", "the files of the JDK", "which is of type x"}) {
        INFO(plain);
        CHECK(matching(plain) == 0);
    }
}

TEST_CASE("words: no sentence has an expression that gives a stranger pause") {
    const WordList list = word_list();
    const std::vector<fs::path> files = files_of(list);
    REQUIRE(files.size() > 300);
    const fs::path root(nmtx::test::source_dir());
    for (const fs::path& file : files) {
        for (const Sentence& sentence : sentences_of(file)) {
            for (const Tic& tic : list.tics) {
                std::smatch found;
                if (!std::regex_search(sentence.text, found, tic.expression)) continue;
                FAIL_CHECK(fs::relative(file, root).string()
                           << ":" << sentence.line << ": \"" << found.str() << "\": write: " << tic.instead
                           << "\n    " << sentence.text);
            }
        }
    }
}
