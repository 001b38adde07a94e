#include "hotspot/nmt/nmt.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <variant>

#include "catch.h"

using nmtx::Bytes;
using nmtx::kib;
using nmtx::mib;
using nmtx::NmtCategory;
using nmtx::NmtRefusal;
using nmtx::NmtReport;
using nmtx::parse_nmt;
using nmtx::range_of;

namespace {

NmtReport report_of(std::string_view text) {
    auto parsed = parse_nmt(text);
    INFO((parsed ? std::string("a value") : nmtx::to_string(parsed.error())));
    REQUIRE(parsed.has_value());
    REQUIRE(std::holds_alternative<NmtReport>(*parsed));
    return std::get<NmtReport>(std::move(*parsed));
}

std::string nmt_error(std::string_view text) {
    const auto parsed = parse_nmt(text);
    REQUIRE_FALSE(parsed.has_value());
    return nmtx::to_string(parsed.error());
}

std::string refusal_of(std::string_view text) {
    const auto parsed = parse_nmt(text);
    REQUIRE(parsed.has_value());
    REQUIRE(std::holds_alternative<NmtRefusal>(*parsed));
    return std::get<NmtRefusal>(*parsed).text;
}

bool has_note(const NmtReport& report, std::string_view part) {
    return std::ranges::any_of(report.notes,
                               [&](const std::string& note) { return note.find(part) != std::string::npos; });
}

// JDK 8 separates categories by a line of one blank and puts sub-ranges behind a TAB.
constexpr std::string_view jdk8_detail =
    "\n"
    "Native Memory Tracking:\n"
    "\n"
    "Total: reserved=1622226KB, committed=172826KB\n"
    "-                 Java Heap (reserved=524288KB, committed=131072KB)\n"
    "                            (mmap: reserved=524288KB, committed=131072KB) \n"
    " \n"
    "-                     Class (reserved=1056933KB, committed=749KB)\n"
    "                            (classes #681)\n"
    "                            (malloc=165KB #686) \n"
    "                            (mmap: reserved=1056768KB, committed=584KB) \n"
    " \n"
    "-                    Thread (reserved=41005KB, committed=41005KB)\n"
    "                            (thread #41)\n"
    "                            (stack: reserved=40960KB, committed=40960KB)\n"
    "                            (arena=45KB #78)\n"
    " \n"
    "Virtual memory map:\n"
    " \n"
    "[0x00000000e0000000 - 0x0000000100000000] reserved 524288KB for Java Heap from\n"
    "    [0x00007f7656a13708] ReservedSpace::initialize(unsigned long, bool, char*)+0x198\n"
    "\n"
    "\t[0x00000000e0000000 - 0x00000000e8000000] committed 131072KB from\n"
    "            [0x00007f7656a12f2c] VirtualSpace::expand_by(unsigned long, bool)+0x1ec\n"
    " \n"
    "[0x00007f75fd800000 - 0x00007f75fd900000] reserved and committed 1024KB for Thread Stack from\n"
    "    [0x00007f7656a13708]\n"
    " \n"
    "Details:\n"
    "\n"
    "[0x00007f7656a13708] os::malloc(unsigned long)+0x158\n"
    "                             (malloc=32770KB type=Internal #33)\n";

constexpr std::string_view jdk17_summary =
    "\n"
    "Native Memory Tracking:\n"
    "\n"
    "(Omitting categories weighting less than 1KB)\n"
    "\n"
    "Total: reserved=1048778KB, committed=330KB\n"
    "       malloc: 202KB #7738\n"
    "       mmap:   reserved=1048576KB, committed=128KB\n"
    "\n"
    "-                     Class (reserved=1048656KB, committed=208KB)\n"
    "                            (classes #604)\n"
    "                            (  instance classes #503, array classes #101)\n"
    "                            (malloc=80KB #718) (peak=85KB #719) \n"
    "                            (mmap: reserved=1048576KB, committed=128KB) \n"
    "                            (  Metadata:   )\n"
    "                            (    reserved=65536KB, committed=256KB)\n"
    "                            (    used=141KB)\n"
    "                            (    waste=115KB =45,07%)\n"
    "                            (  Class space:)\n"
    "                            (    reserved=1048576KB, committed=128KB)\n"
    "                            (    used=5KB)\n"
    "                            (    waste=123KB =96.17%)\n"
    " \n"
    "-    Native Memory Tracking (reserved=122KB, committed=122KB)\n"
    "                            (malloc=6KB #80) (at peak) \n"
    "                            (tracking overhead=116KB)\n"
    " \n";

// Regions from high to low addresses, a wholly committed one that repeats itself, no " from" where a stack
// was measured.
constexpr std::string_view jdk21_detail =
    "Native Memory Tracking:\n"
    "\n"
    "Total: reserved=1056, committed=1056\n"
    "       malloc: 1056 #3\n"
    "       mmap:   reserved=0, committed=0\n"
    "\n"
    "-        Shared class space (reserved=96, committed=96, readonly=12)\n"
    "                            (malloc=96 #2) (at peak) \n"
    " \n"
    "-                    Thread (reserved=960, committed=960)\n"
    "                            (threads #40)\n"
    "                            (stack: reserved=0, committed=0, peak=2187264)\n"
    "                            (malloc=900 #245) (peak=115024 #369) \n"
    "                            (arena=60 #79) (peak=857680 #72)\n"
    " \n"
    "-                   Unknown (reserved=0, committed=0)\n"
    "                            (mmap: reserved=0, committed=0, peak=20480) \n"
    " \n"
    "Virtual memory map:\n"
    " \n"
    "[0x00007f2dfaebc000 - 0x00007f2dfaebd000] reserved and committed 4096 for Internal from\n"
    "    [0x00007f2df9f0c8a1]PerfMemory::create_memory_region(unsigned long)+0x61\n"
    "\n"
    "\t[0x00007f2dfaebc000 - 0x00007f2dfaebd000] committed 4096 from\n"
    "            [0x00007f2df9f0c8a1]os::commit_memory(char*, unsigned long, bool)+0x1c\n"
    " \n"
    "[0x00007f2df9100000 - 0x00007f2df9200000] reserved 1048576 for Thread Stack from\n"
    "    [0x00007f2df9f0c8a1]thread_native_entry(Thread*)+0xd8\n"
    "\n"
    "\t[0x00007f2df9100000 - 0x00007f2df9104000] committed 16384 from\n"
    "            [0x00007f2df9f0c8a1]StackOverflow::create_stack_guard_pages()+0x57\n"
    "\n"
    "\t[0x00007f2df91e5000 - 0x00007f2df9200000] committed 110592 \n"
    " \n"
    "Details:\n"
    "\n";

constexpr std::string_view jdk25_detail =
    "Native Memory Tracking:\n"
    "\n"
    "(Omitting categories weighting less than 1KB)\n"
    "\n"
    "Total: reserved=4194402KB, committed=131170KB\n"
    "       malloc: 98KB #1371, peak=120KB #1454\n"
    "       mmap:   reserved=4194304KB, committed=131072KB\n"
    "\n"
    "-                 Java Heap (reserved=4194304KB, committed=131072KB)\n"
    "                            (mmap: reserved=4194304KB, committed=131072KB, at peak)\n"
    "\n"
    "-    Native Memory Tracking (reserved=98KB, committed=98KB)\n"
    "                            (malloc=98KB tag=Native Memory Tracking #1371) (at peak)\n"
    "                            (arena=0KB #0) (peak=33KB #1)\n"
    "\n"
    "Virtual memory map:\n"
    "\n"
    "[0x0000040000000000 - 0x0000040100000000] reserved 4194304KB for Java Heap from\n"
    "    [0x00007f0229db82b3]ZVirtualMemoryReserver::reserve(unsigned long)+0x43\n"
    "\n"
    "[0x0000000014000000 - 0x0000000015000000] reserved 16384KB for Shared class space\n"
    "\n"
    "        [0x0000000014000000 - 0x0000000014001000] committed 4KB from\n"
    "            [0x00007f02292d327f]AOTMetaspace::map_archives(FileMapInfo*)+0x12f\n"
    "\n"
    "        [0x0000000014001000 - 0x0000000014ea8000] committed 15004KB from\n"
    "            [0x00007f02292d327f]FileMapInfo::map_regions(int*, int)+0x12f\n"
    "\n"
    "Memory file details\n"
    "\n"
    "Memory map of ZGC heap backing file\n"
    "\n"
    "[0x0000000000000000 - 0x0000000008000000] allocated 131072KB for Java Heap from\n"
    "    [0x00007f0229db82b3]ZPhysicalMemoryManager::commit(ZVirtualMemory const&)+0xe3\n"
    "\n"
    "Details:\n"
    "\n"
    "[0x00007f0213b44fa9]\n"
    "                             ((malloc=32770KB tag=Other #33) (at peak))\n";

constexpr std::string_view jdk25_diff =
    "Native Memory Tracking:\n"
    "\n"
    "Total: reserved=262KB +128KB, committed=262KB -3KB\n"
    "\n"
    "malloc=262KB +128KB #9204 +145\n"
    "\n"
    "mmap: reserved=0KB, committed=0KB\n"
    "\n"
    "-                     Class (reserved=262KB +128KB, committed=262KB -3KB)\n"
    "                            (classes #1119 +3)\n"
    "                            (malloc=162KB +18KB #1427 +239)\n"
    "                            (arena=100KB -2 #42 -4)\n"
    "                            (  Metadata)\n"
    "                           : (  Class space)\n"
    "                            (    used=513KB -1KB)\n"
    "\n"
    "[0x00007f0213b44fa9]os::malloc(unsigned long, MemTag)+0x1c\n"
    "                             (malloc=190KB type=Native Memory Tracking +130KB #2430 +1660)\n";

constexpr std::string_view head =
    "Native Memory Tracking:\n\nTotal: reserved=0KB, committed=0KB\nVirtual memory map:\n";

std::string hex_line(std::uint64_t begin, std::uint64_t end, std::string_view what) {
    static constexpr std::string_view digits = "0123456789abcdef";
    const auto hex = [](std::uint64_t value) {
        std::string text(16, '0');
        for (std::size_t i = 16; i-- > 0; value >>= 4U) text[i] = digits[value & 15U];
        return text;
    };
    return "[0x" + hex(begin) + " - 0x" + hex(end) + "] " + std::string(what) + "\n";
}

}  // namespace

