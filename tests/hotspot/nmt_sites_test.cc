#include "hotspot/nmt/nmt_sites.h"

#include <string>

#include "catch.h"

using namespace nmtx;

namespace {

const std::string title = "Native Memory Tracking:\n\nTotal: reserved=100KB, committed=50KB\n";

NmtSites sites_of(const std::string& text) {
    auto sites = parse_nmt_sites(text);
    INFO((sites ? std::string("a value") : to_string(sites.error())));
    REQUIRE(sites.has_value());
    REQUIRE(sites->has_value());
    return std::move(**sites);
}

NmtSites details(const std::string& text) {
    return sites_of(title + "Details:\n\n" + text);
}

}  // namespace

TEST_CASE("call sites: JDK 8 and 11 put a blank behind the address and name the category by type=") {
    const NmtSites sites = details(
        "[0x00007f814133bcb4] Unsafe_AllocateMemory0+0xb4\n"
        "[0x00007f812060f930]\n"
        "                             (malloc=32770KB type=Other #33)\n"
        " \n"
        "[0x00007f76569b34c5]\n"
        "[0x00007f765659c8f5] JNI_CreateJavaVM+0x65\n"
        "                             (reserved=32KB, committed=16KB Type=Internal)\n"
        " \n");
    REQUIRE(sites.sites.size() == 2);
    CHECK(sites.unit == Bytes(1024));
    const NmtSite& other = sites.sites[0];
    CHECK(other.kind == NmtSiteKind::malloc);
    CHECK(other.frames ==
          std::vector<NmtFrame>{{{0x7f814133bcb4}, "Unsafe_AllocateMemory0+0xb4"}, {{0x7f812060f930}, ""}});
    CHECK(other.tag == "Other");
    CHECK(other.committed == kib(32770));
    CHECK(other.count == 33U);
    const NmtSite& internal = sites.sites[1];
    CHECK(internal.kind == NmtSiteKind::mmap);
    CHECK(internal.reserved == kib(32));
    CHECK(internal.committed == kib(16));
    CHECK(internal.tag == "Internal");
    CHECK_FALSE(internal.count.has_value());
    CHECK(sites.notes.empty());
}

TEST_CASE("call sites: JDK 17 and 21 add peaks and say how many sites were left out") {
    const NmtSites sites = details(
        "[0x00007fe11e1ce906] Unsafe_AllocateMemory0+0x86\n"
        "                             (malloc=32770KB type=Other #33) (at peak)\n\n"
        "[0x00007f2dfae8dad5]JavaMain+0x95 in libjli.so\n"
        "                             (malloc=2627KB type=Native Memory Tracking #4) (peak=2627KB #5)\n\n"
        "(1471 call sites weighting less than 1KB each omitted.)\n\n");
    REQUIRE(sites.sites.size() == 2);
    CHECK(sites.sites[1].frames[0].symbol == "JavaMain+0x95 in libjli.so");
    CHECK(sites.sites[1].tag == "Native Memory Tracking");
    CHECK(sites.sites[1].count == 4U);
    CHECK(sites.left_out == 1471);
    CHECK(sites.notes.empty());
}

TEST_CASE("call sites: JDK 25 and later double the parentheses and say tag=; in bytes there is no unit") {
    const NmtSites sites = details(
        "[0x00007f6867b45085]\n"
        "                             ((malloc=33556480 tag=Other #33) (at peak))\n\n"
        "[0x00007f687e69d5c4]ElfSection::ElfSection(_IO_FILE*, Elf64_Shdr const&)+0x74 [clone .part.0]\n"
        "                             ((malloc=3391349 tag=Internal #9) (peak=3391350 #10))\n\n"
        "[0x00007f687e947573]JNI_CreateJavaVM+0x73\n"
        "                             (reserved=4096, committed=4096 Tag=Internal)\n\n");
    REQUIRE(sites.sites.size() == 3);
    CHECK(sites.unit == Bytes(1));
    CHECK(sites.sites[0].committed == Bytes(33556480));
    CHECK(sites.sites[0].count == 33U);
    CHECK(sites.sites[1].frames[0].symbol ==
          "ElfSection::ElfSection(_IO_FILE*, Elf64_Shdr const&)+0x74 [clone .part.0]");
    CHECK(sites.sites[2].reserved == Bytes(4096));
    CHECK(sites.notes.empty());
}

