#include "hotspot/threads/thread_dump.h"

#include <cmath>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catch.h"

using nmtx::Address;
using nmtx::DumpedThread;
using nmtx::parse_thread_dump;
using nmtx::ThreadDump;

namespace {

ThreadDump dump_of(std::string_view text) {
    auto parsed = parse_thread_dump(text);
    INFO((parsed ? std::string("a value") : nmtx::to_string(parsed.error())));
    REQUIRE(parsed.has_value());
    return std::move(*parsed);
}

std::vector<std::string> names_of(const ThreadDump& dump) {
    std::vector<std::string> names;
    for (const DumpedThread& thread : dump.threads) names.push_back(thread.name);
    return names;
}

constexpr std::string_view heading = "Full thread dump X (1 mixed mode):\n\n";

using Names = std::vector<std::string>;

constexpr std::string_view jdk8 =
    "2026-11-22 20:17:16\n"
    "Full thread dump OpenJDK 64-Bit Server VM (25.504-b01 mixed mode):\n"
    "\n"
    "\"Attach Listener\" #31 daemon prio=9 os_prio=0 tid=0x00007f7610002000 nid=0x3d24 waiting on condition "
    "[0x0000000000000000]\n"
    "   java.lang.Thread.State: RUNNABLE\n"
    "\n"
    "   Locked ownable synchronizers:\n"
    "\t- None\n"
    "\n"
    "\"main\" #1 prio=5 os_prio=0 tid=0x00007f765000f800 nid=0x3cb8 waiting on condition "
    "[0x00007f76559fe000]\n"
    "   java.lang.Thread.State: TIMED_WAITING (sleeping)\n"
    "\tat java.lang.Thread.sleep(Native Method)\n"
    "\tat Target.main(Target.java:18)\n"
    "\n"
    "\"VM Thread\" os_prio=0 tid=0x00007f765011d000 nid=0x3cc5 runnable \n"
    "\n"
    "\"Gang worker#0 (Parallel GC Threads)\" os_prio=0 tid=0x00007f765002f800 nid=0x3cbb runnable \n"
    "\n"
    "JNI global references: 327\n"
    "\n"
    "Found one Java-level deadlock:\n"
    "=============================\n"
    "\"dead2\":\n"
    "  waiting to lock monitor 0x00007f5100002908 (object 0x00000000fed21e28, a java.lang.Object),\n"
    "  which is held by \"dead1\"\n";

constexpr std::string_view jdk11 =
    "2026-11-22 20:17:39\n"
    "Full thread dump OpenJDK 64-Bit Server VM (11.0.33-ea+8-post-1-Debian mixed mode):\n"
    "\n"
    "Threads class SMR info:\n"
    "_java_thread_list=0x00007f80f4dd7c50, length=2, elements={\n"
    "0x00007f8138027000, 0x00007f8138172000\n"
    "}\n"
    "\n"
    "\"main\" #1 prio=5 os_prio=0 cpu=486.62ms elapsed=11.03s tid=0x00007f8138027000 nid=0x3e8d waiting on "
    "condition  [0x00007f813d5fe000]\n"
    "   java.lang.Thread.State: TIMED_WAITING (sleeping)\n"
    "\tat java.lang.Thread.sleep(java.base@11.0.33-ea/Native Method)\n"
    "\tat Target.main(Target.java:18)\n"
    "\n"
    "\"C2 CompilerThread0\" #6 daemon prio=9 os_prio=0 cpu=48.90ms elapsed=10.86s tid=0x00007f8138172000 "
    "nid=0x3e99 waiting on condition  [0x0000000000000000]\n"
    "   java.lang.Thread.State: RUNNABLE\n"
    "   Compiling:   10000   5   !   4       java.lang.String::split (10 bytes)\n"
    "\n"
    "\"G1 Young RemSet Sampling\" os_prio=0 cpu=9.97ms elapsed=10.97s tid=0x00007f81380d5000 nid=0x3e92 "
    "runnable  \n"
    "\"VM Periodic Task Thread\" os_prio=0 cpu=25.32ms elapsed=10.58s tid=0x00007f81381ec000 nid=0x3e9b "
    "waiting on condition  \n"
    "\n"
    "JNI global refs: 4, weak refs: 0\n"
    "\n";

constexpr std::string_view jdk28 =
    "2026-11-25 09:33:24\n"
    "Full thread dump OpenJDK 64-Bit Server VM (28-ea+18-1-Debian mixed mode, sharing)\n"
    "                 JDK version: OpenJDK Runtime Environment (28.0+18) (build 28-ea+18-1-Debian)\n"
    "\n"
    "Threads class SMR info:\n"
    "_java_thread_list=0x00007f45e0003200, length=2, elements={\n"
    "0x00007f461c018860, 0x00007f461c1011b0\n"
    "}\n"
    "\n"
    "\"main\" #3 [5440] prio=5 os_prio=0 cpu=50.41ms elapsed=6.54s allocated=1444K defined_classes=71 "
    "tid=0x00007f461c018860 nid=5440 in Object.wait()  [0x00007f46241fe000]\n"
    "   java.lang.Thread.State: WAITING (on object monitor)\n"
    "\tat java.lang.Object.wait0(java.base@28-ea/Native Method)\n"
    "\t- waiting on <0x00000000fc701038> (a java.lang.Object)\n"
    "\n"
    "   Locked ownable synchronizers:\n"
    "\t- <0x00000000fc701040> (a java.util.concurrent.ThreadPoolExecutor$Worker)\n"
    "\n"
    "\"ForkJoinPool-1-worker-1\" #41 [5477] daemon prio=5 os_prio=0 cpu=6448.23ms elapsed=6.46s "
    "tid=0x00007f461c1011b0  [0x00007f462250b000]\n"
    "   Carrying virtual thread #40\n"
    "\tat jdk.internal.vm.Continuation.run(java.base@28-ea/Continuation.java:248)\n"
    "   Mounted virtual thread #40\n"
    "\tat java.lang.VirtualThread.run(java.base@28-ea/VirtualThread.java:470)\n"
    "\n"
    "\"VM Thread\" os_prio=0 cpu=1.80ms elapsed=6.51s tid=0x00007f461c077820 nid=5447 runnable  \n"
    "\n"
    "JNI global refs: 14, weak refs: 0\n";

// A dump of 8 with one more thread, whose name is the given one, before the others.
std::string jdk8_with(std::string_view name) {
    std::string text(jdk8);
    const std::string thread = "\"" + std::string(name) +
                               "\" #24 daemon prio=5 os_prio=0 tid=0x00007f5114207000 nid=0x1216 waiting on "
                               "condition [0x00007f50fefbb000]\n"
                               "   java.lang.Thread.State: TIMED_WAITING (sleeping)\n"
                               "\tat Evil.run(Evil.java:3)\n\n";
    return text.insert(text.find("\"Attach"), thread);
}

}  // namespace