TEST_CASE("nmt: a JDK 8 detail report, with a TAB before committed ranges") {
    const NmtReport report = report_of(jdk8_detail);
    CHECK(report.unit == Bytes(1024));
    CHECK(report.reserved == kib(1622226));
    CHECK(report.committed == kib(172826));
    CHECK_FALSE(report.malloc.has_value());
    REQUIRE(report.categories.size() == 3);
    const NmtCategory* java_class = report.find("Class");
    REQUIRE(java_class != nullptr);
    CHECK(java_class->classes == 681U);
    CHECK(java_class->malloc == kib(165));
    CHECK(java_class->malloc_count == 686U);
    CHECK(java_class->mmap_committed == kib(584));
    const NmtCategory* thread = report.find("Thread");
    REQUIRE(thread != nullptr);
    CHECK(thread->threads == 41U);
    CHECK(thread->stack_reserved == kib(40960));
    CHECK(thread->stack_committed == kib(40960));
    CHECK(thread->mmap_reserved == Bytes());
    CHECK(thread->arena == kib(45));
    CHECK(thread->arena_count == 78U);
    CHECK(report.malloc_total() == kib(165 + 45));
    CHECK(report.has_map);
    REQUIRE(report.regions.size() == 2);
    CHECK(report.regions[0].tag == "Java Heap");
    CHECK(report.regions[0].range == range_of(0xe0000000, 0x100000000));
    CHECK_FALSE(report.regions[0].wholly_committed);
    REQUIRE(report.regions[0].committed.size() == 1);
    CHECK(report.regions[0].committed[0] == range_of(0xe0000000, 0xe8000000));
    CHECK(report.regions[1].tag == "Thread Stack");
    CHECK(report.regions[1].wholly_committed);
    REQUIRE(report.regions[1].committed.size() == 1);
    CHECK(report.regions[1].committed[0] == report.regions[1].range);
    CHECK(report.notes.empty());
}

