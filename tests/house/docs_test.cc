// The documents that people build on are held to the code: files that they name exist, lists in them are
// whole.
#include <algorithm>
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

}  // namespace

TEST_CASE("docs: every file that the guides name is there") {
    for (const char* document :
         {"docs/architecture.md", "docs/extending.md", "CONTRIBUTING.md", "SECURITY.md", "tests/README.md",
          "docs/design/README.md", "docs/design/attach.md", "docs/design/malloc-walk.md",
          "docs/design/records.md", "docs/design/security-model.md", "docs/design/stopping-threads.md",
          "docs/design/unwinding.md", "docs/design/java-stacks.md"}) {
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

TEST_CASE("docs: every rule has its row in docs/findings.md") {
    const std::string rules = text_of_file("src/findings/rules/rules.cc") +
                              text_of_file("src/findings/told/told.cc") +
                              text_of_file("src/findings/pasted/pasted_rules.cc");
    const std::string text = text_of_file("docs/findings.md");
    const auto named = all_matches(rules, R"re((?:Rule|Told|PastedRule)\{"([a-z0-9-]+)")re");
    const auto documented = all_matches(text, R"(\n\| `?([a-z0-9-]+)`? \|)");
    CHECK(named.size() > 40);
    for (const std::string& rule : named) {
        INFO(rule << " has no row in docs/findings.md");
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