TEST_CASE("thread dump: JDK 8, hexadecimal ids, no times, no state of the VM's threads") {
    const ThreadDump dump = dump_of(jdk8);
    CHECK(dump.vm == "OpenJDK 64-Bit Server VM (25.504-b01 mixed mode)");
    CHECK(dump.unread.empty());
    REQUIRE(names_of(dump) ==
            Names{"Attach Listener", "main", "VM Thread", "Gang worker#0 (Parallel GC Threads)"});
    const DumpedThread& attach = dump.threads[0];
    CHECK(attach.java);
    CHECK(attach.number == 31U);
    CHECK(attach.daemon);
    CHECK(attach.priority == 9);
    CHECK(attach.os_priority == 0);
    CHECK_FALSE(attach.cpu_ms.has_value());
    CHECK_FALSE(attach.elapsed_s.has_value());
    CHECK(attach.nid == 0x3d24);
    CHECK(attach.state == "waiting on condition");
    CHECK_FALSE(attach.stack_pointer.has_value());
    CHECK(attach.java_state == "RUNNABLE");
    CHECK(attach.frames.empty());
    const DumpedThread& main = dump.threads[1];
    CHECK_FALSE(main.daemon);
    CHECK(main.stack_pointer == Address{0x7f76559fe000});
    CHECK(main.frames == Names{"at java.lang.Thread.sleep(Native Method)", "at Target.main(Target.java:18)"});
    CHECK_FALSE(dump.threads[2].java);
    CHECK_FALSE(dump.threads[2].priority.has_value());
    CHECK(dump.threads[2].state == "runnable");
    CHECK(dump.threads[2].java_state.empty());
}