TEST_CASE("nmt: the first JDK 8 puts commas before counts and two blanks into the total") {
    const NmtReport report = report_of(
        "Native Memory Tracking:\n"
        "Total:  reserved=512KB,  committed=485KB\n"
        "-                     Class (reserved=512KB, committed=485KB)\n"
        "                            (malloc=424KB, #1000)\n"
        "                            (arena=61KB, #30)\n");
    CHECK(report.reserved == kib(512));
    CHECK(report.categories.at(0).malloc_count == 1000U);
    CHECK(report.categories.at(0).arena_count == 30U);
    CHECK(report.notes.empty());
}

TEST_CASE("nmt: a JDK 17 summary; metadata lines add nothing to category Class") {
    const NmtReport report = report_of(jdk17_summary);
    CHECK(report.malloc == kib(202));
    CHECK(report.malloc_count == 7738U);
    CHECK(report.mmap_reserved == kib(1048576));
    CHECK(report.mmap_committed == kib(128));
    const NmtCategory* java_class = report.find("Class");
    REQUIRE(java_class != nullptr);
    CHECK(java_class->committed == kib(208));
    CHECK(java_class->malloc_peak == kib(85));
    CHECK(java_class->mmap_reserved == kib(1048576));
    const NmtCategory* nmt = report.find("Native Memory Tracking");
    REQUIRE(nmt != nullptr);
    CHECK(nmt->malloc_peak == kib(6));
    CHECK(nmt->tracking_overhead == kib(116));
    CHECK(report.malloc_total() == kib(202));
    CHECK_FALSE(report.has_map);
    CHECK(report.find("Metadata") == nullptr);
    CHECK(report.notes.empty());
}

