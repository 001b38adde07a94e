#include "hotspot/replies.h"

#include <string>
#include <string_view>

#include "catch.h"
#include "hotspot/areas/system_map.h"

using namespace nmtx;

TEST_CASE("replies: uptime, with and without the date") {
    CHECK(parse_vm_uptime("7296:\n5.347 s\n")->seconds == 5 + 0.347);
    const auto dated = parse_vm_uptime("2026-11-22T20:16:28.906+0000: 9.037 s\n");
    REQUIRE(dated.has_value());
    CHECK(dated->seconds == 9 + 0.037);
    CHECK(dated->date == "2026-11-22T20:16:28.906+0000");
    const auto other = parse_vm_uptime("7296:\nhello\n", "VM.uptime");
    REQUIRE_FALSE(other.has_value());
    CHECK(to_string(other.error()) == "VM.uptime:2: expected \"5.347 s\", found \"hello\"");
}

TEST_CASE("replies: flags of VM.flags, of a command line and of an hs_err log") {
    const auto flags = parse_vm_flags(
        "4711:\n-XX:CICompilerCount=2 -XX:MaxHeapSize=536870912 -XX:+UseG1GC -XX:-UseNUMA \n"
        "   size_t CompressedClassSpaceSize                 = 1073741824                                "
        "{product} "
        "{default}\n"
        "    ccstr ErrorFile                                = /tmp/a b.log            {product} {command "
        "line}\n"
        "-XX:MaxMetaspaceSize=1g -XX:MaxDirectMemorySize=12x\n");
    REQUIRE(flags.has_value());
    CHECK(flags->size("MaxHeapSize") == Bytes(536870912));
    CHECK(flags->find("UseG1GC") == "true");
    CHECK(flags->find("UseNUMA") == "false");
    CHECK(flags->size("CompressedClassSpaceSize") == mib(1024));
    CHECK(flags->find("ErrorFile") == "/tmp/a b.log");
    CHECK(flags->size("MaxMetaspaceSize") == mib(1024));
    CHECK_FALSE(flags->size("MaxDirectMemorySize"));
    CHECK_FALSE(flags->find("Xmx"));
    CHECK(flags->number("CICompilerCount") == 2U);
    CHECK((flags->is_on("UseG1GC") && !flags->is_on("UseNUMA") && !flags->is_on("UseLargePages")));
    CHECK(flags->gc() == "G1");
    CHECK_FALSE(parse_vm_flags("hello\n").has_value());
    CHECK_FALSE(parse_vm_flags("").has_value());
}

TEST_CASE("replies: a flag reads as VM.flags prints it") {
    const auto flags = parse_vm_flags(
        "-XX:MaxHeapSize=536870912 -XX:OnError=gcore %p -XX:-UseNUMA \n"
        "     bool UseSerialGC                              = true                {product} {ergonomic}\n");
    REQUIRE((flags && flags->flags.size() == 4));
    CHECK(flags->flags[0].text() == "-XX:MaxHeapSize=536870912");
    CHECK(flags->flags[1].text() == "-XX:OnError=gcore %p");
    CHECK(flags->flags[2].text() == "-XX:-UseNUMA");
    CHECK(flags->flags[3].text() == "-XX:+UseSerialGC");
}

TEST_CASE("replies: the collector is the last one that a flag turns on") {
    const auto gc = [](std::string_view text) { return parse_vm_flags(text).value().gc(); };
    CHECK(gc("-XX:CICompilerCount=2 -XX:-UseCompressedOops -XX:+UseZGC -XX:+ZGenerational \n") == "Z");
    CHECK(gc("-XX:+UseConcMarkSweepGC -XX:+UseParNewGC") == "CMS");
    CHECK(gc("-XX:-UseG1GC") == std::nullopt);
}

TEST_CASE("replies: of options that were given, -Xmx sets the heap as its flag does, the last one counts") {
    const VmFlags given = flags_of_options({"-Xmx300m", "-server", "-XX:InitialHeapSize=8m", "-Xms16M"});
    CHECK(given.size_or_short("MaxHeapSize") == mib(300));
    CHECK(given.size_or_short("InitialHeapSize") == mib(16));
    CHECK_FALSE(given.size("MaxHeapSize"));
    CHECK(given.size("InitialHeapSize") == mib(8));
    CHECK_FALSE(given.size_or_short("MaxMetaspaceSize"));
    CHECK(flags_of_options({"-server", "-Dm=x"}).flags.empty());
}

