// The documents that people build on are held to the code: files that they name exist, lists in them are
// whole.
#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
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

std::set<std::string> all_matches(const std::string& text, const char* pattern) {
    const std::regex expression(pattern);
    std::set<std::string> found;
    for (auto at = std::sregex_iterator(text.begin(), text.end(), expression); at != std::sregex_iterator();
         ++at)
        found.insert((*at)[1].str());
    return found;
}

// What is between ``` and in `spans`, a line each.
std::string only_code(const std::string& text) {
    std::istringstream lines(text);
    std::string code;
    bool block = false;
    for (std::string line; std::getline(lines, line);) {
        if (line.rfind("```", 0) == 0)
            block = !block;
        else if (block)
            code += "\n" + line;
        else
            for (const std::string& span : all_matches(line, "`([^`]*)`")) code += "\n" + span;
    }
    return code + "\n";
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

// The first cells of all tables whose first column has this heading, without the marks of code.
std::set<std::string> first_cells(const std::string& text, const std::string& heading) {
    std::set<std::string> cells;
    bool inside = false;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with("| ")) {
            inside = inside && line.starts_with("|-");
            continue;
        }
        std::string cell = line.substr(2, line.find(" |", 2) - 2);
        std::erase(cell, '`');
        if (inside) CHECK(cells.insert(cell).second);
        inside = inside || cell == heading;
    }
    return cells;
}

