// What holds for every document that redaction knows: names go, figures stay, the same name becomes the same
// word everywhere, and what was redacted stays as it is.
#include "redaction/document_cases.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/characters.h"
#include "catch.h"
#include "hotspot/hsperfdata.h"
#include "paths.h"
#include "redaction/documents.h"
#include "redaction/names.h"

using nmtx::NameRedactor;
using nmtx::redact_document;
using nmtx::test::document_cases;
using nmtx::test::DocumentCase;

namespace {

constexpr std::array planted{std::string_view{"alice"}, std::string_view{"contoso"},
                             std::string_view{"fabrikam"}};

std::string in_small_letters(std::string text) {
    for (char& c : text) {
        if (nmtx::is_upper(c)) c = static_cast<char>(c - 'A' + 'a');
    }
    return text;
}

std::size_t times(std::string_view text, std::string_view word) {
    std::size_t found = 0;
    for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1))
        ++found;
    return found;
}

// Every run of digits, in order.
std::vector<std::string> figures_of(std::string_view text) {
    std::vector<std::string> found;
    bool inside = false;
    for (const char c : text) {
        const bool digit = nmtx::is_digit(c);
        if (digit && !inside) found.emplace_back();
        if (digit) found.back() += c;
        inside = digit;
    }
    return found;
}