TEST_CASE("nmt: a JDK 21 detail report in bytes, printed from high addresses to low ones") {
    const NmtReport report = report_of(jdk21_detail);
    CHECK(report.unit == Bytes(1));
    CHECK(report.find("Shared class space")->readonly == Bytes(12));
    CHECK(report.find("Thread")->stack_committed == Bytes());
    CHECK(report.find("Thread")->malloc == Bytes(900));
    REQUIRE(report.find("Unknown") != nullptr);
    REQUIRE(report.regions.size() == 2);
    CHECK(report.regions[0].tag == "Thread Stack");
    REQUIRE(report.regions[0].committed.size() == 2);
    CHECK(report.regions[0].committed[0] == range_of(0x7f2df9100000, 0x7f2df9104000));
    CHECK(report.regions[0].committed[1] == range_of(0x7f2df91e5000, 0x7f2df9200000));
    CHECK(report.regions[1].wholly_committed);
    CHECK(report.regions[1].committed.size() == 1);
    CHECK(report.notes.empty());
}

TEST_CASE("nmt: a JDK 25 report has tags, peaks and file ranges; eight blanks before committed ranges") {
    const NmtReport report = report_of(jdk25_detail);
    CHECK(report.malloc == kib(98));
    CHECK(report.malloc_count == 1371U);
    const NmtCategory* nmt = report.find("Native Memory Tracking");
    REQUIRE(nmt != nullptr);
    CHECK(nmt->malloc == kib(98));
    CHECK(nmt->malloc_count == 1371U);
    CHECK(nmt->malloc_peak == kib(98));
    CHECK(nmt->arena_count == 0U);
    REQUIRE(report.regions.size() == 2);
    CHECK(report.regions[0].tag == "Shared class space");
    CHECK(report.regions[0].committed.size() == 2);
    CHECK(report.regions[1].tag == "Java Heap");
    CHECK(report.regions[1].committed.empty());
    REQUIRE(report.files.size() == 1);
    CHECK(report.files[0].file == "ZGC heap backing file");
    CHECK(report.files[0].begin == 0);
    CHECK(report.files[0].end == 0x8000000);
    CHECK(report.files[0].tag == "Java Heap");
    CHECK(report.notes.empty());
}