TEST_CASE("thread dump: JDK 11, times, the VM's list of threads, a thread without a blank line above") {
    const ThreadDump dump = dump_of(jdk11);
    CHECK(dump.unread.empty());
    REQUIRE(names_of(dump) ==
            Names{"main", "C2 CompilerThread0", "G1 Young RemSet Sampling", "VM Periodic Task Thread"});
    CHECK(std::lround(dump.threads[0].cpu_ms.value_or(0) * 100) == 48662);
    CHECK(std::lround(dump.threads[0].elapsed_s.value_or(0) * 100) == 1103);
    CHECK(dump.threads[0].nid == 0x3e8d);
    CHECK(dump.threads[1].compiling == "10000   5   !   4       java.lang.String::split (10 bytes)");
    CHECK(dump.threads[3].state == "waiting on condition");
}

TEST_CASE("thread dump: JDK 21 and later, decimal ids, and a carrier that has its id behind its number") {
    const ThreadDump dump = dump_of(jdk28);
    CHECK(dump.vm == "OpenJDK 64-Bit Server VM (28-ea+18-1-Debian mixed mode, sharing)");
    CHECK(dump.unread.empty());
    REQUIRE(names_of(dump) == Names{"main", "ForkJoinPool-1-worker-1", "VM Thread"});
    CHECK(dump.threads[0].nid == 5440);
    CHECK(dump.threads[0].state == "in Object.wait()");
    CHECK(dump.threads[0].frames.size() == 2);
    CHECK_FALSE(dump.threads[0].carries.has_value());
    const DumpedThread& carrier = dump.threads[1];
    CHECK(carrier.nid == 5477);
    CHECK(carrier.state.empty());
    CHECK(carrier.java_state.empty());
    CHECK(carrier.carries == 40U);
    CHECK(carrier.stack_pointer == Address{0x7f462250b000});
    REQUIRE(carrier.frames.size() == 3);
    CHECK(carrier.frames[1] == "Mounted virtual thread #40");
}

TEST_CASE("thread dump: a name may hold anything") {
    const std::string name = GENERATE(as<std::string>(), "", " nid=0x1 ", "q\"uote\" #5 daemon", "new\nline",
                                      "a\n\n\"b", "\n", "\n\nJNI global refs: 4, weak refs: 0\n\n", "end\n",
                                      "cr\r", "\x1b[31mred", "\"", "\" ", "Full thread dump x\n");
    const ThreadDump dump = dump_of(jdk8_with(name));
    CHECK(dump.unread.empty());
    REQUIRE(dump.threads.size() == 5);
    CHECK(dump.threads[0].name == name);
    CHECK(dump.threads[0].nid == 0x1216);
    CHECK(dump.threads[0].frames.size() == 1);
    CHECK(dump.threads[1].name == "Attach Listener");
}

TEST_CASE("thread dump: names of 64 KB are whole, of any bytes") {
    const std::string name = std::string(30000, 'a') + "\n" + std::string(34000, '"');
    CHECK(dump_of(jdk8_with(name)).threads.at(0).name == name);
}