TEST_CASE("call sites: detail.diff has no heading above them, and differences behind the figures") {
    const NmtSites sites = sites_of(
        title +
        "-                     Class (reserved=100KB +3KB, committed=50KB +3KB)\n"
        "                            (classes #681 +3)\n\n"
        "[0x00007f765678268b]\n"
        "                             (malloc=190KB type=Native Memory Tracking +130KB #2430 +1660)\n\n"
        "[0x00007f7656782c64]\n"
        "                             (malloc=0KB type=Other -16KB)\n\n"
        "[0x00007f7656782c65]\n"
        "                             (mmap: reserved=64KB, committed=24KB -8KB Type=Class)\n\n"
        "[0x00007f7656782c66]\n"
        "                             (12KB -6KB #22 -11)\n\n");
    REQUIRE(sites.sites.size() == 4);
    CHECK(sites.sites[3].tag == "Thread");
    CHECK(sites.sites[3].frames.size() == 1);
    CHECK(sites.sites[3].committed == kib(12));
    CHECK(sites.sites[3].committed_change.value == -6 * 1024);
    CHECK(sites.sites[3].count_change == -11);
    CHECK(sites.sites[0].tag == "Native Memory Tracking");
    CHECK(sites.sites[0].committed_change.value == 130 * 1024);
    CHECK(sites.sites[0].count == 2430U);
    CHECK(sites.sites[0].count_change == 1660);
    CHECK(sites.sites[1].committed_change.value == -16 * 1024);
    CHECK_FALSE(sites.sites[1].count.has_value());
    CHECK(sites.sites[2].committed_change.value == -8 * 1024);
    CHECK(sites.sites[2].reserved_change.value == 0);
    CHECK(sites.sites[2].tag == "Class");
    CHECK(sites.notes.empty());
}

TEST_CASE("call sites: frames of the memory map are not taken for sites") {
    const NmtSites sites =
        sites_of(title +
                 "Virtual memory map:\n\n"
                 "[0x0000000000001000 - 0x0000000000002000] reserved 4KB for Code from\n"
                 "    [0x00007f7656a13708] ReservedSpace::initialize(unsigned long)+0x198\n\n"
                 "Details:\n\n[BOOTSTRAP]\n  (malloc=1KB type=Other #1)\n");
    REQUIRE(sites.sites.size() == 1);
    CHECK(sites.sites[0].frames == std::vector<NmtFrame>{{{0}, "[BOOTSTRAP]"}});
}

TEST_CASE("call sites: a summary, a refusal and nothing at all have none") {
    for (const std::string& text : {title, std::string("Detail tracking is not enabled\n"), std::string(),
                                    title + "Virtual memory map:\n[0x0000000000001000] f+0x1\n"}) {
        const auto sites = parse_nmt_sites(text);
        REQUIRE(sites.has_value());
        CHECK_FALSE(sites->has_value());
    }
    CHECK(details("").sites.empty());
}

TEST_CASE("call sites: figures that cannot be read name their line, a line that is cut is a note") {
    const std::string before = title + "Details:\n\n[0x00007f7656782c65] f+0x1\n";
    for (const std::string bad : {"(malloc=twelve type=Other #1)", "(malloc=99999999999999999999KB #1)",
                                  "(malloc=12KB type=Other #1", "(reserved=1KB)", "(mmap: nothing)"}) {
        const auto sites = parse_nmt_sites(before + bad + "\n", "detail");
        INFO(bad);
        REQUIRE_FALSE(sites.has_value());
        CHECK(sites.error().where == "detail:7");
        const NmtSites cut = sites_of(before + bad);
        CHECK(cut.sites.empty());
        CHECK(cut.notes.size() == 1);
    }
    CHECK_FALSE(parse_nmt_sites(before + "[0xnonsense\n  (malloc=1KB #1)\n").value()->notes.empty());
    CHECK_FALSE(parse_nmt_sites(before + "[0xg] f\n").has_value());
    CHECK(details("[0x0000000000000001] f+0x1\n").notes.size() == 1);
}

TEST_CASE("call sites: frames whose figures are not understood are not given to the site that follows") {
    const NmtSites sites = details(
        "[0x0000000000000001] f+0x1\n  (something new)\n\n[0x0000000000000002] g+0x1\n  (malloc=1KB #1)\n");
    REQUIRE(sites.sites.size() == 1);
    CHECK(sites.sites[0].frames.size() == 1);
    CHECK(sites.notes.size() == 1);
}

TEST_CASE("call sites: every prefix of a report gives a value or an error, and never more than the whole") {
    const std::string whole = title +
                              "Details:\n\n[0x00007f814133bcb4] Unsafe_AllocateMemory0+0xb4\n"
                              "   (malloc=32770KB type=Other #33) (at peak)\n\n"
                              "[0x00007f814133bcb5]f+0x1\n   (reserved=32KB, committed=16KB Tag=Internal)\n";
    for (std::size_t n = 0; n < whole.size(); ++n) {
        const auto sites = parse_nmt_sites(std::string_view(whole).substr(0, n));
        INFO(n);
        REQUIRE(sites.has_value());
        if (sites->has_value()) CHECK((*sites)->sites.size() <= 2);
    }
}
