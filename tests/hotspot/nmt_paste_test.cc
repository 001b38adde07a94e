#include "hotspot/nmt/nmt_paste.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <variant>

#include "catch.h"

using nmtx::Bytes;
using nmtx::Delta;
using nmtx::kib;
using nmtx::mib;
using nmtx::NmtCategory;
using nmtx::NmtRefusal;
using nmtx::parse_nmt_statistics;
using nmtx::parse_pasted_nmt;
using nmtx::PastedNmt;
using nmtx::range_of;
using nmtx::UnreadText;

namespace {

PastedNmt pasted(std::string_view text) {
    auto parsed = parse_pasted_nmt(text);
    INFO((parsed ? std::string("a value") : nmtx::to_string(parsed.error())));
    REQUIRE(parsed.has_value());
    REQUIRE(std::holds_alternative<PastedNmt>(*parsed));
    return std::get<PastedNmt>(std::move(*parsed));
}

NmtCategory category_of(const PastedNmt& found, std::string_view name) {
    const NmtCategory* category = found.report.find(name);
    INFO(name);
    REQUIRE(category != nullptr);
    return *category;
}

bool misses(const PastedNmt& found, std::string_view part) {
    return std::ranges::any_of(found.missing,
                               [&](const std::string& one) { return one.find(part) != std::string::npos; });
}

constexpr std::string_view diff_of_8 =
    "4711:\n"
    "\n"
    "Native Memory Tracking:\n"
    "\n"
    "Total: reserved=1622226KB +52KB, committed=172826KB -11KB\n"
    "\n"
    "-                     Class (reserved=1056933KB +44KB, committed=749KB -20KB)\n"
    "                            (classes #681 +12)\n"
    "                            (malloc=165KB +4KB #686 +31)\n"
    "                            (mmap: reserved=1056768KB +40KB, committed=584KB -24KB)\n"
    " \n"
    "-                    Thread (reserved=41005KB +8KB, committed=41005KB +9KB)\n"
    "                            (thread #41 -2)\n"
    "                            (stack: reserved=40960KB +9KB, committed=40960KB +10KB)\n"
    "                            (malloc=20KB #9)\n"
    "                            (arena=25KB -1 #42 -4)\n"
    " \n"
    "-    Native Memory Tracking (reserved=1416KB, committed=1416KB)\n"
    "                            (malloc=140KB #2197)\n"
    "                            (tracking overhead=1275KB +7KB)\n";

}  // namespace

TEST_CASE("pasted nmt: a report with neither title nor blank lines, with remarks behind its figures") {
    const PastedNmt found = pasted(
        "Total: reserved=10019737KB, committed=997089KB (ps的VSZ)\n"
        "-                 Java Heap (reserved=8222720KB, committed=514048KB)        <1>\n"
        "                            (mmap: reserved=8222720KB, committed=514048KB) \n"
        "-                     Class (reserved=1081845KB, committed=34165KB) 存储类\n"
        "                            (classes #3085)\n"
        "                            (malloc=14837KB #3960) (peak=14900KB #4000)  # grew\n"
        "...\n"
        "Code (reserved=250763KB, committed=9551KB)，JIT\n");
    CHECK(found.has_total);
    CHECK(found.report.unit == kib(1));
    CHECK(found.report.committed == kib(997089));
    CHECK(found.report.categories.size() == 3);
    CHECK(category_of(found, "Java Heap").mmap_committed == kib(514048));
    CHECK(category_of(found, "Class").malloc_peak == kib(14900));
    CHECK(category_of(found, "Code").committed == kib(9551));
    CHECK(misses(found, "\"...\""));
    const std::vector<UnreadText> expected{{1, "(ps的VSZ)", true},
                                           {2, "<1>", true},
                                           {4, "存储类", true},
                                           {6, "# grew", true},
                                           {8, "，JIT", true}};
    CHECK(found.not_understood.texts() == expected);
    CHECK(found.lines == 8);
}

