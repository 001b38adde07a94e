#include "kernel/mappings/smaps.h"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "catch.h"

using namespace nmtx;

namespace {

// Four records as Linux 6.18 prints them for a JVM on x86-64.
constexpr std::string_view smaps_sample =
    R"(e0000000-e8000000 rw-p 00000000 00:00 0 
Size:             131072 kB
KernelPageSize:        4 kB
MMUPageSize:           4 kB
Rss:                2368 kB
Pss:                2367 kB
Pss_Dirty:          2368 kB
Shared_Clean:          1 kB
Shared_Dirty:          2 kB
Private_Clean:         3 kB
Private_Dirty:      2362 kB
Referenced:         2368 kB
Anonymous:          2366 kB
KSM:                   0 kB
LazyFree:              0 kB
AnonHugePages:      2048 kB
ShmemPmdMapped:        0 kB
FilePmdMapped:         0 kB
Shared_Hugetlb:        0 kB
Private_Hugetlb:       0 kB
Swap:                 12 kB
SwapPss:               0 kB
Locked:                8 kB
THPeligible:           1
VmFlags: rd wr mr mw me ac 
ffe00000-ffe75000 rw-p 00c7b000 fe:00 1163267                            /usr/lib/jvm/java-17-openjdk-amd64/lib/server/classes.jsa
Size:                468 kB
KernelPageSize:        4 kB
MMUPageSize:           4 kB
Rss:                 468 kB
Pss:                 468 kB
Pss_Dirty:           316 kB
Shared_Clean:          0 kB
Shared_Dirty:          0 kB
Private_Clean:       152 kB
Private_Dirty:       316 kB
Referenced:          468 kB
Anonymous:           316 kB
KSM:                   0 kB
LazyFree:              0 kB
AnonHugePages:         0 kB
ShmemPmdMapped:        0 kB
FilePmdMapped:         0 kB
Shared_Hugetlb:        0 kB
Private_Hugetlb:       0 kB
Swap:                  0 kB
SwapPss:               0 kB
Locked:                0 kB
THPeligible:           0
VmFlags: rd wr mr mw me ac sd 
7ffff7e00000-7ffff8200000 r-xs 00001000 103:02 18446744073709551615      /dev/hugepages/java heap (deleted)
Size:               4096 kB
KernelPageSize:     2048 kB
MMUPageSize:        2048 kB
Rss:                   0 kB
Pss:                   0 kB
Pss_Dirty:             0 kB
Shared_Clean:          0 kB
Shared_Dirty:          0 kB
Private_Clean:         0 kB
Private_Dirty:         0 kB
Referenced:            0 kB
Anonymous:             0 kB
KSM:                   0 kB
LazyFree:              0 kB
AnonHugePages:         0 kB
ShmemPmdMapped:        0 kB
FilePmdMapped:         0 kB
Shared_Hugetlb:     2048 kB
Private_Hugetlb:    4096 kB
Swap:                  0 kB
SwapPss:               0 kB
Locked:                0 kB
THPeligible:           0
VmFlags: rd ex mr mw me ht sh 
ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]
Size:                  4 kB
KernelPageSize:        4 kB
MMUPageSize:           4 kB
Rss:                   0 kB
Pss:                   0 kB
Pss_Dirty:             0 kB
Shared_Clean:          0 kB
Shared_Dirty:          0 kB
Private_Clean:         0 kB
Private_Dirty:         0 kB
Referenced:            0 kB
Anonymous:             0 kB
KSM:                   0 kB
LazyFree:              0 kB
AnonHugePages:         0 kB
ShmemPmdMapped:        0 kB
FilePmdMapped:         0 kB
Shared_Hugetlb:        0 kB
Private_Hugetlb:       0 kB
Swap:                  0 kB
SwapPss:               0 kB
Locked:                0 kB
THPeligible:           0
VmFlags: ex 
)";

// A mapping of one page at page `index`, so that indices ascend as addresses do.
std::string header(unsigned index, std::string_view name = "") {
    return fmt::format("{:x}-{:x} rw-p 00000000 00:00 0 {}{}\n", 0x1000 * index, 0x1000 * (index + 1),
                       name.empty() ? "" : "                 ", name);
}

Error error_of(std::string_view text) {
    const auto smaps = parse_smaps(text);
    REQUIRE_FALSE(smaps.has_value());
    return smaps.error();
}

Mapping only(std::string_view text) {
    CAPTURE(text);
    const auto smaps = parse_smaps(text);
    REQUIRE(smaps.has_value());
    REQUIRE(smaps->mappings.size() == 1);
    return smaps->mappings.front();
}

