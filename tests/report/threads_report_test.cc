#include "report/threads/threads_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "base/printable.h"
#include "catch.h"
#include "ledger/partition/reconcile.h"
#include "support/made_process.h"
#include "text_parts.h"

using namespace nmtx;
using test::lines_with;

namespace {

struct MadePool {
    ProcessView view = made::Process().view;
    Ledger ledger;
    ThreadTable table;

    // `count` threads of a pool, each with a percent of CPU more than the one before.
    MadePool(int count, const std::string& name) {
        view.vm = Vm::none;
        view.smaps = parse_smaps("").value();
        view.tasks.emplace();
        view.tasks_before.emplace();
        for (int i = 0; i < count; ++i) {
            Task task;
            task.tid = 100 + static_cast<std::uint64_t>(i);
            task.comm = fmt::format("{}{}", name, i);
            task.state = 'S';
            task.read_at_ns = 1'000'000'000;
            task.run_ns = 0;
            task.wait_ns = 0;
            view.tasks_before->push_back(task);
            task.read_at_ns = 2'000'000'000;
            task.run_ns = static_cast<std::uint64_t>(i) * 10'000'000;
            view.tasks->push_back(task);
        }
        ledger = reconcile(view).value();
        table = thread_table({&view, &ledger});
    }
    [[nodiscard]] std::string text(const ThreadOptions& choice = {}, bool all = false,
                                   std::size_t width = 100) const {
        TextStyle style;
        style.width = width;
        return threads_report(view, table, choice, {all, false}, style);
    }
};

}  // namespace

TEST_CASE("threads report: a few threads have a row each, the busiest first") {
    const std::string text = MadePool(3, "worker-").text();
    CHECK(text.find("Threads 3") != std::string::npos);
    CHECK(text.find("CPU 3.0 % of one core (1.0 s sample)") != std::string::npos);
    REQUIRE(lines_with(text, "  worker-") == 3);
    CHECK(text.find("  worker-2") < text.find("  worker-1"));
    CHECK(text.find("  worker-1") < text.find("  worker-0"));
}

TEST_CASE("threads report: many threads are shown as pools below the busiest; --all and --top show rows") {
    const MadePool made(500, "worker-");
    const std::string text = made.text();
    CHECK(lines_with(text, "  worker-") == 11);
    CHECK(lines_with(text, "  worker-#") == 1);
    CHECK(text.find("500") != std::string::npos);
    CHECK(lines_with(made.text({}, true), "  worker-") == 500);
    ThreadOptions choice;
    choice.top = 7;
    CHECK(lines_with(made.text(choice), "  worker-") == 7);
    choice.match = "worker-49.";
    CHECK(lines_with(made.text(choice), "  worker-49") == 7);
}

TEST_CASE("threads report: a hostile name stays text and no line is wider than asked for") {
    for (const std::string& name :
         std::vector<std::string>{std::string("\x1b[31mred\x1b[0m"), std::string("a\nb"),
                                  std::string(65536, 'x'), std::string("\xff\xfe")}) {
        for (const std::size_t width : {40U, 80U, 200U}) {
            const std::string text = MadePool(2, name).text({}, false, width);
            CHECK(text.find('\x1b') == std::string::npos);
            std::istringstream lines(text);
            for (std::string line; std::getline(lines, line);) CHECK(display_width(line) <= width);
        }
    }
}

TEST_CASE("threads report: JSON has every thread with null for what is not known") {
    const MadePool made(3, "w");
    const auto json = nlohmann::json::parse(json_threads(made.view, made.table, {}));
    REQUIRE(json["threads"].size() == 3);
    CHECK(json["threads"][0]["name"] == "w2");
    CHECK(json["threads"][0]["stack"].is_null());
    CHECK(json["threads"][0]["cpu_percent"] == 2.0);
    CHECK(json["thread_counts"]["tasks"] == 3);
    CHECK(json["thread_counts"]["thread_print"].is_null());
    CHECK(json["stacks"]["resident_bytes"] == 0);
}

