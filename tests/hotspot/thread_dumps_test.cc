#include "hotspot/threads/thread_dumps.h"

#include <string>
#include <string_view>

#include "base/lines.h"
#include "catch.h"
#include "hotspot/areas/class_histogram.h"
#include "hotspot/areas/heap_info.h"
#include "hotspot/threads/file_thread_dump.h"

using nmtx::Address;
using nmtx::Bytes;
using nmtx::parse_class_histogram;
using nmtx::parse_file_thread_dump;
using nmtx::parse_safepoint_timeouts;
using nmtx::parse_thread_dumps;

namespace {

constexpr std::string_view two_of_5 =
    "[2006-05-03] a line of some log\n"
    "Full thread dump Java HotSpot(TM) Client VM (1.5.0_06-b05 mixed mode):\n"
    "\n"
    "\"Timer-0\" daemon prio=1 tid=0x08222940 nid=0x2d53 in Object.wait() [0xa95fa000..0xa95fb0c0]\n"
    "        at java.lang.Object.wait(Native Method)\n"
    "        - locked <0xaab4e650> (a java.util.TaskQueue)\n"
    "\n"
    "\"DestroyJavaVM\" prio=1 tid=0x0805c840 nid=0x2d42 waiting on condition [0x00000000..0xbff16fb0]\n"
    "\n"
    "\"VM Thread\" prio=1 tid=0x080b5c60 nid=0x2d43 runnable\n"
    "\n"
    "\n"
    "num   #instances    #bytes  class name\n"
    "--------------------------------------\n"
    "  1:     15660     3695576  [C\n"
    "  2:     28591     3246576  <no name>\n"
    "Total     44251     6942152\n"
    "somebody's own words\n"
    "2019-10-08 18:38:22\n"
    "Full thread dump OpenJDK 64-Bit Server VM (25.222-b10 mixed mode):\n"
    "\n"
    "\"main\" #1 prio=5 os_prio=0 tid=0x00007f36a4001000 nid=0x173d waiting on condition "
    "[0x00007f36e1fac000]\n"
    "   java.lang.Thread.State: RUNNABLE\n"
    "\n"
    "JNI global references: 301\n"
    "\n"
    "Heap\n"
    " PSYoungGen      total 18944K, used 1638K [0x00000000fab00000, 0x00000000fc000000, 0x0000000100000000)\n"
    "  eden space 16384K, 10% used [0x00000000fab00000,0x00000000fac999a0,0x00000000fbb00000)\n"
    "\n";

}  // namespace

TEST_CASE("thread dumps: of 5 and of 8 in one text, with a histogram and a heap behind them") {
    const auto found = parse_thread_dumps(two_of_5);
    REQUIRE(found.has_value());
    REQUIRE(found->dumps.size() == 2);
    const auto& old = found->dumps[0];
    CHECK(old.line == 2);
    CHECK(old.dump.vm == "Java HotSpot(TM) Client VM (1.5.0_06-b05 mixed mode)");
    REQUIRE(old.dump.threads.size() == 3);
    CHECK(old.dump.threads[0].name == "Timer-0");
    CHECK(old.dump.threads[0].java);
    CHECK(old.dump.threads[0].daemon);
    CHECK(old.dump.threads[0].nid == 0x2d53);
    CHECK(old.dump.threads[0].state == "in Object.wait()");
    CHECK(old.dump.threads[0].stack_pointer == Address{0xa95fa000});
    CHECK(old.dump.threads[0].frames.size() == 2);
    CHECK_FALSE(old.dump.threads[1].stack_pointer);
    CHECK(old.dump.threads[1].java);
    CHECK_FALSE(old.dump.threads[2].java);
    CHECK(old.dump.unread.empty());
    CHECK(old.histogram_line == 13);
    const auto histogram = parse_class_histogram(old.histogram);
    REQUIRE(histogram.has_value());
    CHECK(histogram->classes.size() == 2);
    CHECK(histogram->size == Bytes(6942152));

    const auto& late = found->dumps[1];
    CHECK(late.line == 20);
    CHECK(late.time == "2019-10-08 18:38:22");
    REQUIRE(late.dump.threads.size() == 1);
    CHECK(late.dump.threads[0].java_state == "RUNNABLE");
    CHECK(late.histogram.empty());
    CHECK(late.heap_line == 27);
    const auto heap = nmtx::parse_heap_info(late.heap);
    REQUIRE(heap.has_value());
    CHECK(heap->spaces.size() == 1);

    REQUIRE(found->not_understood.texts().size() == 2);
    CHECK(found->not_understood.texts()[0].line == 1);
    CHECK(found->not_understood.texts()[1].text == "somebody's own words");
}