std::string source_of(const std::string& path) {
    std::ifstream in(nmtx::test::source_dir() + "/src/" + path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::string identifier_at(std::string_view text) {
    const auto is_part = [](char c) { return nmtx::is_alnum(c) || c == '_'; };
    return {text.begin(), std::find_if_not(text.begin(), text.end(), is_part)};
}

// The texts of the constants NAME of a header, "inline constexpr std::string_view NAME = "…"".
std::string text_of_constant(std::string_view header, const std::string& name) {
    const std::size_t at = header.find("std::string_view " + name + " =");
    if (at == std::string_view::npos) return {};
    const std::size_t open = header.find('"', at);
    return std::string(header.substr(open + 1, header.find('"', open + 1) - open - 1));
}

// The documents that src/redaction/documents.cc names, by their constants.
std::set<std::string> documents_of_table() {
    const std::string table = source_of("redaction/documents.cc");
    const std::string documents = source_of("evidence/capture.h"),
                      questions = source_of("process/process_view.h");
    std::set<std::string> found;
    const auto collect = [&](std::string_view scope, const std::string& header, std::string_view prefix) {
        for (std::size_t at = table.find(scope); at != std::string::npos; at = table.find(scope, at + 1)) {
            const std::string name = identifier_at(std::string_view(table).substr(at + scope.size()));
            if (name == "hotspot_prefix") continue;
            const std::string text = text_of_constant(header, name);
            INFO("the constant " << scope << name);
            REQUIRE_FALSE(text.empty());
            found.insert(std::string(prefix) + text);
        }
    };
    collect("document::", documents, "");
    collect("question::", questions, "hotspot/");
    return found;
}

// The constants of a namespace, "inline constexpr std::string_view NAME".
std::vector<std::string> constants_of(std::string_view header, std::string_view name_space) {
    const std::size_t begin = header.find("namespace " + std::string(name_space) + " {");
    REQUIRE(begin != std::string_view::npos);
    std::string_view body = header.substr(begin);
    body = body.substr(0, body.find("\n}"));
    constexpr std::string_view before = "constexpr std::string_view ";
    std::vector<std::string> found;
    for (std::size_t at = body.find(before); at != std::string_view::npos; at = body.find(before, at + 1))
        found.push_back(identifier_at(body.substr(at + before.size())));
    return found;
}

}  // namespace

TEST_CASE("redaction: every document that a capture can have is in the table") {
    std::set<std::string> documents;
    const std::string header = source_of("evidence/capture.h");
    for (const std::string& name : constants_of(header, "document")) {
        if (name == "hotspot_prefix" || name == "attach") continue;  // never a document with a text
        documents.insert(text_of_constant(header, name));
    }
    const std::string questions = source_of("process/process_view.h");
    for (const std::string& name : constants_of(questions, "question"))
        documents.insert("hotspot/" + text_of_constant(questions, name));
    CHECK(documents.size() > 40);
    for (const std::string& document : documents) {
        const auto cases = document_cases();
        INFO(document << " has no case in tests/redaction/document_cases.h");
        CHECK(std::ranges::find(cases, document, &DocumentCase::document) != cases.end());
    }
}

TEST_CASE("redaction: each document of the table has a case") {
    std::set<std::string> cases;
    for (const DocumentCase& one : document_cases()) CHECK(cases.insert(one.document).second);
    const auto table = documents_of_table();
    CHECK(table.size() > 25);
    for (const std::string& document : table) {
        INFO(document << " has no case in tests/redaction/document_cases.h");
        CHECK(cases.count(document) == 1);
    }
}

TEST_CASE("redaction: of each document the names go, the figures and the lines stay") {
    for (const DocumentCase& one : document_cases()) {
        INFO(one.document);
        NameRedactor names;
        const auto redacted = redact_document(one.document, one.text, names);
        REQUIRE(redacted);
        INFO(*redacted);
        const bool planted_here = std::ranges::any_of(
            planted, [&](std::string_view name) { return times(in_small_letters(one.text), name) > 0; });
        CHECK(planted_here == one.names);
        if (!one.names) {
            CHECK(*redacted == one.text);
            CHECK(names.counts().places == 0);
            continue;
        }
        for (const std::string_view name : planted) CHECK(times(in_small_letters(*redacted), name) == 0);
        // VM.info keeps only the lines that are read; the lengths in hsperfdata change.
        if (one.document == nmtx::document_of(nmtx::question::vm_info)) continue;
        CHECK(names.counts().places > 0);
        if (one.document == nmtx::document::hsperfdata) continue;
        CHECK(figures_of(*redacted) == figures_of(one.text));
        if (one.text.front() == '{') continue;  // JSON is laid out anew
        CHECK(times(*redacted, "\n") == times(one.text, "\n"));
    }
}

TEST_CASE("redaction: a document that was redacted stays as it is") {
    for (const DocumentCase& one : document_cases()) {
        INFO(one.document);
        NameRedactor names, others;
        const auto once = redact_document(one.document, one.text, names);
        REQUIRE(once);
        const auto twice = redact_document(one.document, *once, others);
        REQUIRE(twice);
        CHECK(*twice == *once);
        CHECK(others.counts().places == 0);
    }
}

TEST_CASE("redaction: the same name is the same word in every document, in whatever order they come") {
    for (const bool reversed : {false, true}) {
        auto cases = document_cases();
        if (reversed) std::ranges::reverse(cases);
        NameRedactor names;
        std::vector<std::string> redacted;
        for (const DocumentCase& one : cases)
            redacted.push_back(redact_document(one.document, one.text, names).value());
        for (const std::string_view name : planted) {
            const std::string word = names.redact(name);
            for (std::size_t i = 0; i < cases.size(); ++i) {
                INFO(cases[i].document << ": " << name << " is " << word << " in: " << redacted[i]);
                std::string given = in_small_letters(cases[i].text);
                // A whole host has a word of its own.
                std::size_t hosts = name == "contoso" ? times(given, "db.contoso.internal") : 0;
                if (cases[i].document == nmtx::document_of(nmtx::question::vm_info)) continue;
                CHECK(times(redacted[i], word) == times(given, name) - hosts);
            }
        }
    }
}

TEST_CASE("redaction: the strings of hsperfdata without names, under the names that they had") {
    for (const DocumentCase& one : document_cases()) {
        if (one.document != nmtx::document::hsperfdata) continue;
        NameRedactor names;
        const auto redacted = redact_document(one.document, one.text, names);
        REQUIRE(redacted);
        const auto perf = nmtx::parse_hsperfdata(*redacted);
        REQUIRE(perf);
        CHECK(perf->text("java.property.java.version") == "17.0.15");
        CHECK(perf->text("sun.rt.javaCommand") == "com.nameA.Main --for nameB");
        CHECK(perf->text("java.rt.vmArgs") == "-Xmx256m -Dmode=nameC");
        CHECK(perf->text("java.property.java.home") == "/home/nameB/nameA/jdk");
    }
}

TEST_CASE("redaction: of VM.info the figures that are read stay, and what speaks of the application goes") {
    for (const DocumentCase& one : document_cases()) {
        if (one.document != nmtx::document_of(nmtx::question::vm_info)) continue;
        NameRedactor names;
        const auto redacted = redact_document(one.document, one.text, names);
        REQUIRE(redacted);
        CHECK(redacted->find("size: 1024 MB") != std::string::npos);
        CHECK(redacted->find("Environment Variables") == std::string::npos);
        CHECK(redacted->find("Command Line") == std::string::npos);
    }
}
