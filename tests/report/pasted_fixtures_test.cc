// Each text of fixtures/pasted, explained: NAME.expect has a line "+ words" for what the report must say, "-
// words" for what it must not. Every beginning of a text is explained without a crash, and loses no line.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "catch.h"
#include "paths.h"
#include "report/explained.h"
#include "support/unfolded.h"

using nmtx::test::explained;

namespace {

namespace fs = std::filesystem;

std::string content_of(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<fs::path> texts() {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(nmtx::test::source_dir() + "/fixtures/pasted")) {
        if (entry.path().extension() == ".txt") found.push_back(entry.path());
    }
    std::sort(found.begin(), found.end());
    return found;
}

}  // namespace

TEST_CASE("pasted fixtures: each report says what it must and nothing that it must not") {
    const auto files = texts();
    REQUIRE_FALSE(files.empty());
    for (const fs::path& file : files) {
        fs::path expectations = file;
        expectations.replace_extension(".expect");
        INFO(file.filename().string());
        // What is only said in full is said, too.
        const auto explanation = explained(content_of(file));
        const std::string report = nmtx::test::unfolded(nmtx::explain_text(explanation, {}, {}) + "\n" +
                                                        nmtx::explain_text(explanation, {true, false}, {}));
        INFO(report);
        std::ifstream in(expectations);
        std::size_t checked = 0;
        for (std::string line; std::getline(in, line);) {
            if (line.size() < 3 || (line[0] != '+' && line[0] != '-')) continue;
            const std::string words = line.substr(2);
            INFO(line);
            CHECK((report.find(words) != std::string::npos) == (line[0] == '+'));
            ++checked;
        }
        CHECK(checked > 0);
    }
}

TEST_CASE("pasted fixtures: a text that is cut anywhere is explained") {
    for (const fs::path& file : texts()) {
        const std::string text = content_of(file);
        INFO(file.filename().string());
        const std::size_t step = std::max<std::size_t>(1, text.size() / 40);
        for (std::size_t size = 0; size <= text.size(); size += step) {
            const auto explanation = explained(text.substr(0, size));
            CHECK_FALSE(nmtx::explain_text(explanation, {}, {}).empty());
            CHECK_FALSE(nmtx::json_explain(explanation).empty());
        }
    }
}