void check_both_ways(const std::set<std::string>& known, const std::set<std::string>& documented,
                     const std::string& document) {
    for (const std::string& name : known) {
        INFO("'" << name << "' is missing in " << document);
        CHECK(documented.count(name) == 1);
    }
    for (const std::string& name : documented) {
        INFO("'" << name << "' is in " << document << ", and the code has no such thing");
        CHECK(known.count(name) == 1);
    }
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

TEST_CASE("docs: each rule has its row in docs/reference/findings.md, and each row is of a rule") {
    const std::string rules = text_of_file("src/findings/rules/rules.cc") +
                              text_of_file("src/findings/told/told.cc") +
                              text_of_file("src/findings/pasted/pasted_rules.cc");
    const auto named = all_matches(rules, R"re((?:Rule|Told|PastedRule)\{"([a-z0-9-]+)")re");
    CHECK(named.size() > 40);
    const std::string findings = text_of_file("docs/reference/findings.md");
    std::set<std::string> documented = first_cells(findings, "rule");
    documented.merge(first_cells(findings, "finding"));
    check_both_ways(named, documented, "docs/reference/findings.md");
}

TEST_CASE("extending: each rule that is declared has its row in a table of rules") {
    for (const auto& [header, tables] : std::vector<std::pair<const char*, std::vector<const char*>>>{
             {"src/findings/rules/rule_list.h", {"src/findings/rules/rules.cc"}},
             {"src/findings/rules/malloc/malloc_rules.h", {"src/findings/rules/rules.cc"}},
             {"src/findings/told/told.h", {"src/findings/told/told.cc"}},
             {"src/findings/pasted/pasted_rules.h", {"src/findings/pasted/pasted_rules.cc"}}}) {
        const auto declared = all_matches(
            text_of_file(header),
            R"(std::vector<Finding> (?!findings_of_)(\w+)\(const (?:FindingInput|ToldInput|PastedEvidence)&)");
        CHECK_FALSE(declared.empty());
        std::string rows;
        for (const char* table : tables) rows += text_of_file(table);
        const auto in_table = all_matches(rows, R"((?:rule|told)::(\w+)[,}])");
        for (const std::string& rule : declared) {
            INFO(rule << " of " << header << " is in no table: it would never run");
            CHECK(in_table.count(rule) == 1);
        }
    }
}

TEST_CASE("extending: each parser of the JVM's and the kernel's texts is fuzzed") {
    std::set<std::string> parsers;
    std::string fuzzed;
    const fs::path top = nmtx::test::source_dir();
    for (const char* room : {"src/hotspot", "src/kernel"}) {
        for (const auto& entry : fs::recursive_directory_iterator(top / room)) {
            if (entry.path().extension() != ".h") continue;
            parsers.merge(all_matches(text_of_file(fs::relative(entry.path(), top).string()),
                                      R"(\b(parse_[a-z0-9_]+)\(std::string_view)"));
        }
    }
    for (const auto& entry : fs::directory_iterator(top / "tests/fuzz")) {
        if (entry.path().extension() == ".cc")
            fuzzed += text_of_file(fs::relative(entry.path(), top).string());
    }
    CHECK(parsers.size() > 50);
    const auto called = all_matches(fuzzed, R"(\b(parse_[a-z0-9_]+)\()");
    for (const std::string& parser : parsers) {
        INFO(parser << "() is called by no target of tests/fuzz");
        CHECK(called.count(parser) == 1);
    }
}

TEST_CASE("docs: each kind of pasted text has its row, and each row is of a kind") {
    const auto kinds = all_matches(text_of_file("src/pasted/kinds/kinds.cc"),
                                   R"re(KindEntry\{PastedKind::\w+,\s*"([^"]+)")re");
    CHECK(kinds.size() > 50);
    const char* const document = "docs/reference/formats/pasted-kernel-texts.md";
    check_both_ways(kinds, first_cells(text_of_file(document), "kind"), document);
}

TEST_CASE("docs: each document of a capture has its row, and each row is of a document") {
    constexpr const char* constant = R"re(inline constexpr std::string_view \w+ =\s*"([^"]+)")re";
    std::set<std::string> documents = all_matches(text_of_file("src/evidence/capture.h"), constant);
    CHECK(documents.erase("hotspot/") == 1);  // what the names of questions stand behind
    for (const std::string& question : all_matches(text_of_file("src/process/process_view.h"), constant))
        documents.insert("hotspot/" + question);
    CHECK(documents.size() > 40);
    const char* const document = "docs/reference/formats/capture-file.md";
    check_both_ways(documents, first_cells(text_of_file(document), "document"), document);
}

TEST_CASE("docs: no page names a verb that does not exist") {
    const auto verbs =
        all_matches(text_of_file("docs/reference/commands.md"), R"re(\n## nmtx ([a-z]{3,}))re");
    CHECK(verbs.size() > 15);
    for (const std::string& document : pages()) {
        for (const std::string& verb :
             all_matches(only_code(text_of_file(document)), R"re((?:\$ |\n)(?:\./)?nmtx ([a-z]{3,})\b)re")) {
            INFO(document << " has `nmtx " << verb << "`, which is not a verb");
            CHECK(verbs.count(verb) == 1);
        }
    }
}

TEST_CASE(
    "docs: each key of the JSON Schema is in docs/reference/json.md, and each of docs/reference/json.md in the schema") {
    const auto schema = nlohmann::json::parse(text_of_file("docs/reference/nmtx.schema.json"));
    std::set<std::string> keys;
    for (const auto& definition : schema.at("definitions")) {
        if (definition.at("type") != "object") continue;
        INFO(definition.at("description"));
        CHECK(definition.at("additionalProperties") == false);
        for (const auto& [key, value] : definition.at("properties").items()) {
            INFO(key);
            CHECK(value.contains("description"));
            keys.insert(key);
        }
    }
    CHECK(keys.size() > 200);
    // `threads[].stack` names two keys; what has a blank or a slash is none.
    std::set<std::string> documented;
    for (const std::string& code :
         all_matches(text_of_file("docs/reference/json.md"),
                     R"(`([a-z][a-z0-9_]*(?:(?:\[\])?\.[a-z][a-z0-9_]*)*(?:\[\])?)`)"))
        documented.merge(all_matches(code, R"(([a-z][a-z0-9_]*))"));
    for (const char* no_key : {"null", "amount"}) CHECK(documented.erase(no_key) == 1);
    check_both_ways(keys, documented, "docs/reference/json.md");
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