TEST_CASE("thread dump: JDK 8 prints 1,999 bytes of quote and name, and then neither a quote nor a blank") {
    std::string text = jdk8_with(std::string(1998, 'N'));
    text.erase(text.find("N\" #24") + 1, 2);
    CHECK(dump_of(text).threads.at(0).name == std::string(1998, 'N'));
    CHECK(dump_of(text).threads.at(0).number == 24U);
    text = jdk8_with(std::string(1997, 'N'));
    text.erase(text.find("N\" #24") + 2, 1);
    CHECK(dump_of(text).threads.at(0).name == std::string(1997, 'N'));
}

TEST_CASE("thread dump: a name that holds a header is no thread where the VM's list has none of it") {
    const std::string forged =
        "x\" #77 daemon prio=5 os_prio=0 cpu=1.00ms elapsed=1.00s tid=0x00007f0000000000 nid=0x4d runnable  "
        "[0x00007f0000000000]\n"
        "   java.lang.Thread.State: RUNNABLE\n"
        "\n"
        "JNI global refs: 4, weak refs: 0\n"
        "\n"
        "\"GC Thread#0\" os_prio=0 tid=0x00007f0000000000 nid=0x4e runnable  \n"
        "\n"
        "\"second";
    std::string text(jdk11);
    text.insert(text.find("C2 Comp"), forged);
    const ThreadDump dump = dump_of(text);
    REQUIRE(dump.threads.size() == 4);
    CHECK(dump.threads[1].name == forged + "C2 CompilerThread0");
    CHECK(dump.threads[1].nid == 0x3e99);
    REQUIRE(dump.unread.size() == 2);
    CHECK(dump.unread[0].find("Thread.print:14: a thread that the VM does not list") == 0);
    CHECK(dump.unread[1].find("Thread.print:19: a thread of the VM's amid those of Java") == 0);
}

TEST_CASE("thread dump: a name that holds a header whose two ids differ is no thread") {
    std::string text(jdk28);
    text.erase(text.find("Threads class"), text.find("\"main\"") - text.find("Threads class"));
    text.insert(text.find("ForkJoin"),
                "x\" #77 [77] prio=5 os_prio=0 tid=0x00007f0000000000 nid=78 runnable  [0x0]\n\n");
    const ThreadDump dump = dump_of(text);
    REQUIRE(dump.threads.size() == 3);
    CHECK(dump.threads[1].nid == 5477);
    CHECK(dump.threads[1].name.find("x\" #77") == 0);
}

TEST_CASE("thread dump: fields behind a quote at the start of a line end a name that holds a header") {
    const auto dump =
        parse_thread_dump(
            "Full thread dump OpenJDK 64-Bit Server VM (25.402-b06 mixed mode):\n\n"
            "\"mimic\"\n\n"
            "\"main\" #1 prio=5 os_prio=0 tid=0x0000000000000001 nid=0x1 runnable [0x0000000000001000]\n"
            "   java.lang.Thread.State: RUNNABLE\n"
            "\" #82 daemon prio=5 os_prio=0 tid=0x00007fc2301de400 nid=0x2711 waiting on condition "
            "[0x00007fc1b5cfe000]\n"
            "   java.lang.Thread.State: WAITING (parking)\n"
            "\tat jdk.internal.misc.Unsafe.park(Native Method)\n\n")
            .value();
    REQUIRE(dump.threads.size() == 1);
    CHECK(dump.threads[0].nid == 0x2711);
    CHECK(dump.threads[0].name ==
          "mimic\"\n\n\"main\" #1 prio=5 os_prio=0 tid=0x0000000000000001 nid=0x1 runnable "
          "[0x0000000000001000]\n   java.lang.Thread.State: RUNNABLE\n");
    CHECK(dump.threads[0].java_state == "WAITING (parking)");
    CHECK(dump.threads[0].frames.size() == 1);
    CHECK(dump.unread.size() == 1);
}