TEST_CASE("threads report: a native stack stands under its thread, then the Java frames of the dump") {
    MadePool made(3, "worker-");
    NativeStack native;
    native.tid = 102;
    native.stopped_ms = 0.31;
    native.frames = {{Address{0x10}, "/lib/libc.so.6", 0x10, "", 0},
                     {Address{0x20}, "/opt/libnet\x1b.so", 0x20, "wait_for_it()", 4}};
    native.end = StackEnd::no_file;
    native.next = Address{0x99};
    made.view.native_stacks = NativeStacks{{native}, {{101, "thread 101 has ended"}}, {}};
    made.view.thread_dump = ThreadDump{};
    DumpedThread dumped;
    dumped.name = "worker-2";
    dumped.nid = 102;
    dumped.java = true;
    dumped.frames = {"at java.net.Socket.read(Native Method)", "at app.Main.run(Main.java:3)"};
    made.view.thread_dump->threads.push_back(dumped);
    made.table = thread_table({&made.view, &made.ledger});
    const std::string text = made.text();
    INFO(text);
    const auto row = text.find("worker-2"), c = text.find("libc.so.6+0x10"),
               net = text.find("wait_for_it()+0x4"), unknown = text.find("code at 99, not in a file"),
               java = text.find("at java.net.Socket.read");
    CHECK(row < c);
    CHECK(c < net);
    CHECK(net < unknown);
    CHECK(unknown < java);
    CHECK(java < text.find("at app.Main.run"));
    CHECK(java < std::string::npos);
    CHECK(text.find('\x1b') == std::string::npos);
    CHECK(text.find("1 thread stopped, one at a time, for at most 0.31 ms") != std::string::npos);
    CHECK(text.find("No stack of thread 101: thread 101 has ended.") != std::string::npos);
    const auto json = nlohmann::json::parse(json_threads(made.view, made.table, {}));
    const auto& thread = json["threads"][0];
    CHECK(thread["native_frames"][1]["symbol"] == "wait_for_it()");
    CHECK(thread["native_frames_end"] == "no file");
    CHECK(json["native_stacks_failed"][0]["tid"] == 101);
}

TEST_CASE("threads report: without --stacks the top of a busy thread's stack is beside its name") {
    MadePool made(3, "worker-");
    made.view.vm = Vm::hotspot;
    NativeStack native;
    native.tid = 102;
    native.stopped_ms = 0.021;
    NativeFrame java;
    java.kind = FrameKind::compiled;
    java.symbol = "app.shop.Cart.total";
    java.file = "Cart.java";
    java.line = 7;
    NativeFrame library = java;
    library.symbol = "java.util.HashMap.get";
    native.frames = {library, java};
    native.end = StackEnd::bottom;
    made.view.native_stacks = NativeStacks{{native}, {}, {}, true};
    JavaThreadList list;
    list.threads = {{100, "one", "BLOCKED (on object monitor)", ""},
                    {101, "C2 CompilerThread0", "RUNNABLE", "app.shop.Cart.add, level 4"},
                    {102, "a name of more than fifteen bytes", "RUNNABLE", ""}};
    made.view.java_threads = list;
    made.table = thread_table({&made.view, &made.ledger});
    const std::string text = made.text({}, false, 200);
    INFO(text);
    CHECK(text.find(" Cart.total\n") != std::string::npos);
    CHECK(text.find("compiles app.shop.Cart.add, level 4\n") != std::string::npos);
    CHECK(text.find("blocked") != std::string::npos);
    CHECK(text.find("none blocked") == std::string::npos);
    CHECK(text.find("1 thread stopped, one at a time, for at most 0.03 ms.") != std::string::npos);
    CHECK(text.find("Java threads 3") != std::string::npos);
    CHECK(text.find("Locks and deadlocks were not looked for: --dump") != std::string::npos);
    CHECK(text.find("cut to 15 bytes") == std::string::npos);
    const auto json = nlohmann::json::parse(json_threads(made.view, made.table, {}));
    CHECK(json["thread_counts"]["java_threads"] == 3);
    CHECK(json["thread_counts"]["virtual_threads_mounted"].is_null());
    CHECK(json["threads"][0]["java_state"] == "RUNNABLE");
    CHECK(json["threads"][1]["kind"] == "compiler");
    CHECK(json["threads"][1]["compiling"] == "app.shop.Cart.add, level 4");

    made.view.java_threads->threads[0].name.reset();
    made.table = thread_table({&made.view, &made.ledger});
    CHECK(made.text({}, false, 200).find("1 of 3 names of Java threads are the kernel's") !=
          std::string::npos);
    made.view.java_threads = JavaThreadList{{{100, std::nullopt, "", ""}}, "its collector"};
    made.table = thread_table({&made.view, &made.ledger});
    CHECK(made.text({}, false, 200).find("Those in the heap cannot be read: its collector.") !=
          std::string::npos);
}

