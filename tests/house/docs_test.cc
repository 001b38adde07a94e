// The documents that people build on are held to the code: files that they name exist, lists in them are
// whole.
#include <algorithm>
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

std::string text_of_file(const std::string& name) {
    std::ifstream in(fs::path(nmtx::test::source_dir()) / name, std::ios::binary);
    REQUIRE(in.good());
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

std::set<std::string> all_matches(const std::string& text, const char* pattern) {
    const std::regex expression(pattern);
    std::set<std::string> found;
    for (auto at = std::sregex_iterator(text.begin(), text.end(), expression); at != std::sregex_iterator();
         ++at)
        found.insert((*at)[1].str());
    return found;
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

TEST_CASE("docs: every file that the guides name is there") {
    for (const char* document :
         {"docs/architecture.md", "docs/extending.md", "CONTRIBUTING.md", "SECURITY.md", "tests/README.md",
          "docs/design/README.md", "docs/design/attach.md", "docs/design/malloc-walk.md",
          "docs/design/records.md", "docs/design/security-model.md", "docs/design/stopping-threads.md",
          "docs/design/unwinding.md"}) {
        const std::string text = text_of_file(document);
        const auto named =
            all_matches(text, R"(`((?:src|platform|tests|fixtures|docs|packaging|cmake)/[\w./-]+)`)");
        for (const std::string& name : named) {
            INFO(document << " names " << name);
            // NAME stands for the reader's own.
            if (name.find("NAME") != std::string::npos) continue;
            CHECK(fs::exists(fs::path(nmtx::test::source_dir()) / name));
        }
        const fs::path folder = (fs::path(nmtx::test::source_dir()) / document).parent_path();
        for (const std::string& link : all_matches(text, R"(\]\(([^)#:]+)\))")) {
            INFO(document << " links to " << link);
            CHECK(fs::exists(folder / link));
        }
    }
}

TEST_CASE("docs: each rule has its row in docs/findings.md, and each row is of a rule") {
    const std::string rules = text_of_file("src/findings/rules/rules.cc") +
                              text_of_file("src/findings/told/told.cc") +
                              text_of_file("src/findings/pasted/pasted_rules.cc");
    const auto named = all_matches(rules, R"re((?:Rule|Told|PastedRule)\{"([a-z0-9-]+)")re");
    CHECK(named.size() > 40);
    const std::string findings = text_of_file("docs/findings.md");
    std::set<std::string> documented = first_cells(findings, "rule");
    documented.merge(first_cells(findings, "finding"));
    check_both_ways(named, documented, "docs/findings.md");
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
    const char* const document = "docs/formats/pasted-kernel-texts.md";
    check_both_ways(kinds, first_cells(text_of_file(document), "kind"), document);
}

TEST_CASE("docs: each document of a capture has its row, and each row is of a document") {
    constexpr const char* constant = R"re(inline constexpr std::string_view \w+ =\s*"([^"]+)")re";
    std::set<std::string> documents = all_matches(text_of_file("src/evidence/capture.h"), constant);
    CHECK(documents.erase("hotspot/") == 1);  // what the names of questions stand behind
    for (const std::string& question : all_matches(text_of_file("src/process/process_view.h"), constant))
        documents.insert("hotspot/" + question);
    CHECK(documents.size() > 40);
    const char* const document = "docs/formats/capture-file.md";
    check_both_ways(documents, first_cells(text_of_file(document), "document"), document);
}

TEST_CASE("docs: the README shows each verb, and no document a verb that does not exist") {
    std::smatch list;
    const std::string header = text_of_file("src/cli/command.h");
    REQUIRE(std::regex_search(header, list, std::regex(R"(enum class Verb[^{]*\{([^}]+)\})")));
    auto verbs = all_matches(list[1].str(), R"((\w+))");
    for (const char* no_word : {"help", "version", "reconcile"}) CHECK(verbs.erase(no_word) == 1);
    CHECK(verbs.size() > 15);
    constexpr const char* typed = R"re((?:`|\$ |^|\n)(?:\./)?nmtx ([a-z]{3,})\b)re";
    const auto shown = all_matches(text_of_file("README.md"), typed);
    check_both_ways(verbs, shown, "README.md");
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(nmtx::test::source_dir()) / "docs")) {
        if (entry.path().extension() != ".md") continue;
        const std::string name = fs::relative(entry.path(), nmtx::test::source_dir()).string();
        for (const std::string& verb : all_matches(text_of_file(name), R"re(`nmtx ([a-z]{3,})\b)re")) {
            INFO(name << " has `nmtx " << verb << "`, which is no verb");
            CHECK((verbs.count(verb) == 1 || verb == "help"));
        }
    }
}

TEST_CASE("docs: each key of the JSON Schema is in docs/json.md, and each of docs/json.md in the schema") {
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
    for (const std::string& code : all_matches(
             text_of_file("docs/json.md"), R"(`([a-z][a-z0-9_]*(?:(?:\[\])?\.[a-z][a-z0-9_]*)*(?:\[\])?)`)"))
        documented.merge(all_matches(code, R"(([a-z][a-z0-9_]*))"));
    for (const char* no_key : {"null", "amount"}) CHECK(documented.erase(no_key) == 1);
    check_both_ways(keys, documented, "docs/json.md");
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