TEST_CASE("thread dumps: what could not be read of a later dump bears its line in the whole text") {
    const std::string text =
        std::string(two_of_5) + "Full thread dump X (1):\n\n\"cut\" #7 prio=5 os_prio=0 tid=0x7f\n";
    const auto found = parse_thread_dumps(text, "paste");
    REQUIRE(found.has_value());
    REQUIRE(found->dumps.size() == 3);
    REQUIRE(found->dumps[2].dump.unread.size() == 1);
    CHECK(found->dumps[2].dump.unread[0].starts_with("paste:33: "));
}

TEST_CASE("thread dumps: threads without heading, and texts that are none") {
    const auto found = parse_thread_dumps(
        "\"pool-1-thread-2\" #12 prio=5 os_prio=0 tid=0x000000005b486000 nid=0x460 waiting on condition "
        "[0x000000005bd2f000]\n   java.lang.Thread.State: WAITING (parking)\n");
    REQUIRE(found.has_value());
    REQUIRE(found->dumps.size() == 1);
    CHECK(found->dumps[0].dump.threads.size() == 1);
    CHECK_FALSE(parse_thread_dumps("hello\n").has_value());
    for (std::size_t n = 0; n <= two_of_5.size(); ++n) {
        const auto part = parse_thread_dumps(two_of_5.substr(0, n));
        if (part) CHECK(part->dumps.size() <= 2);
    }
}

TEST_CASE("safepoint timeout: who did not reach it") {
    const auto found = parse_safepoint_timeouts(
        "# SafepointSynchronize::begin: Timeout detected:\n"
        "# SafepointSynchronize::begin: Timed out while spinning to reach a safepoint.\n"
        "# SafepointSynchronize::begin: Threads which did not reach the safepoint:\n"
        "# \"main\" #1 prio=5 os_prio=0 cpu=1191,10ms elapsed=16,19s tid=0x00007f58bc014000 nid=0x130d "
        "runnable  "
        "[0x0000000000000000]\n"
        "   java.lang.Thread.State: RUNNABLE\n"
        "\n"
        "# SafepointSynchronize::begin: (End of list)\n"
        "and then?\n"
        "[9.1s][warning][safepoint] # SafepointSynchronize::begin: Timeout detected:\n");
    REQUIRE(found.has_value());
    REQUIRE(found->timeouts.size() == 2);
    CHECK(found->timeouts[0].what == "Timed out while spinning to reach a safepoint.");
    REQUIRE(found->timeouts[0].threads.size() == 1);
    CHECK(found->timeouts[0].threads[0].name == "main");
    CHECK(found->timeouts[0].threads[0].nid == 0x130d);
    CHECK(found->timeouts[0].threads[0].java_state == "RUNNABLE");
    REQUIRE(found->not_understood.texts().size() == 1);
    CHECK(found->not_understood.texts()[0].line == 8);
    CHECK_FALSE(parse_safepoint_timeouts("hello\n").has_value());
}

TEST_CASE("safepoint timeout: every thread counts, with decorations, without, and where the signs are lost") {
    const std::string list =
        "# SafepointSynchronize::begin: Timeout detected:\n"
        "# SafepointSynchronize::begin: Threads which did not reach the safepoint:\n"
        "# \"spin\" #12 daemon prio=5 os_prio=0 cpu=317.15ms elapsed=0.81s tid=0x00007f4c1c0b65c0 nid=0x691b "
        "runnable  [0x0000000000000000]\n"
        "   java.lang.Thread.State: RUNNABLE\n"
        "\n"
        "# \"spin # \"two\"\" #13 daemon prio=5 os_prio=0 cpu=303.77ms elapsed=0.81s tid=0x00007f4c1c0b7580 "
        "nid=0x691c runnable  [0x0000000000000000]\n"
        "   java.lang.Thread.State: BLOCKED (on object monitor)\n"
        "\n"
        "# SafepointSynchronize::begin: (End of list)\n";
    const auto with_before_lines = [&](std::string_view before, bool signs) {
        std::string text;
        for (nmtx::Lines lines(list); lines.next();) {
            const std::string_view line = lines.line();
            text += std::string(before) + std::string(line.substr(!signs && line.starts_with("# ") ? 2 : 0)) +
                    "\n";
        }
        return text;
    };
    for (const std::string& text :
         {list, with_before_lines("[0.881s][warning][safepoint] ", true),
          with_before_lines("[2026-06-01T07:47:09.198+0000][881ms][warning][safepoint     ] ", true),
          with_before_lines("", false), with_before_lines("[0.881s][warning][safepoint] ", false)}) {
        INFO(text);
        const auto found = parse_safepoint_timeouts(text);
        REQUIRE(found.has_value());
        REQUIRE(found->timeouts.size() == 1);
        REQUIRE(found->timeouts[0].threads.size() == 2);
        CHECK(found->timeouts[0].threads[0].name == "spin");
        CHECK(found->timeouts[0].threads[0].java_state == "RUNNABLE");
        CHECK(found->timeouts[0].threads[1].name == "spin # \"two\"");
        CHECK(found->timeouts[0].threads[1].nid == 0x691c);
        CHECK(found->timeouts[0].threads[1].java_state == "BLOCKED (on object monitor)");
        CHECK(found->not_understood.texts().empty());
    }
}