// Rss of the second of two mappings that print "Rss" as the line says; nothing where that is an error.
std::optional<Bytes> second_rss(std::string_view line) {
    const std::string text = header(1) + "Rss:                   0 kB\nPss:                   0 kB\n" +
                             header(2) + std::string(line);
    const auto smaps = parse_smaps(text);
    if (!smaps) {
        CHECK(smaps.error().where == "smaps:5");
        return std::nullopt;
    }
    REQUIRE(smaps->mappings.size() == 2);
    return smaps->mappings[1].rss;
}

}  // namespace

TEST_CASE("smaps: every field that we own is read, in bytes") {
    const auto smaps = parse_smaps(smaps_sample);
    REQUIRE(smaps.has_value());
    REQUIRE(smaps->mappings.size() == 4);
    const Mapping& heap = smaps->mappings[0];
    CHECK(heap.range == range_of(0xe0000000, 0xe8000000));
    CHECK(heap.protection == Protection{true, true, false, false});
    CHECK(heap.name.empty());
    CHECK(heap.anonymous_mapping());
    CHECK(heap.rss == kib(2368));
    CHECK(heap.pss == kib(2367));
    CHECK(heap.shared_clean == kib(1));
    CHECK(heap.shared_dirty == kib(2));
    CHECK(heap.private_clean == kib(3));
    CHECK(heap.private_dirty == kib(2362));
    CHECK(heap.anonymous == kib(2366));
    CHECK(heap.anon_huge_pages == kib(2048));
    CHECK(heap.swap == kib(12));
    CHECK(heap.locked == kib(8));
    CHECK(heap.kernel_page_size == kib(4));
    CHECK(heap.thp_eligible == true);
    CHECK(heap.vm_flags == "rd wr mr mw me ac");

    const Mapping& archive = smaps->mappings[1];
    CHECK(archive.offset == 0xc7b000);
    CHECK(archive.device == (0xfeU << 20U | 0x00U));
    CHECK(archive.inode == 1163267);
    CHECK(archive.name == "/usr/lib/jvm/java-17-openjdk-amd64/lib/server/classes.jsa");
    CHECK_FALSE(archive.anonymous_mapping());
    CHECK(archive.rss == kib(468));
    CHECK(archive.private_clean == kib(152));
    CHECK(archive.thp_eligible == false);

    const Mapping& huge = smaps->mappings[2];
    CHECK(huge.protection == Protection{true, false, true, true});
    CHECK(huge.device == (0x103U << 20U | 0x02U));
    CHECK(huge.inode == 18446744073709551615U);
    CHECK(huge.name == "/dev/hugepages/java heap (deleted)");
    CHECK(huge.shared_hugetlb == kib(2048));
    CHECK(huge.private_hugetlb == kib(4096));
    CHECK(huge.kernel_page_size == mib(2));

    CHECK(smaps->mappings[3].range == range_of(0xffffffffff600000, 0xffffffffff601000));
    CHECK(smaps->mappings[3].name == "[vsyscall]");
}

TEST_CASE("smaps: the sums are those of all mappings, hugetlb pages apart from Rss") {
    const auto smaps = parse_smaps(smaps_sample);
    REQUIRE(smaps.has_value());
    CHECK(smaps->rss == kib(2368 + 468));
    CHECK(smaps->pss == kib(2367 + 468));
    CHECK(smaps->swap == kib(12));
    CHECK(smaps->hugetlb == kib(2048 + 4096));
}

TEST_CASE("smaps: an empty text is a process without mappings") {
    const auto smaps = parse_smaps("");
    REQUIRE(smaps.has_value());
    CHECK(smaps->mappings.empty());
    CHECK(smaps->rss == Bytes());
}

TEST_CASE("smaps: has_flag takes whole flags only") {
    const std::string text = header(1) + "VmFlags: rd wr nr hg \n";
    const Mapping mapping = only(text);
    CHECK(mapping.has_flag("rd"));
    CHECK(mapping.has_flag("hg"));
    CHECK_FALSE(mapping.has_flag("dw"));
    CHECK_FALSE(mapping.has_flag("d "));
    CHECK_FALSE(mapping.has_flag("r"));
    CHECK_FALSE(mapping.has_flag(""));
    CHECK_FALSE(only(header(1)).has_flag("rd"));
}

TEST_CASE("smaps: names are kept as the kernel prints them") {
    for (const std::string_view name :
         {"/tmp/with blank.so", "/tmp/x.so (deleted)", R"(/tmp/new\012line)", "[anon:glibc: malloc arena]",
          "/memfd:java_heap (deleted)", "anon_inode:[io_uring]", "/SYSV00000000 (deleted)", "[heap]",
          "Rss: 4 kB", "/tmp/ends in blanks  "}) {
        const std::string text = header(1, name);
        CHECK(only(text).name == name);
    }
    CHECK(only("1000-2000 rw-p 00000000 00:00 0\n").name.empty());
}