TEST_CASE("nmt: a diff gives its current figures, and its call sites are not taken for lines of a category") {
    const NmtReport report = report_of(jdk25_diff);
    CHECK(report.reserved == kib(262));
    CHECK(report.committed == kib(262));
    CHECK(report.malloc == kib(262));
    CHECK(report.malloc_count == 9204U);
    const NmtCategory& category = report.categories.at(0);
    CHECK(category.classes == 1119U);
    CHECK(category.malloc == kib(162));
    CHECK(category.malloc_count == 1427U);
    CHECK(category.arena == kib(100));
    CHECK(category.arena_count == 42U);
    CHECK(report.notes.empty());
}

TEST_CASE("nmt: each figure carries its own unit") {
    const NmtReport report = report_of(
        "Native Memory Tracking:\n"
        "Total: reserved=2340MB, committed=1237MB\n"
        "-                 Java Heap (reserved=2GB, committed=1MB)\n"
        "                            (mmap: reserved=2097152KB, committed=1048576)\n"
        "-                      Code (reserved=7B, committed=7bytes)\n");
    CHECK(report.unit == mib(1));
    CHECK(report.reserved == mib(2340));
    CHECK(report.categories.at(0).reserved == mib(2048));
    CHECK(report.categories.at(0).mmap_reserved == mib(2048));
    CHECK(report.categories.at(0).mmap_committed == mib(1));
    CHECK(report.categories.at(1).committed == Bytes(7));
    CHECK(report_of("Total: reserved=2GB, committed=1GB\n").unit == mib(1024));
}

TEST_CASE("nmt: text around a report is skipped, and remarks behind figures do no harm") {
    const NmtReport report = report_of(
        "$ jcmd 71 VM.native_memory\r\n"
        "71:\r\n"
        "\r\n"
        "Native Memory Tracking:\r\n"
        "\r\n"
        "Total: reserved=10KB, committed=10KB () the whole   <1>\r\n"
        "-                     Class (reserved=10KB, committed=10KB)   # classes <2>\r\n"
        "                            (classes #604)  more\r\n"
        "...\r\n");
    CHECK(report.reserved == kib(10));
    CHECK(report.categories.at(0).classes == 604U);
    REQUIRE(report.notes.size() == 1);
    CHECK(report.notes[0] == "nmt:9: line not understood: '...'");
}

TEST_CASE("nmt: inside VM.info and an hs_err log the summary ends where the next section begins") {
    const std::string text = "Native Memory Tracking:\n\nTotal: reserved=0KB, committed=0KB\n\n";
    CHECK(
        report_of(text + "Preinit state:entries: 333 (primary: 333)\npre-init mallocs: 352\n").notes.empty());
    CHECK(report_of(text + "---------------  S Y S T E M  ---------------\n\nOS: Debian\n").notes.empty());
}