TEST_CASE("dump_to_file: text of 24 and of 28") {
    const auto found = parse_file_thread_dump(
        "64933\n2025-04-22T07:47:09.198298561Z\n24+36\n\n#3 \"main\"\n"
        "      java.base/jdk.internal.misc.Unsafe.park(Native Method)\n      App.main(App.java:14)\n\n"
        "#13 \"Notification Thread\"\n\n#21 \"wa\"it er\" virtual\n\n"
        "#22 \"\" virtual TIMED_WAITING 2026-11-26T22:30:46.081673866Z\n    at "
        "java.base/java.lang.Thread.sleep(T.java:1)\n"
        "hm\n");
    REQUIRE(found.has_value());
    CHECK(found->pid == 64933U);
    CHECK(found->version == "24+36");
    REQUIRE(found->threads.size() == 4);
    CHECK(found->threads[0].frames.size() == 2);
    CHECK(found->threads[2].name == "wa\"it er");
    CHECK(found->threads[2].is_virtual);
    CHECK(found->threads[3].name.empty());
    CHECK(found->threads[3].state == "TIMED_WAITING");
    CHECK(found->threads[3].frames[0] == "java.base/java.lang.Thread.sleep(T.java:1)");
    CHECK(found->virtual_threads() == 2);
    REQUIRE(found->not_understood.texts().size() == 1);
    CHECK(found->not_understood.texts()[0].text == "hm");
}

TEST_CASE("dump_to_file: JSON, whole and cut, numbers as texts or not") {
    constexpr std::string_view json = R"json({ "threadDump": { "formatVersion": 2, "processId": 4125,
  "time": "2026-11-26T22:30:46Z", "runtimeVersion": "28-ea+18-1-Debian",
  "threadContainers": [ { "container": "<root>", "parent": null, "owner": null,
    "threads": [ { "tid": "3", "time": "x", "name": "a \"b\" \u00e4", "state": "RUNNABLE",
      "stack": [ "java.base\/java.lang.Object.wait0(Native Method)", "Dump.main(Dump.java:8)" ] },
     { "tid": 21, "virtual": true, "name": "", "stack": [ ] } ], "threadCount": 2 } ] } })json";
    const auto found = parse_file_thread_dump(json);
    REQUIRE(found.has_value());
    CHECK(found->pid == 4125U);
    CHECK(found->time == "2026-11-26T22:30:46Z");
    CHECK(found->version == "28-ea+18-1-Debian");
    REQUIRE(found->threads.size() == 2);
    CHECK(found->threads[0].number == 3);
    CHECK(found->threads[0].name == "a \"b\" ä");
    CHECK(found->threads[0].state == "RUNNABLE");
    REQUIRE(found->threads[0].frames.size() == 2);
    CHECK(found->threads[0].frames[0] == "java.base/java.lang.Object.wait0(Native Method)");
    CHECK(found->threads[1].is_virtual);
    for (std::size_t n = 0; n < json.size(); ++n) {
        const auto part = parse_file_thread_dump(json.substr(0, n));
        if (part) CHECK(part->threads.size() <= 2);
    }
}

TEST_CASE("class histogram: names, modules, and a row that is cut") {
    const auto found = parse_class_histogram(
        "7296:\n num     #instances         #bytes  class name (module)\n"
        "-------------------------------------------------------\n"
        "   1:          7208         332888  [B (java.base@17.0.15)\n"
        "   2:             7            448  java.util.zip.Inflater (java.base@17.0.15)\n"
        "   3:             5            320  java.nio.DirectByteBuf");
    REQUIRE(found.has_value());
    REQUIRE(found->classes.size() == 2);
    REQUIRE(found->find("java.util.zip.Inflater") != nullptr);
    CHECK(found->find("java.util.zip.Inflater")->instances == 7);
    CHECK(found->classes[0].name == "[B");
    CHECK(found->classes[0].module == "java.base@17.0.15");
    CHECK_FALSE(found->instances);
    REQUIRE(found->not_understood.texts().size() == 1);
    CHECK(found->not_understood.texts()[0].line == 6);
    CHECK_FALSE(parse_class_histogram("num #instances\n").has_value());
}