TEST_CASE("thread dump: no thread is there twice") {
    SECTION("the one without a state below it is in a name") {
        const std::string forged =
            "x\" #1 prio=5 os_prio=0 tid=0x0000000000000010 nid=0x3cb8 runnable [0x0000000000000000]\n\n\"y";
        const ThreadDump dump = dump_of(jdk8_with(forged));
        REQUIRE(dump.threads.size() == 5);
        CHECK(dump.threads[0].name == forged);
        CHECK(dump.threads[2].name == "main");
        REQUIRE(dump.unread.size() == 1);
        CHECK(dump.unread[0].find("Thread.print:4: a thread that is there twice") == 0);
    }
    SECTION("the VM's list has them in order") {
        std::string text(jdk11);
        const std::string forged =
            "x\" #1 prio=5 os_prio=0 tid=0x00007f8138027000 nid=0x3e8d runnable  [0x0000000000000000]\n"
            "   java.lang.Thread.State: RUNNABLE\n\n\"y";
        text.insert(text.find("C2 Comp"), forged);
        const ThreadDump dump = dump_of(text);
        REQUIRE(dump.threads.size() == 4);
        CHECK(dump.threads[0].name == "main");
        CHECK(dump.threads[1].name == forged + "C2 CompilerThread0");
    }
}

TEST_CASE("thread dump: what is missing or cannot be read is told with its line") {
    SECTION("a header that ends early") {
        std::string text(jdk8);
        text.replace(text.find(" nid=0x3d24"), 11, " x");
        const ThreadDump dump = dump_of(text);
        CHECK(names_of(dump) == Names{"main", "VM Thread", "Gang worker#0 (Parallel GC Threads)"});
        REQUIRE(dump.unread.size() == 1);
        CHECK(dump.unread[0].find("Thread.print:4: the header of a thread ends early") == 0);
    }
    SECTION("a text that ends amid a header") {
        const ThreadDump dump = dump_of(jdk8.substr(0, jdk8.find("runnable")));
        CHECK(names_of(dump) == Names{"Attach Listener", "main"});
        REQUIRE(dump.unread.size() == 1);
        CHECK(dump.unread[0].find("Thread.print:15: the header of a thread has no end") == 0);
    }
    SECTION("a thread of the VM's list") {
        std::string text(jdk11);
        text.erase(text.find("\"C2"), text.find("\"G1") - text.find("\"C2"));
        const ThreadDump dump = dump_of(text);
        CHECK(dump.threads.size() == 3);
        REQUIRE(dump.unread.size() == 1);
        CHECK(dump.unread[0].find("Thread.print:5: 1 of the 2 threads") == 0);
    }
    SECTION("a second dump") {
        const ThreadDump dump = dump_of(std::string(jdk8) + std::string(jdk11));
        CHECK(dump.threads.size() == 4);
        REQUIRE(dump.unread.size() == 1);
        CHECK(dump.unread[0].find("another dump") != std::string::npos);
    }
    SECTION("no more than a hundred, and their number") {
        std::string text(heading);
        for (int i = 0; i < 150; ++i) text += "\"a\" #1 daemon\n\n";
        const ThreadDump dump = dump_of(text);
        REQUIRE(dump.unread.size() == 101);
        CHECK(dump.unread.back() == "Thread.print: and 50 more");
    }
}

TEST_CASE("thread dump: a list whose addresses someone has changed takes no thread away") {
    std::string text(jdk11);
    text.replace(text.find("\n0x00007f8138027000") + 3, 16, "0000000000000001");
    text.replace(text.find(", 0x00007f8138172000") + 4, 16, "0000000000000002");
    CHECK(dump_of(text).threads.size() == 4);
}

TEST_CASE("thread dump: threads are read without a heading, and what has neither is an error") {
    CHECK(dump_of(jdk8.substr(jdk8.find("\"Attach"))).threads.size() == 4);
    CHECK(dump_of("Full thread dump X (1 mixed mode):\n").threads.empty());
    for (const std::string_view text : {"", "\"a\": 1,\n", "java.lang.SecurityException: no\n"}) {
        const auto parsed = parse_thread_dump(text);
        REQUIRE_FALSE(parsed.has_value());
        CHECK(parsed.error().where == "Thread.print");
        CHECK(parsed.error().what.find("expected \"Full thread dump\"") == 0);
        CHECK_FALSE(parsed.error().hint.empty());
    }
}