TEST_CASE("nmt: an answer that is no report is a refusal with its words") {
    CHECK(refusal_of("Native memory tracking is not enabled\n") == "Native memory tracking is not enabled");
    CHECK(refusal_of("4638:\nDetail tracking is not enabled\n") == "Detail tracking is not enabled");
    CHECK(refusal_of("Incorrect scale value: b\n") == "Incorrect scale value: b");
    CHECK(refusal_of("No baseline for comparison") == "No baseline for comparison");
    CHECK(refusal_of("At most one of the following option can be specified: summary, detail\n") ==
          "At most one of the following option can be specified: summary, detail");
    CHECK(refusal_of("71:\n\njava.lang.IllegalArgumentException: Unknown argument\n") ==
          "java.lang.IllegalArgumentException: Unknown argument");
    CHECK(refusal_of("a\nb\nc") == "a\nb\nc");
    CHECK(refusal_of(std::string(5000, 'x')).size() == 200);
    std::string wide;
    for (int i = 0; i < 300; ++i) wide += "\xE2\x82\xAC";
    CHECK(refusal_of(wide).size() == 198);  // whole characters only
}

TEST_CASE("nmt: an empty text and a title without a total are errors") {
    CHECK(nmt_error("").find("empty text") != std::string::npos);
    CHECK(nmt_error(" \n\n").find("empty text") != std::string::npos);
    CHECK(
        nmt_error("Native Memory Tracking:\n\n(Omitting categories").find("nmt:3: expected a line 'Total:") ==
        0);
    CHECK(nmt_error("Native Memory Tracking:\nTotal: reserved=12, committed=34").find("nmt:2") == 0);
    CHECK(nmt_error("Native Memory Tracking:\nTotal: reserved=12KB, committed=34\n").find("nmt:2") == 0);
}

TEST_CASE("nmt: figures that cannot be trusted are errors that name the line") {
    const std::string total = "Native Memory Tracking:\nTotal: reserved=9KB, committed=9KB\n";
    CHECK(nmt_error("Native Memory Tracking:\nTotal: reserved=0x9KB, committed=9KB\n").find("nmt:2") == 0);
    CHECK(nmt_error(total + total.substr(24)).find("nmt:3: expected one line 'Total:'") == 0);
    CHECK(nmt_error(total + "- Code (reserved=9KB, committed=-1KB)\n").find("nmt:3") == 0);
    CHECK(nmt_error(total + "- Code (reserved=9KB, committed=9KiB)\n").find("nmt:3") == 0);
    CHECK(nmt_error(total + "- Code (reserved=18446744073709551616, committed=9KB)\n").find("nmt:3") == 0);
    CHECK(nmt_error(total + "- Code (reserved=18014398509481984KB, committed=9KB)\n").find("nmt:3") == 0);
    CHECK(nmt_error(total + "- Code (reserved=" + std::string(40, '9') + "KB, committed=9KB)\n")
              .find("nmt:3") == 0);
    const std::string code = total + "- Code (reserved=9KB, committed=9KB)\n";
    CHECK(nmt_error(code + "- Code (reserved=9KB, committed=9KB)\n")
              .find("nmt:4: expected each category once") == 0);
    CHECK(nmt_error(code + "  (malloc=99999999999999999999999KB #1)\n").find("nmt:4") == 0);
    CHECK(nmt_error(code + "  (malloc=9KB #18446744073709551616)\n").find("nmt:4") == 0);
    CHECK(nmt_error(code + "  (malloc=9KB #1)\n  (malloc=9KB #1)\n").find("nmt:5") == 0);
    CHECK(nmt_error(code + "  (mmap: reserved=9KB committed=9KB)\n").find("nmt:4") == 0);
    CHECK(nmt_error(code + "  (thread #)\n").find("nmt:4") == 0);
}

TEST_CASE("nmt: a report whose categories do not sum to its total says so") {
    const NmtReport bytes = report_of("Total: reserved=9, committed=9\n- Code (reserved=9, committed=8)\n");
    CHECK(has_note(bytes, "the categories sum to 9 bytes reserved and 8 committed"));
    const NmtReport rounded =
        report_of("Total: reserved=9KB, committed=9KB\n- Code (reserved=9KB, committed=8KB)\n");
    CHECK(rounded.notes.empty());
}