TEST_CASE("pasted nmt: what grep has let through gives its categories, and says that there is no total") {
    const PastedNmt found = pasted(
        "-                     Other (reserved=1011MB +1007MB, committed=1011MB +1007MB)\n"
        "-        Shared class space (reserved=12MB, committed=11MB, readonly=2MB)\n"
        "                 Metaspace (reserved=64MB, committed=56MB)\n");
    CHECK_FALSE(found.has_total);
    CHECK(found.report.unit == mib(1));
    CHECK(misses(found, "no line \"Total:"));
    CHECK(found.report.has_changes());
    CHECK(category_of(found, "Other").change.committed.value == 1007LL << 20);
    CHECK(category_of(found, "Shared class space").readonly == mib(2));
    CHECK(category_of(found, "Metaspace").committed == mib(56));
    CHECK(found.not_understood.empty());
}

TEST_CASE("pasted nmt: every change of a summary.diff, those of arenas in the unit of their figure") {
    const PastedNmt found = pasted(diff_of_8);
    CHECK(found.report.change.reserved == Delta{52 * 1024});
    CHECK(found.report.change.committed == Delta{-11 * 1024});
    const NmtCategory type = category_of(found, "Class");
    CHECK(type.change.reserved == Delta{44 * 1024});
    CHECK(type.change.committed == Delta{-20 * 1024});
    CHECK(type.change.classes == 12);
    CHECK(type.change.malloc == Delta{4 * 1024});
    CHECK(type.change.malloc_count == 31);
    CHECK(type.change.mmap_reserved == Delta{40 * 1024});
    CHECK(type.change.mmap_committed == Delta{-24 * 1024});
    const NmtCategory thread = category_of(found, "Thread");
    CHECK(thread.threads == 41);
    CHECK(thread.change.threads == -2);
    CHECK(thread.change.stack_committed == Delta{10 * 1024});
    CHECK(thread.arena == kib(25));
    CHECK(thread.change.arena == Delta{-1024});
    CHECK(thread.arena_count == 42);
    CHECK(thread.change.arena_count == -4);
    CHECK(thread.change.malloc == Delta{0});
    CHECK(category_of(found, "Native Memory Tracking").change.tracking_overhead == Delta{7 * 1024});
    CHECK(found.not_understood.empty());
    CHECK(misses(found, "Total") == false);
}

TEST_CASE("pasted nmt: a diff of 25 has malloc and mmap under its total, and call sites without a heading") {
    const PastedNmt found = pasted(
        "Native Memory Tracking:\n"
        "\n"
        "(Omitting categories weighting less than 1KB)\n"
        "\n"
        "Total: reserved=2032353KB +173KB, committed=239757KB +173KB\n"
        "\n"
        "malloc=45793KB +173KB #12347 +1829\n"
        "\n"
        "mmap: reserved=1986560KB, committed=193964KB\n"
        "\n"
        "-                        GC (reserved=190KB +130KB, committed=190KB +130KB)\n"
        "                            (malloc=190KB +130KB #2430 +1660)\n"
        "\n"
        "[0x00007f81410d8740]os::malloc(unsigned long, MemTag)+0x1c\n"
        "                             (malloc=190KB type=GC +130KB #2430 +1660)\n"
        "\n"
        "[0x00007f81410d8750]os::reserve(unsigned long)+0x1c\n"
        "                             (mmap: reserved=64KB +8KB, committed=60KB +4KB Type=Class)\n");
    CHECK(found.omitted_below == kib(1));
    CHECK(found.report.malloc == kib(45793));
    CHECK(found.report.change.malloc == Delta{173 * 1024});
    CHECK(found.report.change.malloc_count == 1829);
    REQUIRE(found.sites);
    REQUIRE(found.sites->sites.size() == 2);
    CHECK(found.sites->sites[0].committed_change == Delta{130 * 1024});
    CHECK(found.sites->sites[1].reserved_change == Delta{8 * 1024});
    CHECK(found.not_understood.empty());
}