TEST_CASE("threads report: what a dump says of deadlocks, and why there is no dump that was asked for") {
    MadePool made(3, "worker-");
    made.view.vm = Vm::hotspot;
    made.view.thread_dump = ThreadDump{};
    CHECK(made.text({}, false, 200).find("No deadlock in Thread.print.") != std::string::npos);
    made.view.thread_dump->deadlocks = {{"one\x1b", "two"}};
    const std::string text = made.text({}, false, 200);
    CHECK(text.find("\"two\" wait for each other.") != std::string::npos);
    CHECK(text.find('\x1b') == std::string::npos);
    made.view.thread_dump.reset();
    made.view.missing = {{document_of(question::thread_print), "the JVM could not be asked", ""},
                         {std::string(document::attach), "it was started with -Xrs", "leave it out"}};
    CHECK(made.text({}, false, 200)
              .find("No Thread.print from the JVM, so locks and deadlocks are not known:") !=
          std::string::npos);
    CHECK(made.text({}, false, 200).find("it was started with -Xrs. Next: leave it out.") !=
          std::string::npos);
}

TEST_CASE("threads report: a stack with Java frames of its own needs no dump, and says what is not certain") {
    MadePool made(3, "worker-");
    NativeStack mixed;
    mixed.tid = 102;
    mixed.end = StackEnd::bottom;
    const auto add = [&](FrameKind kind, const char* symbol, const char* file, int line, bool about = false) {
        NativeFrame frame;
        frame.kind = kind;
        frame.symbol = symbol;
        frame.file = file;
        frame.line = line;
        frame.about = about;
        mixed.frames.push_back(frame);
    };
    add(FrameKind::native, "epoll_wait", "/lib/libc.so.6", 0);
    add(FrameKind::native_method, "sun.nio.ch.EPoll.wait", "EPoll.java", 0);
    add(FrameKind::inlined, "app.Poller.poll", "Poller.java", 12, true);
    add(FrameKind::compiled, "app.Main\x1b.run", "", 0);
    add(FrameKind::stub, "StubRoutines (1)", "", 0);
    add(FrameKind::gap, "", "", 0);
    made.view.native_stacks = NativeStacks{{mixed}, {}, "libjvm.so: no tables"};
    made.view.thread_dump = ThreadDump{};
    DumpedThread dumped;
    dumped.nid = 102;
    dumped.java = true;
    dumped.frames = {"at of.the.Dump(Dump.java:3)"};
    made.view.thread_dump->threads.push_back(dumped);
    made.table = thread_table({&made.view, &made.ledger});
    const std::string text = made.text();
    INFO(text);
    CHECK(text.find("at sun.nio.ch.EPoll.wait(Native Method)\n") != std::string::npos);
    CHECK(text.find("at app.Poller.poll(Poller.java:12)  inlined, about here\n") != std::string::npos);
    CHECK(text.find(".run(Unknown Source)  compiled\n") != std::string::npos);
    CHECK(text.find("JVM stub  StubRoutines (1)\n") != std::string::npos);
    CHECK(text.find("frames in between could not be unwound\n") != std::string::npos);
    CHECK(text.find("of.the.Dump") == std::string::npos);
    CHECK(text.find("Java frames could not be unwound: libjvm.so: no tables.") != std::string::npos);
    CHECK(text.find('\x1b') == std::string::npos);
    const auto json = nlohmann::json::parse(json_threads(made.view, made.table, {}));
    const auto& thread = json["threads"][0];
    CHECK(thread["native_frames"].size() == 1);
    CHECK(thread["native_frames_end"] == "java");
    CHECK(thread["stack_frames"].size() == 6);
    CHECK(thread["stack_frames_end"] == "bottom");
    CHECK(thread["stack_frames"][2]["name"] == "app.Poller.poll");
    CHECK(thread["stack_frames"][2]["line"] == 12);
    CHECK(thread["stack_frames"][2]["about"] == true);
    CHECK(thread["stack_frames"][3]["line"].is_null());
}