TEST_CASE("nmt: of two reports in one text the first is read and the second is told of") {
    const NmtReport report = report_of(std::string(jdk8_detail) + std::string(jdk17_summary));
    CHECK(report.find("Native Memory Tracking") == nullptr);
    CHECK(has_note(report, "another report begins"));
    CHECK(has_note(report_of(std::string(jdk17_summary) + std::string(jdk17_summary)),
                   "another report begins here"));
}

TEST_CASE("nmt: committed ranges are cut to their region and joined where they overlap") {
    const NmtReport report = report_of(
        std::string(head) + hex_line(0x1000, 0x9000, "reserved 32KB for GC from") +
        hex_line(0x3000, 0x5000, "committed 8KB from") + hex_line(0x8000, 0xb000, "committed 12KB from") +
        hex_line(0x1000, 0x4000, "committed 12KB") + "Details:\n");
    REQUIRE(report.regions.size() == 1);
    CHECK(report.regions[0].committed == std::vector{range_of(0x1000, 0x5000), range_of(0x8000, 0x9000)});
    CHECK(has_note(report, "nmt:7: a committed range reaches beyond its region"));
    CHECK(has_note(report, "nmt:5: committed ranges of region 0x1000-0x9000 overlap"));
}

TEST_CASE("nmt: regions that overlap are made disjoint, the lower one wins") {
    const NmtReport report = report_of(std::string(head) + hex_line(0x3000, 0x7000, "reserved 16KB for GC") +
                                       hex_line(0x2000, 0x7000, "committed 20KB") +
                                       hex_line(0x1000, 0x4000, "reserved and committed 12KB for Code") +
                                       hex_line(0x2000, 0x3000, "reserved 4KB for Class") + "Details:\n");
    REQUIRE(report.regions.size() == 2);
    CHECK(report.regions[0].tag == "Code");
    CHECK(report.regions[0].range == range_of(0x1000, 0x4000));
    CHECK(report.regions[1].tag == "GC");
    CHECK(report.regions[1].range == range_of(0x4000, 0x7000));
    CHECK(report.regions[1].committed == std::vector{range_of(0x4000, 0x7000)});
    CHECK(has_note(report, "region 0x2000-0x3000 ('Class') overlaps"));
    CHECK(has_note(report, "region 0x3000-0x7000 ('GC') overlaps"));
}

TEST_CASE("nmt: odd lines of a map are errors where addresses are lost, notes where not") {
    const std::string text(head);
    CHECK(nmt_error(text + hex_line(0x2000, 0x1000, "reserved 4KB for GC")).find("nmt:5") == 0);
    CHECK(nmt_error(text + "[0x" + std::string(40, 'f') + " - 0x1000] reserved 4KB for GC\n").find("nmt:5") ==
          0);
    CHECK(nmt_error(text + hex_line(0x1000, 0x2000, "reserved 4KB for ")).find("nmt:5") == 0);
    CHECK(nmt_error(text + hex_line(0x1000, 0x2000, "reserved 4KB")).find("nmt:5") == 0);
    CHECK(nmt_error(text + hex_line(0x1000, 0x2000, "reserved 4 furlongs for GC")).find("nmt:5") == 0);
    CHECK(nmt_error(text + hex_line(0x1000, 0x2000, "reserved for GC")).find("nmt:5") == 0);
    const NmtReport report = report_of(text + hex_line(0x1000, 0x2000, "committed 4KB from") +
                                       hex_line(0x1000, 0x1000, "reserved 0KB for GC") +
                                       hex_line(0x1000, 0x2000, "forgotten 4KB for GC") +
                                       hex_line(0x1000, 0x2000, "reserved 400KB for GC") + "what is this\n");
    CHECK(has_note(report, "nmt:5: a committed range outside any region"));
    CHECK(has_note(report, "nmt:6: an empty region"));
    CHECK(has_note(report, "nmt:7: line not understood"));
    CHECK(has_note(report, "nmt:8: the size does not fit"));
    CHECK(has_note(report, "nmt:9: line not understood: 'what is this'"));
    CHECK(has_note(report, "'Details:' does not follow"));
    CHECK(report.regions.size() == 1);
}