TEST_CASE("smaps: a mapping's own line alone is enough, as in maps") {
    const std::string text = header(1) + header(2, "[stack]");
    const auto smaps = parse_smaps(text);
    REQUIRE(smaps.has_value());
    REQUIRE(smaps->mappings.size() == 2);
    CHECK(smaps->mappings[1].name == "[stack]");
    CHECK(smaps->mappings[1].rss == Bytes());
    CHECK_FALSE(smaps->mappings[1].thp_eligible.has_value());
}

TEST_CASE("smaps: the single record of smaps_rollup is read as well") {
    const Mapping all = only(
        "55d0c8a00000-7ffdc4f4b000 ---p 00000000 00:00 0                          [rollup]\n"
        "Rss:              177536 kB\n"
        "Pss_Anon:          88724 kB\n");
    CHECK(all.rss == kib(177536));
    CHECK(all.name == "[rollup]");
}

TEST_CASE("smaps: fields may come in any order, be missing or be new, from one mapping to the next") {
    const std::string text =
        header(1) +
        "Size:                  4 kB\nRss:                   4 kB\nPss:                   3 kB\n"
        "Swap:                  1 kB\nVmFlags: rd wr \n" +
        header(2) + "Pss:                  12 kB\nRss:                  16 kB\n" + header(3) +
        "Rss:                  20 kB\nNew_Field:        12345 whatever\nNewer:\n"
        "Pss:                  19 kB\nVmFlags: ex \nSwap:                  2 kB\n" +
        header(4) + header(5) +
        "Size:                  4 kB\nRss:                  24 kB\nPss:                  23 kB\n"
        "Swap:                  3 kB\nVmFlags: rd \n";
    const auto smaps = parse_smaps(text);
    REQUIRE(smaps.has_value());
    const auto& mappings = smaps->mappings;
    REQUIRE(mappings.size() == 5);
    CHECK((mappings[0].rss == kib(4) && mappings[0].pss == kib(3) && mappings[0].swap == kib(1)));
    CHECK((mappings[1].rss == kib(16) && mappings[1].pss == kib(12) && mappings[1].swap == Bytes()));
    CHECK((mappings[2].rss == kib(20) && mappings[2].pss == kib(19) && mappings[2].swap == kib(2)));
    CHECK(mappings[2].vm_flags == "ex");
    CHECK((mappings[3].rss == Bytes() && mappings[3].vm_flags.empty()));
    CHECK((mappings[4].rss == kib(24) && mappings[4].pss == kib(23) && mappings[4].swap == kib(3)));
    CHECK(mappings[4].vm_flags == "rd");
    CHECK(smaps->rss == kib(64));
}

TEST_CASE("smaps: more kinds of field than a kernel has are still all read") {
    std::string record;
    for (int i = 0; i < 200; ++i) record += fmt::format("Field_{:03}:              {} kB\n", i, i % 10);
    record += "Rss:                   4 kB\n";
    const auto smaps = parse_smaps(header(1) + record + header(2) + record);
    REQUIRE(smaps.has_value());
    CHECK(smaps->rss == kib(8));
}

TEST_CASE("smaps: a value reads the same in the columns of the first record and out of them") {
    for (const std::uint64_t value :
         {0ULL, 1ULL, 9ULL, 10ULL, 99ULL, 100ULL, 1234ULL, 65535ULL, 123456ULL, 7654321ULL, 9999999ULL,
          10000000ULL, 12345678ULL, 99999999ULL, 100000000ULL, 1234567890ULL, 18014398509481983ULL}) {
        CAPTURE(value);
        CHECK(second_rss(fmt::format("Rss:            {:>8} kB\n", value)) == kib(value));
        CHECK(second_rss(fmt::format("Rss:            {:>7} kB\n", value)) == kib(value));
        CHECK(second_rss(fmt::format("Rss: {} kB\n", value)) == kib(value));
        CHECK(second_rss(fmt::format("Rss:            {:>8} kB", value)) == kib(value));
    }
    // Every digit in every column.
    for (unsigned column = 0; column < 8; ++column) {
        std::uint64_t power = 1;
        for (unsigned i = 0; i < column; ++i) power *= 10;
        for (unsigned digit = 1; digit <= 9; ++digit) {
            CHECK(second_rss(fmt::format("Rss:            {:>8} kB\n", digit * power)) == kib(digit * power));
        }
    }
    CHECK(second_rss("Rss:            00000007 kB\n") == kib(7));
}

