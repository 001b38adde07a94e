// What --redact keeps: every figure, of every capture.
#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "accounts.h"
#include "catch.h"
#include "law/fixtures.h"
#include "ledger/partition/reconcile.h"
#include "process/process_reader.h"
#include "redaction/redact_capture.h"
#include "report/reconciliation/report.h"
#include "report/ticket/ticket.h"
#include "threads/thread_table.h"

using namespace nmtx;

namespace {

struct Read {
    explicit Read(const Capture& capture) {
        if (auto read = reader.update(capture); !read) throw std::runtime_error(to_string(read.error()));
        auto made = reconcile(reader.view());
        if (!made) throw std::runtime_error(to_string(made.error()));
        ledger = std::move(*made);
    }
    ProcessReader reader;
    Ledger ledger;
};

std::string replaced(std::string text, std::string_view old, std::string_view by) {
    for (std::size_t at = text.find(old); at != std::string::npos; at = text.find(old, at + by.size()))
        text.replace(at, old.size(), by);
    return text;
}

// The same capture, as if its library and its folder were somebody's. Names of the same lengths, which keep
// the offsets in hsperfdata.
Capture with_names_planted(const Capture& capture) {
    Capture planted = without(capture, {});
    for (const auto& [name, text] : capture.documents())
        planted.add(
            name, replaced(replaced(*text, "/nmtx-target", "/contoso-inc"), "libtarget.so", "libalicer.so"));
    return planted;
}

// Every number of a JSON text, in ascending order of its digits.
std::vector<std::string> numbers_of(const std::string& json) {
    std::vector<std::string> numbers;
    bool quoted = false, inside = false;
    for (std::size_t i = 0; i < json.size(); ++i) {
        const char c = json[i];
        if (quoted && c == '\\') {
            ++i;
            continue;
        }
        if (c == '"') quoted = !quoted;
        const bool digit = !quoted && ((c >= '0' && c <= '9') || c == '-' || c == '.' || c == 'e');
        if (digit && !inside) numbers.emplace_back();
        if (digit) numbers.back() += c;
        inside = digit;
    }
    std::sort(numbers.begin(), numbers.end());
    return numbers;
}

std::string json_of(const Read& read) {
    return json_report(test::account(read.reader.view(), read.ledger));
}

std::vector<std::uint64_t> sizes_of(const Ledger& ledger) {
    std::vector<std::uint64_t> sizes;
    for (const Row& row : ledger.rows) sizes.push_back(row.resident.value());
    std::sort(sizes.begin(), sizes.end());
    return sizes;
}

}  // namespace

TEST_CASE("law: without names a capture gives the same figures, and once more nothing changes") {
    for (const auto& file : fixture_files()) {
        INFO(file.filename().string());
        const Capture capture = read_fixture(file);
        NameRedactor names;
        const Capture redacted = redact_capture(capture, names);
        REQUIRE(redacted.header.redaction);
        CHECK(redacted.header.redaction->left_out.empty());
        CHECK(redacted.documents().size() == capture.documents().size());
        const Read before(capture), after(redacted);
        CHECK(sizes_of(before.ledger) == sizes_of(after.ledger));
        for (const char* below : {"jvm", "malloc", "file", "stack", "named", "unexplained"})
            CHECK(before.ledger.resident_below(below) == after.ledger.resident_below(below));
        CHECK(before.reader.view().java_version() == after.reader.view().java_version());
        CHECK(before.reader.view().gc() == after.reader.view().gc());
        CHECK(before.reader.view().nmt_level() == after.reader.view().nmt_level());
        CHECK(before.reader.view().missing.size() == after.reader.view().missing.size());
        const auto threads = thread_table_if_read({&before.reader.view(), &before.ledger});
        const auto redacted_threads = thread_table_if_read({&after.reader.view(), &after.ledger});
        REQUIRE(threads.has_value() == redacted_threads.has_value());
        if (threads) CHECK(threads->totals.of_kind == redacted_threads->totals.of_kind);

        const Capture again = read_archive(write_archive(redacted).value()).value();
        CHECK(again.header.redaction == redacted.header.redaction);
        NameRedactor others;
        const Capture twice = redact_capture(again, others);
        CHECK(write_archive(twice).value() == write_archive(redacted).value());
    }
}

TEST_CASE("law: names that are planted in a capture are in no report of it once redacted, its numbers are") {
    std::size_t shown = 0;
    for (const auto& file : fixture_files()) {
        INFO(file.filename().string());
        const Capture planted = with_names_planted(read_fixture(file));
        NameRedactor names;
        const Capture redacted = redact_capture(planted, names);
        for (const auto& [name, text] : redacted.documents()) {
            INFO(name);
            for (const char* word : {"contoso", "alicer"}) CHECK(text->find(word) == std::string::npos);
        }
        const Read before(planted), after(redacted);
        const std::string plain = json_of(before), report = json_of(after);
        if (plain.find("alicer") != std::string::npos) ++shown;
        CHECK(report.find("alicer") == std::string::npos);
        CHECK(numbers_of(report) == numbers_of(plain));
    }
    CHECK(shown >= 10);  // by the walk over malloc's memory, which names the library
}

TEST_CASE("law: documents that redaction does not know are left out and listed") {
    NameRedactor names;
    Capture capture;
    capture.add("kernel/of a later release", "1\n");
    const Capture redacted = redact_capture(capture, names);
    REQUIRE(redacted.header.redaction);
    CHECK(redacted.header.redaction->left_out == std::vector<std::string>{"kernel/of a later release"});
    CHECK(redacted.documents().empty());
}

TEST_CASE("law: a ticket of every capture is Markdown of less than 60 KB that names what it is about") {
    for (const auto& file : fixture_files()) {
        INFO(file.filename().string());
        const Capture capture = read_fixture(file);
        const Read r(capture);
        const Ticket ticket = ticket_of(test::account(r.reader.view(), r.ledger), {});
        Bytes shares;
        for (const Share& share : ticket.shares) shares += share.resident;
        CHECK(shares == r.ledger.rss);
        Bytes ranges;
        for (const TicketRange& range : ticket.map) ranges += range.resident;
        CHECK(ranges == r.ledger.rss);
        CHECK_FALSE(ticket.findings.empty());
        const std::string text = markdown_report(ticket);
        CHECK(text.size() < most_markdown_bytes);
        for (const char* heading :
             {"### Findings", "### Where the memory is", "### Largest owners", "### Reproduce"})
            CHECK(text.find(heading) != std::string::npos);
    }
}