TEST_CASE("nmt: a map in a coarse scale is told to have holes") {
    CHECK(has_note(report_of("Total: reserved=0MB, committed=0MB\nVirtual memory map:\nDetails:\n"),
                   "the map has holes"));
}

TEST_CASE("nmt: notes are bounded and printable") {
    std::string text(head);
    for (int i = 0; i < 1000; ++i) text += "\x1b[31m" + std::string(1000, 'y') + "\n";
    const NmtReport report = report_of(text);
    REQUIRE(report.notes.size() == 51);
    CHECK(report.notes.back() == "nmt: 951 further notes left out");
    CHECK(report.notes[0].size() < 200);
    CHECK(report.notes[0].find('\x1b') == std::string::npos);
}

TEST_CASE("nmt: a hundred thousand regions in descending order come out ascending") {
    std::string text(head);
    constexpr std::uint64_t count = 100'000;
    for (std::uint64_t i = count; i > 0; --i) {
        text += hex_line(i * 0x2000, i * 0x2000 + 0x1000, "reserved and committed 4KB for Thread Stack from");
    }
    const NmtReport report = report_of(text + "Details:\n");
    REQUIRE(report.regions.size() == count);
    CHECK(report.regions.front().range == range_of(0x2000, 0x3000));
    CHECK(report.regions.back().range == range_of(count * 0x2000, count * 0x2000 + 0x1000));
    CHECK(report.notes.empty());
}

TEST_CASE("nmt: every prefix of a report gives an error, a refusal or figures of the whole one") {
    for (const std::string_view text : {jdk8_detail, jdk17_summary, jdk21_detail, jdk25_detail, jdk25_diff}) {
        const NmtReport whole = report_of(text);
        for (std::size_t length = 0; length < text.size(); ++length) {
            const auto parsed = parse_nmt(text.substr(0, length));
            if (!parsed || !std::holds_alternative<NmtReport>(*parsed)) continue;
            const NmtReport& part = std::get<NmtReport>(*parsed);
            CAPTURE(text.substr(0, length));
            bool same =
                part.reserved == whole.reserved && part.committed == whole.committed &&
                part.categories.size() <= whole.categories.size() &&
                part.malloc.value_or(whole.malloc.value_or(Bytes())) == whole.malloc.value_or(Bytes()) &&
                part.mmap_committed.value_or(whole.mmap_committed.value_or(Bytes())) ==
                    whole.mmap_committed.value_or(Bytes());
            for (std::size_t i = 0; same && i < part.categories.size(); ++i) {
                const NmtCategory& a = part.categories[i];
                const NmtCategory& b = whole.categories[i];
                same = a.name == b.name && a.committed == b.committed &&
                       (a.malloc == Bytes() || a.malloc == b.malloc) &&
                       (!a.malloc_count || a.malloc_count == b.malloc_count) &&
                       (!a.malloc_peak || a.malloc_peak == b.malloc_peak) &&
                       (a.arena == Bytes() || a.arena == b.arena) &&
                       (a.mmap_committed == Bytes() || a.mmap_committed == b.mmap_committed) &&
                       (!a.stack_committed || a.stack_committed == b.stack_committed) &&
                       (!a.threads || a.threads == b.threads) && (!a.classes || a.classes == b.classes);
            }
            for (const nmtx::NmtRegion& region : part.regions) {
                same = same && std::ranges::any_of(whole.regions, [&](const nmtx::NmtRegion& other) {
                           return other.range == region.range && other.tag == region.tag;
                       });
            }
            REQUIRE(same);
        }
    }
}