TEST_CASE("smaps: no byte but a digit or a leading blank passes in the columns of a value") {
    for (unsigned column = 0; column < 8; ++column) {
        for (unsigned byte = 0; byte < 256; ++byte) {
            const auto character = static_cast<char>(byte);
            if (character >= '0' && character <= '9') continue;
            std::string value = "12345678";
            value[column] = character;
            CAPTURE(column, byte);
            // Blanks and tabs may stand around the number, not in it.
            const bool blank = (column == 0 || column == 7) && (character == ' ' || character == '\t');
            CHECK(second_rss("Rss:            " + value + " kB\n").has_value() == blank);
        }
    }
    CHECK_FALSE(second_rss("Rss:                     kB\n").has_value());
    CHECK_FALSE(second_rss("Rss:              1  234 kB\n").has_value());
}

TEST_CASE("smaps: digits left of the value's columns belong to the value") {
    const std::string row = "Rss:        123456789012 kB\n";
    const auto smaps = parse_smaps(header(1) + row + header(2) + row);
    REQUIRE(smaps.has_value());
    CHECK(smaps->mappings[0].rss == kib(123456789012));
    CHECK(smaps->mappings[1].rss == kib(123456789012));
}

TEST_CASE("smaps: every record reads the same alone and after others") {
    const auto together = parse_smaps(smaps_sample);
    REQUIRE(together.has_value());
    std::vector<std::size_t> starts;
    for (const Mapping& mapping : together->mappings) {
        const auto name = static_cast<std::size_t>(mapping.name.data() - smaps_sample.data());
        const std::size_t newline = smaps_sample.rfind('\n', name - 1);
        starts.push_back(newline == std::string_view::npos ? 0 : newline + 1);
    }
    starts.push_back(smaps_sample.size());
    for (std::size_t i = 0; i + 1 < starts.size(); ++i) {
        const Mapping alone = only(smaps_sample.substr(starts[i], starts[i + 1] - starts[i]));
        const Mapping& mapping = together->mappings[i];
        CHECK(alone.range == mapping.range);
        CHECK(alone.rss == mapping.rss);
        CHECK(alone.pss == mapping.pss);
        CHECK(alone.anonymous == mapping.anonymous);
        CHECK(alone.private_hugetlb == mapping.private_hugetlb);
        CHECK(alone.kernel_page_size == mapping.kernel_page_size);
        CHECK(alone.thp_eligible == mapping.thp_eligible);
        CHECK(alone.vm_flags == mapping.vm_flags);
    }
}

TEST_CASE("smaps: a field before any mapping names the line") {
    CHECK(error_of("Rss:                   0 kB\n").where == "smaps:1");
    CHECK(error_of("Rss:                   0 kB\n").what ==
          "expected a mapping before its fields, found \"Rss:                   0 kB\"");
}

TEST_CASE("smaps: a malformed line names itself, what was expected and what was found") {
    CHECK(error_of(header(1) + "Rss:  many kB\n") ==
          Error{"smaps:2", "expected \"Rss: N kB\", found \"Rss:  many kB\"", ""});
    CHECK(error_of(header(1) + "\n").where == "smaps:2");
    CHECK(error_of(header(1) + "two words\n").where == "smaps:2");
    CHECK(error_of(header(1) + "a key: 4 kB\n").where == "smaps:2");
    CHECK(error_of(header(1) + ": 4 kB\n").where == "smaps:2");
    CHECK(error_of(header(1) + "Rss: 4 MB\n").where == "smaps:2");
    CHECK(error_of(header(1) + "Rss: -4 kB\n").where == "smaps:2");
    CHECK(error_of(header(1) + "Rss: 4 kB more\n").where == "smaps:2");
    CHECK(error_of(header(1) + "THPeligible: 2\n").where == "smaps:2");
    CHECK(error_of(header(1) + "VmFlags: rd w mr\n").where == "smaps:2");
    CHECK(error_of(std::string(smaps_sample) + "\x1b[31m\n").where == "smaps:101");
    CHECK(parse_smaps("?", "other").error().where == "other:1");
}