TEST_CASE("thread dump: the program's own output around and between does not matter") {
    std::string text = "\"before\" #1 x\n" + std::string(jdk8);
    text.insert(text.find("\tat Target.main"), "\"hello\"\n");
    const ThreadDump dump = dump_of(text);
    CHECK(dump.threads.size() == 4);
    CHECK(dump.threads[1].frames.size() == 2);
}

TEST_CASE("thread dump: 20,000 threads and a name that starts as many") {
    std::string text(heading);
    for (int i = 0; i < 20000; ++i) {
        text += "\"t\" #" + std::to_string(i) + " prio=5 os_prio=0 tid=0x" + std::to_string(100000 + i) +
                " nid=0x" + std::to_string(100000 + i) + " runnable [0x00007f50fefbb000]\n";
        text += "   java.lang.Thread.State: RUNNABLE\n\n";
    }
    CHECK(dump_of(text).threads.size() == 20000);
    std::string lines = "\"";
    for (int i = 0; i < 30000; ++i) lines += "\n\"";
    CHECK(dump_of(text + lines + text.substr(text.find("\"t\"") + 1)).threads.size() == 20000);
}

TEST_CASE("thread dump: every prefix gives an error or threads of the whole one") {
    for (const std::string& text : {std::string(jdk8), std::string(jdk11), std::string(jdk28),
                                    jdk8_with("a\n\n\"b"), jdk8_with("x\" #1 daemon\n")}) {
        const ThreadDump all = dump_of(text);
        for (std::size_t length = 0; length < text.size(); ++length) {
            const auto part = parse_thread_dump(std::string_view(text).substr(0, length));
            if (!part) continue;
            REQUIRE(part->threads.size() <= all.threads.size());
            for (std::size_t i = 0; i < part->threads.size(); ++i) {
                REQUIRE(part->threads[i].name == all.threads[i].name);
                REQUIRE(part->threads[i].nid == all.threads[i].nid);
                REQUIRE(part->threads[i].stack_pointer == all.threads[i].stack_pointer);
            }
        }
    }
}

TEST_CASE("thread dump: deadlocks by the names of their threads, each by itself") {
    const std::string text =
        "Full thread dump OpenJDK 64-Bit Server VM (17.0.15+6 mixed mode):\n\n"
        "\"main\" #1 prio=5 os_prio=0 tid=0x0000000000000001 nid=0x1 runnable  [0x0000000000001000]\n"
        "   java.lang.Thread.State: RUNNABLE\n\n"
        "JNI global refs: 8, weak refs: 0\n\n\n"
        "Found one Java-level deadlock:\n=============================\n"
        "\"left \"hand\"\":\n  waiting to lock monitor 0x00007f18b0002ab8 (object 0x00000000d6c4b2e8, a x.Y),\n"
        "  which is held by \"right\"\n\n"
        "\"right\":\n  waiting to lock monitor 0x00007f18b0002ab8 (object 0x00000000d6c4b2f8, a x.Y),\n"
        "  which is held by \"left \"hand\"\"\n\n"
        "Java stack information for the threads listed above:\n"
        "===================================================\n\"left \"hand\"\":\n\tat x.Y.z(Y.java:1)\n\n"
        "Found one Java-level deadlock:\n=============================\n"
        "\"a\":\n  waiting for ownable synchronizer 0x00000000d6c4b2e8, (a x.Lock),\n"
        "  which is held by \"a\"\n\nJava stack information for the threads listed above:\n\n"
        "Found 2 deadlocks.\n\n";
    const auto dump = parse_thread_dump(text);
    REQUIRE(dump);
    CHECK(dump->threads.size() == 1);
    CHECK(dump->unread.empty());
    REQUIRE(dump->deadlocks.size() == 2);
    CHECK(dump->deadlocks[0] == std::vector<std::string>{"left \"hand\"", "right"});
    CHECK(dump->deadlocks[1] == std::vector<std::string>{"a"});
}
