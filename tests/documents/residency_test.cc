#include "documents/residency.h"

#include <string>
#include <vector>

#include "catch.h"

using namespace nmtx;

namespace {

constexpr std::string_view residency_sample =
    "method PAGEMAP_SCAN\n"
    "page 4096\n"
    "asked 7f1200000000-7f1200400000\n"
    "7f1200000000-7f1200003000\n"
    "7f1200010000-7f1200011000\n"
    "asked 7f1200400000-7f1200500000\n"
    "7f1200400000-7f1200401000\n"
    "asked 7f1300000000-7f1300001000\n";

Residency parsed(std::string_view text) {
    auto residency = parse_residency(text);
    REQUIRE(residency.has_value());
    return *residency;
}

}  // namespace

TEST_CASE("residency: questions and runs are read in order") {
    const Residency residency = parsed(residency_sample);
    CHECK(residency.method == "PAGEMAP_SCAN");
    CHECK(residency.page_size == kib(4));
    CHECK(residency.asked == std::vector<Range>{range_of(0x7f1200000000, 0x7f1200400000),
                                                range_of(0x7f1200400000, 0x7f1200500000),
                                                range_of(0x7f1300000000, 0x7f1300001000)});
    CHECK(residency.present == std::vector<Range>{range_of(0x7f1200000000, 0x7f1200003000),
                                                  range_of(0x7f1200010000, 0x7f1200011000),
                                                  range_of(0x7f1200400000, 0x7f1200401000)});
}

TEST_CASE("residency: what is written reads back the same") {
    CHECK(format_residency(parsed(residency_sample)) == residency_sample);
    CHECK(format_residency(parsed("method pagemap\npage 65536\n")) == "method pagemap\npage 65536\n");
}

TEST_CASE("residency: resident_in counts only what lies inside the range") {
    const Residency residency = parsed(residency_sample);
    const std::uint64_t base = 0x7f1200000000;
    CHECK(residency.resident_in(range_of(base, base + 0x400000)) == kib(16));
    CHECK(residency.resident_in(range_of(base + 0x1000, base + 0x2000)) == kib(4));
    CHECK(residency.resident_in(range_of(base + 0x2000, base + 0x11000)) == kib(8));
    CHECK(residency.resident_in(range_of(base + 0x3000, base + 0x10000)) == Bytes());
    CHECK(residency.resident_in(range_of(0, UINT64_MAX)) == kib(20));
    CHECK(residency.resident_in(range_of(base + 0x2000, base + 0x1000)) == Bytes());
    CHECK(Residency{}.resident_in(range_of(0, UINT64_MAX)) == Bytes());
}

TEST_CASE("residency: a range is covered if every page of it was asked about") {
    const Residency residency = parsed(residency_sample);
    const std::uint64_t base = 0x7f1200000000;
    CHECK(residency.covers(range_of(base, base + 0x400000)));
    CHECK(residency.covers(range_of(base + 0x1000, base + 0x2000)));
    CHECK(residency.covers(range_of(base + 0x3ff000, base + 0x401000)));  // over the border of two questions
    CHECK(residency.covers(range_of(base, base + 0x500000)));
    CHECK_FALSE(residency.covers(range_of(base, base + 0x501000)));
    CHECK_FALSE(residency.covers(range_of(base - 0x1000, base + 0x1000)));
    CHECK_FALSE(residency.covers(range_of(base, 0x7f1300001000)));
    CHECK_FALSE(residency.covers(range_of(0x7f1300001000, 0x7f1300002000)));
    CHECK_FALSE(residency.covers(range_of(0x1000, 0x2000)));
    CHECK(residency.covers(range_of(base, base)));
    CHECK_FALSE(Residency{}.covers(range_of(0, 0x1000)));
}

TEST_CASE("residency: a heading that cannot be read names its line") {
    for (const std::string_view text : {"", "page 4096\n", "method\n", "method \n"}) {
        CAPTURE(text);
        CHECK(parse_residency(text).error().where == "residency:1");
    }
    for (const std::string_view text :
         {"method x\n", "method x\npage\n", "method x\npage 0\n", "method x\npage 4097\n",
          "method x\npage 4096 \n", "method x\npage -4096\n", "method x\nasked 0-1000\n",
          "method x\npage 99999999999999999999\n"}) {
        CAPTURE(text);
        CHECK(parse_residency(text).error().where == "residency:2");
    }
}

TEST_CASE(
    "residency: a range outside its question, unsorted, overlapping, empty or not of whole pages is "
    "refused") {
    const std::string head = "method pagemap\npage 4096\n";
    CHECK(parse_residency(head + "1000-2000\n").error().where == "residency:3");
    for (const std::string_view bad :
         {"0-1000", "4000-6000", "6000-7000", "asked 4000-6000", "asked 1000-2000", "2000-2000", "3000-2000",
          "2000-2800", "2001-3000", "asked 8000-8000", "asked 8000", "2000-3000 ", "0x2000-0x3000", "2000",
          "", "asked", "2000-11112222333344445"}) {
        CAPTURE(bad);
        const auto residency = parse_residency(head + "asked 1000-5000\n" + std::string(bad) + "\n");
        REQUIRE_FALSE(residency.has_value());
        CHECK(residency.error().where == "residency:4");
    }
    CHECK(parse_residency(head + "asked 1000-5000\n2000-4000\n3000-5000\n").error().where == "residency:5");
    CHECK(parse_residency(head + "asked 1000-5000\n3000-4000\n1000-2000\n").error().where == "residency:5");
    CHECK(parse_residency(head + "asked 1000-5000\n1000-2000\n2000-5000\n").has_value());
}

TEST_CASE("residency: every prefix gives a value or an error") {
    for (std::size_t length = 0; length <= residency_sample.size(); ++length) {
        const std::vector<char> bytes(residency_sample.begin(),
                                      residency_sample.begin() + static_cast<std::ptrdiff_t>(length));
        const auto residency = parse_residency(std::string_view(bytes.data(), bytes.size()));
        CHECK((residency.has_value() || residency.error().where.find("residency:") == 0));
    }
}