TEST_CASE("smaps: a malformed mapping header is an error") {
    for (const std::string_view line :
         {"1000-2000", "1000-2000 rw-p", "1000-2000 rw-p 00000000 00:00", "1000-2000 rwp 00000000 00:00 0 ",
          "1000-2000 rw-q 00000000 00:00 0 ", "1000-2000 wr-p 00000000 00:00 0 ",
          "1000-2000 rw-p 0000000g 00:00 0 ", "1000-2000 rw-p 00000000 0000 0 ",
          "1000-2000 rw-p 00000000 1000:00 0 ", "1000-2000 rw-p 00000000 00:100000 0 ",
          "1000-2000 rw-p 00000000 00:00 0x ", "1000- rw-p 00000000 00:00 0 ",
          "1000-11112222333344445 rw-p 00000000 00:00 0 ",
          "1000-2000 rw-p 00000000 00:00 18446744073709551616 "}) {
        const Error error = error_of(std::string(line) + "\n");
        CHECK(error.where == "smaps:1");
        CHECK(error.what.find("expected a mapping \"begin-end rwxp offset major:minor inode name\"") == 0);
    }
}

TEST_CASE("smaps: a number that does not fit is an error, not a wrong value") {
    CHECK(second_rss("Rss: 18014398509481984 kB\n") == std::nullopt);
    CHECK(second_rss("Rss: 18446744073709551616 kB\n") == std::nullopt);
    CHECK(second_rss("Rss: 99999999999999999999999999 kB\n") == std::nullopt);
}

TEST_CASE("smaps: sums of hostile values saturate") {
    const std::string record = "Rss: 18014398509481983 kB\n";
    const auto smaps = parse_smaps(header(1) + record + header(2) + record);
    REQUIRE(smaps.has_value());
    CHECK(smaps->rss == Bytes(UINT64_MAX));
}

TEST_CASE("smaps: of memory that is listed again, since mappings changed meanwhile, the later word counts") {
    const auto text = [](std::string_view range, int rss) {
        return std::string(range) + " rw-p 00000000 00:00 0 \nRss: " + std::to_string(rss) + " kB\n";
    };
    const auto joined =
        parse_smaps(text("1000-3000", 8) + text("3000-4000", 4) + text("2000-6000", 12)).value();
    REQUIRE(joined.mappings.size() == 2);
    CHECK(joined.mappings[0].range == range_of(0x1000, 0x2000));
    CHECK(joined.mappings[0].rss == kib(4));  // no more than fits
    CHECK(joined.mappings[1].range == range_of(0x2000, 0x6000));
    CHECK(joined.rss == kib(16));
    CHECK(joined.changed_meanwhile == 2);
    const auto again = parse_smaps(text("1000-3000", 8) + text("1000-5000", 12)).value();
    CHECK(again.mappings.size() == 1);
    CHECK(again.rss == kib(12));
    CHECK(parse_smaps(text("1000-3000", 8) + text("3000-4000", 4))->changed_meanwhile == 0);
}

TEST_CASE("smaps: mappings must ascend") {
    CHECK(error_of(header(2) + header(1)).where == "smaps:2");
    CHECK(error_of("2000-1000 rw-p 00000000 00:00 0 \n").where == "smaps:1");
    CHECK(error_of("1000-1000 rw-p 00000000 00:00 0 \n").where == "smaps:1");
    CHECK(parse_smaps(header(1) + header(2)).has_value());
}

TEST_CASE("smaps: a mapping header cut at the end names its line") {
    const Error error =
        error_of(header(1) + "Rss:                   4 kB\n2000-3000 rw-p 00000000 fe:00 12   /usr/li");
    CHECK(error.where == "smaps:3");
    CHECK(error.hint == "the text ends in the middle of this line");
}

TEST_CASE("smaps: a last record cut at the border of a field parses as it is") {
    const std::string text = header(1) + "Rss:                   4 kB\nPss:                   4 kB\n" +
                             header(2) + "Rss:                   8 kB\n";
    const auto smaps = parse_smaps(text);
    REQUIRE(smaps.has_value());
    CHECK(smaps->mappings[1].rss == kib(8));
    CHECK(smaps->mappings[1].pss == Bytes());
    CHECK(parse_smaps(std::string_view(text).substr(0, text.size() - 1))->rss == kib(12));
    CHECK(error_of(std::string_view(text).substr(0, text.size() - 2)).where == "smaps:5");
}

TEST_CASE("smaps: every prefix gives a value or an error") {
    std::size_t values = 0;
    for (std::size_t length = 0; length <= smaps_sample.size(); ++length) {
        // A copy of its own, so that a read past the end is seen.
        const std::vector<char> bytes(smaps_sample.begin(),
                                      smaps_sample.begin() + static_cast<std::ptrdiff_t>(length));
        const auto smaps = parse_smaps(std::string_view(bytes.data(), bytes.size()));
        if (smaps) {
            ++values;
        } else {
            CHECK(smaps.error().where.find("smaps:") == 0);
        }
    }
    CHECK(values >= 100);  // at least after each of the lines
}