TEST_CASE("replies: the command line") {
    const auto line = parse_vm_command_line(
        "VM Arguments:\njvm_args: -Xms128m -Xmx512m \njava_command: Target threads=20\nLauncher Type: "
        "SUN_STANDARD\n");
    REQUIRE(line.has_value());
    CHECK(line->jvm_arguments == "-Xms128m -Xmx512m");
    CHECK(line->java_command == "Target threads=20");
    CHECK_FALSE(parse_vm_command_line("VM Arguments:\n").has_value());
}

TEST_CASE("replies: what trimming gave back, of 17 and of 11") {
    const auto late = parse_trim_native_heap("7296:\nTrim native heap: RSS+Swap: 187M->180M (-7012K)\n");
    REQUIRE(late.has_value());
    CHECK(late->before == mib(187));
    CHECK(late->after == mib(180));
    const auto old = parse_trim_native_heap("RSS before: 172152k, after: 171556k, (-596k)\n");
    REQUIRE(old.has_value());
    CHECK(old->after == kib(171556));
    CHECK_FALSE(parse_trim_native_heap("Trim native heap: RSS+Swap: 187M->18").has_value());
}

TEST_CASE("replies: class loaders, their metaspace, and those of one class") {
    const auto stats = parse_classloader_stats(
        "7296:\n"
        "ClassLoader         Parent              CLD*               Classes   ChunkSz   BlockSz  Type\n"
        "0x00007ff40707af08  0x00007ff40707d1e8  0x00007ff48814f450       1       768       255  "
        "a.AppClassLoader\n"
        "0x0000000000000000  0x0000000000000000  0x00007ff488103db0     514    557056     11043  <boot class "
        "loader>\n"
        "                                                                12     34816     22360   + hidden "
        "classes\n"
        "Total = 2                                                      527    592640     33658  \n"
        "ChunkSz: Total size of all allocated metaspace chunks\n"
        "?\n");
    REQUIRE(stats.has_value());
    CHECK(stats->loaders == 2);
    CHECK(stats->with_one_class == 1);
    CHECK(stats->total_loaders == 2U);
    CHECK(stats->classes == 527U);
    CHECK(stats->chunks == Bytes(592640));
    CHECK(stats->blocks == Bytes(33658));
    REQUIRE(stats->not_understood.texts().size() == 1);
    CHECK(stats->not_understood.texts()[0].line == 8);
    CHECK_FALSE(parse_classloader_stats("hello\n").has_value());
}

TEST_CASE("replies: a javacore of OpenJ9 is refused with the reason") {
    const auto refused = javacore_refusal(
        "0SECTION       TITLE subcomponent dump routine\nNULL           ===============================\n",
        "core.txt");
    REQUIRE(refused);
    CHECK(to_string(*refused).starts_with("core.txt:1: this is a javacore of OpenJ9; "));
    CHECK(to_string(*refused).find("smaps or pmap") != std::string::npos);
    CHECK_FALSE(javacore_refusal("\"main\" #1\n"));
}

TEST_CASE("pasted System.map: a piece of it, with what stands between") {
    const auto found = parse_pasted_system_map(
        "$ jcmd 1 System.map\n"
        "from               to                        vsize prot          rss      hugetlb pgsz notes        "
        "    info\n"
        "===========\n"
        "0x0000000043000000-0x0000000043001000         4096 ---p         4096            0 4K   com          "
        "    CDS        "
        "        -\n"
        "...\n"
        "0x0000000040000000-0x0000000040001000         4096 ---p         4096            0 4K   com          "
        "    CDS        "
        "        -\n"
        "0x00007f681a404000-0x00007f681a500000      1032192 rw-p        90112            0 4K   com,nothp    "
        "    "
        "STACK-17744-Attach-Listener         -\n"
        "             vsize: 3330830336 (3176M)\n"
        "               rss: 196591616 (187M)\n"
        "0x00007f681a504000-0x00007f681a600000      1032192 rw-p        94");
    REQUIRE(found.has_value());
    REQUIRE(found->map.rows.size() == 2);
    CHECK(found->map.rows[1].threads[0].tid == 17744);
    CHECK(found->map.rss == Bytes(196591616));
    REQUIRE(found->not_understood.texts().size() == 4);
    CHECK(found->not_understood.texts()[0].line == 1);
    CHECK(found->not_understood.texts()[1].line == 5);
    CHECK(found->not_understood.texts()[2].line == 6);
    CHECK(found->not_understood.texts()[3].line == 10);
    CHECK_FALSE(parse_pasted_system_map("hello\n").has_value());
}