TEST_CASE("pasted nmt: a detail report that begins amid its map") {
    const PastedNmt found = pasted(
        "    [0x00007f2d987d5612] java_start(Thread*)+0x132\n"
        " \n"
        "[0x00007f2d7fe01000 - 0x00007f2d7ff02000] reserved and committed 1MB for Thread Stack from\n"
        "    [0x00007f2d9892a244] JavaThread::run()+0x24\n"
        " \n"
        "[0x00007f2d86bc0000 - 0x00007f2d873c0000] reserved 8MB for Class from\n"
        "    [0x00007f2d98974bad] ReservedSpace::initialize(unsigned long)+0x23d\n"
        "\n"
        "\t[0x00007f2d86bc0000 - 0x00007f2d86fc0000] committed 4MB from\n"
        "            [0x00007f2d989745c4] VirtualSpace::expand_by(unsi");
    CHECK(found.report.unit == mib(1));
    CHECK(found.report.has_map);
    REQUIRE(found.report.regions.size() == 2);
    CHECK(found.report.regions[1].range == range_of(0x00007f2d86bc0000, 0x00007f2d873c0000));
    REQUIRE(found.report.regions[1].committed.size() == 1);
    CHECK(found.report.regions[1].committed[0] == range_of(0x00007f2d86bc0000, 0x00007f2d86fc0000));
    CHECK(misses(found, "no category"));
    CHECK(misses(found, "map"));
    CHECK_FALSE(found.sites);
    CHECK(found.not_understood.empty());
}

TEST_CASE("pasted nmt: call sites alone") {
    const PastedNmt found = pasted(
        "[0x00007f7656a13708] Unsafe_AllocateMemory0+0x86\n"
        "                             (malloc=32770KB type=Other #33)\n"
        "\n"
        "[0x00007f7656a13708] os::malloc(unsigned long)+0x158\n"
        "                             ((malloc=3312KB tag=Internal #9) (at peak))\n"
        "\n"
        "(1410 call sites weighting less than 1KB each omitted.)\n");
    REQUIRE(found.sites);
    CHECK(found.sites->sites.size() == 2);
    CHECK(found.sites->left_out == 1410);
    CHECK(found.report.categories.empty());
    CHECK_FALSE(found.report.has_map);
}

TEST_CASE("pasted nmt: the second report of a text is left to the next call") {
    const std::string_view first =
        "Total: reserved=20KB, committed=10KB\n"
        "-                      Code (reserved=20KB, committed=10KB)\n";
    for (const std::string_view second : {"Native Memory Tracking:\nTotal: reserved=40KB, committed=30KB\n",
                                          "Total: reserved=40KB, committed=30KB\n",
                                          "-                      Code (reserved=40KB, committed=30KB)\n"}) {
        CAPTURE(second);
        const PastedNmt found = pasted(std::string(first).append(second));
        CHECK(found.lines == 2);
        CHECK(category_of(found, "Code").committed == kib(10));
    }
}

TEST_CASE("pasted nmt: a line that is cut in a number is quoted, not guessed") {
    const PastedNmt found = pasted(
        "-                      Code (reserved=251877KB, committed=105201KB)\n"
        "-                        GC (reserved=230739KB, commi\n"
        "                            (malloc=34711KB #21\n"
        "-                    Symbol (reserved=17MB, committed=17");
    CHECK(found.report.categories.size() == 1);
    CHECK(category_of(found, "Code").malloc == Bytes());
    const std::vector<UnreadText> expected{
        {2, "-                        GC (reserved=230739KB, commi", false},
        {3, "                            (malloc=34711KB #21", false},
        {4, "-                    Symbol (reserved=17MB, committed=17", false}};
    CHECK(found.not_understood.texts() == expected);
}

