// The documents that people build on are held to the code: files that they name exist, lists in them are
// whole.
#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "catch.h"
#include "paths.h"

namespace {

namespace fs = std::filesystem;

fs::path below_root(const std::string& name) {
    return fs::path(nmtx::test::source_dir()) / name;
}

std::string page_text(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    REQUIRE(in.good());
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

std::string text_of_file(const std::string& name) {
    return page_text(below_root(name));
}

// What people read: README, CONTRIBUTING and the like, and all of docs/; names below the root.
std::vector<std::string> pages() {
    std::vector<std::string> found{"README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md",
                                   "tests/README.md"};
    for (const auto& entry : fs::recursive_directory_iterator(below_root("docs")))
        if (entry.path().extension() == ".md")
            found.push_back(fs::relative(entry.path(), below_root("")).string());
    std::sort(found.begin(), found.end());
    return found;
}

// Without blocks between ``` and without `code`.
std::string without_code(const std::string& text) {
    std::istringstream lines(text);
    std::string prose;
    bool block = false;
    for (std::string line; std::getline(lines, line);) {
        if (line.rfind("```", 0) == 0)
            block = !block;
        else if (!block)
            prose += std::regex_replace(line, std::regex("`[^`]*`"), "`") + "\n";
    }
    return prose;
}

// GitHub's name for a heading: lower case, blanks as dashes, no punctuation.
std::set<std::string> anchors_of(const std::string& text) {
    std::istringstream lines(text);
    std::set<std::string> anchors;
    for (std::string line; std::getline(lines, line);) {
        if (line.rfind('#', 0) != 0) continue;
        std::string anchor;
        for (const char c : line.substr(line.find_first_not_of("# "))) {
            if (c == ' ')
                anchor += '-';
            else if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_')
                anchor += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        }
        anchors.insert(anchor);
    }
    return anchors;
}

std::size_t columns_of(const std::string& line) {
    return static_cast<std::size_t>(std::count_if(
        line.begin(), line.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

std::set<std::string> all_matches(const std::string& text, const char* pattern) {
    const std::regex expression(pattern);
    std::set<std::string> found;
    for (auto at = std::sregex_iterator(text.begin(), text.end(), expression); at != std::sregex_iterator();
         ++at)
        found.insert((*at)[1].str());
    return found;
}

}  // namespace

TEST_CASE("docs: every file of ours that a page names is there") {
    for (const std::string& document : pages()) {
        if (document.rfind("docs/reference/formats/", 0) == 0) continue;  // they name files of HotSpot
        const std::string text = text_of_file(document);
        const auto named =
            all_matches(text, R"(`((?:src|platform|tests|fixtures|docs|packaging|cmake)/[\w./-]+)`)");
        for (const std::string& name : named) {
            INFO(document << " names " << name);
            // NAME stands for the reader's own.
            if (name.find("NAME") != std::string::npos) continue;
            CHECK(fs::exists(below_root(name)));
        }
    }
}

TEST_CASE("docs: every relative link leads to a file, and to a heading in it") {
    std::size_t links = 0;
    for (const std::string& document : pages()) {
        const fs::path folder = below_root(document).parent_path();
        for (const std::string& link :
             all_matches(without_code(text_of_file(document)), R"(\]\(([^)\s]+)\))")) {
            if (link.find("://") != std::string::npos) continue;
            ++links;
            INFO(document << " links to " << link);
            const std::size_t hash = link.find('#');
            const fs::path file = hash == 0 ? below_root(document) : folder / link.substr(0, hash);
            REQUIRE(fs::exists(file));
            if (hash == std::string::npos) continue;
            CHECK(anchors_of(page_text(file)).count(link.substr(hash + 1)) == 1);
        }
    }
    CHECK(links > 100);
}

TEST_CASE("docs: the index leads to every page") {
    std::string index;
    for (const char* document : {"docs/README.md", "docs/design/README.md"}) index += text_of_file(document);
    for (const std::string& document : pages()) {
        if (document.rfind("docs/", 0) != 0 || document == "docs/README.md") continue;
        INFO(document);
        const std::string name = fs::path(document).filename().string();
        CHECK(index.find((name == "README.md" ? "design/README.md" : name) + ")") != std::string::npos);
    }
}

TEST_CASE("docs: pages wrap at 100 columns outside tables and code") {
    for (const std::string& document : pages()) {
        if (document != "README.md" && document.rfind("docs/guides/", 0) != 0 &&
            document.rfind("docs/how-it-works/", 0) != 0)
            continue;
        std::istringstream lines(without_code(text_of_file(document)));
        for (std::string line; std::getline(lines, line);) {
            if (line.rfind("| ", 0) == 0 || line.rfind("|-", 0) == 0) continue;
            INFO(document << ": " << line);
            CHECK(columns_of(line) <= 100);
        }
    }
}

TEST_CASE("docs: every rule has its row in docs/reference/findings.md") {
    const std::string rules = text_of_file("src/findings/rules/rules.cc") +
                              text_of_file("src/findings/told/told.cc") +
                              text_of_file("src/findings/pasted/pasted_rules.cc");
    const std::string text = text_of_file("docs/reference/findings.md");
    const auto named = all_matches(rules, R"re((?:Rule|Told|PastedRule)\{"([a-z0-9-]+)")re");
    const auto documented = all_matches(text, R"(\n\| `?([a-z0-9-]+)`? \|)");
    CHECK(named.size() > 40);
    for (const std::string& rule : named) {
        INFO(rule << " has no row in docs/reference/findings.md");
        CHECK(documented.count(rule) == 1);
    }
}

TEST_CASE("docs: the JDKs that are known are those that the tests can get") {
    const std::string known = text_of_file("src/hotspot/known_jdks.h");
    std::smatch list;
    REQUIRE(std::regex_search(known, list, std::regex(R"(known_jdks\{([0-9, ]+)\})")));
    const auto jdks = all_matches(list[1].str(), R"((\d+))");
    const std::string provision = text_of_file("tests/matrix/provision");
    REQUIRE(std::regex_search(provision, list, std::regex(R"(\nknown=\(([0-9 ]+)\))")));
    auto provided = all_matches(list[1].str(), R"((\d+))");
    provided.insert("17");  // Debian 12's own
    CHECK(provided == jdks);
}
