#include "base/lines.h"

#include <string>
#include <vector>

#include "catch.h"

using namespace nmtx;

namespace {

std::vector<std::string> all(std::string_view text) {
    std::vector<std::string> lines;
    for (Lines cursor(text); cursor.next();) lines.emplace_back(cursor.line());
    return lines;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("lines: newlines end lines, a last line without one counts") {
    CHECK(all("").empty());
    CHECK(all("a") == Texts{"a"});
    CHECK(all("a\n") == Texts{"a"});
    CHECK(all("a\nb") == Texts{"a", "b"});
    CHECK(all("\n") == Texts{""});
    CHECK(all("a\n\nb\n") == Texts{"a", "", "b"});
}

TEST_CASE("lines: a carriage return before the newline is not part of the line, others are") {
    CHECK(all("a\r\nb\r") == Texts{"a", "b"});
    CHECK(all("a\rb\n") == Texts{"a\rb"});
    CHECK(all("\r\n") == Texts{""});
    CHECK(all("a\r\r\n") == Texts{"a\r"});
}

TEST_CASE("lines: the number is that of the line it stands on, from 1") {
    Lines lines("a\n\nc");
    CHECK(lines.number() == 0);
    CHECK(lines.next());
    CHECK(lines.number() == 1);
    CHECK(lines.rest() == "\nc");
    CHECK(lines.next());
    CHECK(lines.next());
    CHECK(lines.number() == 3);
    CHECK(lines.rest().empty());
    CHECK_FALSE(lines.next());
    CHECK(lines.number() == 3);
}

TEST_CASE("lines: an error names the document and the line") {
    Lines lines("a\nb\n");
    lines.next();
    lines.next();
    const Expected<int> result = lines.error("smaps", "what", "hint");
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error() == Error{"smaps:2", "what", "hint"});
}