TEST_CASE("pasted nmt: what jcmd prints around a report is no part of it, a prompt is quoted") {
    const PastedNmt found = pasted(
        "$ jcmd 6 VM.native_memory\n"
        "6:\n"
        "Baseline succeeded\n"
        "\n"
        "Native Memory Tracking:\n"
        "\n"
        "Total: reserved=20, committed=10\n");
    CHECK(found.report.unit == Bytes(1));
    CHECK(found.report.reserved == Bytes(20));
    REQUIRE(found.not_understood.texts().size() == 1);
    CHECK(found.not_understood.texts()[0].line == 1);
}

TEST_CASE("pasted nmt: the report ends where the hs_err log around it goes on") {
    const PastedNmt found = pasted(
        "Native Memory Tracking:\n"
        "\n"
        "Total: reserved=20KB, committed=10KB\n"
        "Preinit state:entries: 318 (primary: 311, empties: 7608), sum bytes: 9519, longest chain length: 2\n"
        "Code (reserved=1KB, committed=1KB)\n");
    CHECK(found.lines == 3);
    CHECK(found.report.categories.empty());
}

TEST_CASE("pasted nmt: refusals and texts of another kind") {
    const auto refused = parse_pasted_nmt("4711:\nNative memory tracking is not enabled\n");
    REQUIRE(refused.has_value());
    CHECK(std::get<NmtRefusal>(*refused).text == "Native memory tracking is not enabled");
    const auto other = parse_pasted_nmt("\nhello\n", "paste");
    REQUIRE_FALSE(other.has_value());
    CHECK(nmtx::to_string(other.error()) ==
          "paste:2: expected a line of NMT, as \"-  Class (reserved=…, committed=…)\", found 'hello'");
    CHECK_FALSE(parse_pasted_nmt("").has_value());
}

TEST_CASE("pasted nmt: every beginning of a diff gives a value or an error, and no figure of what is cut") {
    for (std::size_t n = 0; n < diff_of_8.size(); ++n) {
        const auto parsed = parse_pasted_nmt(diff_of_8.substr(0, n));
        if (!parsed) continue;
        const auto& found = std::get<PastedNmt>(*parsed);
        CAPTURE(n);
        for (const NmtCategory& category : found.report.categories) {
            const auto whole = category_of(pasted(diff_of_8), category.name);
            CHECK((category.malloc == Bytes() || category.malloc == whole.malloc));
            CHECK((category.arena == Bytes() || category.arena == whole.arena));
            CHECK(category.change.reserved == whole.change.reserved);
        }
    }
    CHECK(pasted(diff_of_8.substr(diff_of_8.find("(classes"))).report.categories.size() == 2);
}

TEST_CASE("nmt statistics: of 8 and of 28") {
    const auto old = parse_nmt_statistics(
        "1:\nNative Memory Tracking Statistics:\nMalloc allocation site table size: 511\n"
        "             Tracking stack depth: 4\n\nHash distribution:\n\tIn 511 buckets\nmin 0, max -nan%\n");
    REQUIRE(old.has_value());
    CHECK(old->table_size == 511U);
    CHECK(old->stack_depth == 4U);
    CHECK_FALSE(old->state);
    CHECK(old->not_understood.empty());
    const auto late = parse_nmt_statistics(
        "Native Memory Tracking Statistics:\nState: summary\nMalloc allocation site table size: 4099\n"
        "Bucket chain length distribution:\nunused: 3\n"
        "Preinit state:entries: 368 (primary: 368, empties: 7823), sum bytes: 54231, longest chain length: "
        "1\n"
        "pre-init mallocs: 393, pre-init reallocs: 3, pre-init frees: 25\nMallocLimit: unset\nwhat is "
        "this\n");
    REQUIRE(late.has_value());
    CHECK(late->state == "summary");
    CHECK(late->preinit_bytes == 54231U);
    REQUIRE(late->not_understood.texts().size() == 1);
    CHECK(late->not_understood.texts()[0].line == 9);
    CHECK_FALSE(parse_nmt_statistics("Native Memory Tracking:\n").has_value());
}
