#include "report/verbs/glossary_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

#include "base/lines.h"
#include "base/printable.h"
#include "catch.h"
#include "hotspot/known_jdks.h"
#include "text_parts.h"

using namespace nmtx;
using test::has;

namespace {

std::string glossary_of(std::string_view typed, std::optional<int> jdk = {}) {
    return glossary_text(*look_up(typed, jdk), jdk, {});
}

}  // namespace

TEST_CASE("glossary: an entry shows what it is, what bounds it, and what is different in other JDKs") {
    const std::string text = glossary_of("internal");
    CHECK(text.starts_with(
        fmt::format("Internal  (NMT category of JDK {}; its mmap memory is ", fmt::join(known_jdks, ", "))));
    for (const char* label : {"  what      ", "  grows     ", "  limit     ", "  inspect   ", "  8 to 10   "})
        CHECK(has(text, label));
    CHECK(has(text, "direct buffers"));
    CHECK_FALSE(has(glossary_of("internal", 17), "direct buffers"));
    CHECK(has(glossary_of("internal", 8), "direct buffers"));
}

TEST_CASE("glossary: a release shows its own bugs alone") {
    CHECK(has(glossary_of("compiler"), "JDK-8340824"));
    CHECK(has(glossary_of("compiler", 21), "21.0.3 to 21.0.6"));
    CHECK_FALSE(has(glossary_of("compiler", 25), "JDK-"));
    CHECK(has(glossary_of("compiler", 11), "JDK-8292260"));
    CHECK(has(glossary_of("mapped again"), "note      JEP 439"));
}

TEST_CASE("glossary: the list has every entry of a release, and no line is wider than the terminal") {
    for (const std::size_t width : {40U, 80U, 100U}) {
        TextStyle style;
        style.width = width;
        const std::string list = glossary_list_text({}, style);
        const auto all = all_entries({});
        for (const GlossaryEntry* entry : all) CHECK(has(list, fit(entry->name, 26)));
        for (const std::string& text : {list, glossary_text(all, {}, style)}) {
            for (Lines lines(text); lines.next();) {
                INFO(width << ": " << lines.line());
                CHECK(display_width(lines.line()) <= width);
            }
        }
    }
    CHECK(has(glossary_list_text(11, {}), "Synchronizer"));
    CHECK_FALSE(has(glossary_list_text(17, {}), "Synchronizer"));
}

TEST_CASE("glossary: JSON has the same entries, and each bug that they name once") {
    const auto json = nlohmann::json::parse(json_glossary(all_entries({}), {}));
    CHECK(json["entries"].size() == all_entries({}).size());
    CHECK(json["bugs"].size() >= 8);
    std::set<std::string> named, listed;
    for (const auto& entry : json["entries"]) {
        for (const auto& bug : entry["bugs"]) named.insert(bug.get<std::string>());
    }
    for (const auto& bug : json["bugs"]) CHECK(listed.insert(bug["id"].get<std::string>()).second);
    CHECK(named == listed);

    const auto one = nlohmann::json::parse(json_glossary(*look_up("other", 21), 21));
    CHECK(one["jdk"] == 21);
    CHECK(one["entries"][0]["owner"] == "jvm/other");
    CHECK(one["entries"][0]["notes"].empty());
    const auto c2 = nlohmann::json::parse(json_glossary(*look_up("compiler", 21), 21));
    CHECK(c2["bugs"][0]["affected"][0] ==
          nlohmann::json{{"jdk", 21}, {"first_update", 3}, {"fixed_update", 7}});
}
