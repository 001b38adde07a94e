#include "documents/native_stacks.h"

#include "catch.h"

using namespace nmtx;

namespace {

Task task(std::uint64_t tid, std::uint64_t run_ns, std::uint64_t start = 1) {
    Task made;
    made.tid = tid;
    made.run_ns = run_ns;
    made.start_ticks = start;
    return made;
}

NativeStacks stacks_sample() {
    NativeStack stack;
    stack.tid = 4711;
    stack.stopped_ms = 0.25;
    stack.stack_pointer = Address{0x7f3ca27ff8d0};
    stack.end = StackEnd::no_file;
    stack.next = Address{0x7f3c8c0f2a1b};
    stack.frames = {{Address{0x7f3ca2c85f3b}, "/lib/libc.so.6", 0xd5f3b, "clock_nanosleep", 99},
                    {Address{0x7f3ca2c85f3c}, "/opt/\xff\"x\n.so", 0, "", 0}};
    return {{stack}, {{4712, "thread 4712 has ended"}}, {}};
}

}  // namespace

TEST_CASE("native stacks: what was written is read again, whatever files are called") {
    const NativeStacks read = parse_native_stacks(format_native_stacks(stacks_sample())).value();
    REQUIRE(read.stacks.size() == 1);
    const NativeStack& stack = read.stacks.front();
    CHECK(read.find(4711) == &stack);
    CHECK(read.find(1) == nullptr);
    CHECK(stack.stopped_ms == 0.25);
    CHECK(stack.stack_pointer == Address{0x7f3ca27ff8d0});
    CHECK(stack.end == StackEnd::no_file);
    CHECK(stack.next == Address{0x7f3c8c0f2a1b});
    REQUIRE(stack.frames.size() == 2);
    CHECK(stack.frames[0].symbol == "clock_nanosleep");
    CHECK(stack.frames[0].offset == 99);
    CHECK(stack.frames[0].file_offset == 0xd5f3b);
    CHECK(stack.frames[1].file == "/opt/\xff\"x\n.so");
    CHECK(stack.frames[1].symbol.empty());
    REQUIRE(read.failed.size() == 1);
    CHECK(read.failed[0].tid == 4712);
    CHECK(read.failed[0].why == "thread 4712 has ended");
}

TEST_CASE("native stacks: every way to end has its name") {
    for (const StackEnd end : {StackEnd::bottom, StackEnd::no_file, StackEnd::not_told, StackEnd::cut,
                               StackEnd::too_deep, StackEnd::heap}) {
        NativeStacks stacks = stacks_sample();
        stacks.stacks[0].end = end;
        CHECK_FALSE(name_of(end).empty());
        CHECK(parse_native_stacks(format_native_stacks(stacks))->stacks[0].end == end);
    }
}

TEST_CASE("native stacks: Java frames and what else there is between native ones are read again") {
    NativeStacks stacks = stacks_sample();
    stacks.java_missing = "libjvm.so: its tables have no Method::_constMethod";
    auto& frames = stacks.stacks[0].frames;
    for (const FrameKind kind : {FrameKind::interpreted, FrameKind::compiled, FrameKind::inlined,
                                 FrameKind::native_method, FrameKind::stub, FrameKind::gap}) {
        NativeFrame frame;
        frame.at = Address{0x7f3c8c0f2a1b};
        frame.kind = kind;
        if (kind != FrameKind::gap) frame.symbol = "com.acme.\xc3\x84.run";
        if (is_java(kind)) {
            frame.file = "Main.java";
            frame.line = 12;
            frame.bci = 0;
            frame.about = kind == FrameKind::inlined;
        }
        frames.push_back(frame);
    }
    const std::string text = format_native_stacks(stacks);
    const NativeStacks read = parse_native_stacks(text).value();
    CHECK(read.java_missing == stacks.java_missing);
    CHECK(read.stacks[0].has_java());
    REQUIRE(read.stacks[0].frames.size() == frames.size());
    for (std::size_t i = 0; i < frames.size(); ++i) {
        CHECK(read.stacks[0].frames[i].kind == frames[i].kind);
        CHECK(read.stacks[0].frames[i].symbol == frames[i].symbol);
        CHECK(read.stacks[0].frames[i].file == frames[i].file);
        CHECK(read.stacks[0].frames[i].line == frames[i].line);
        CHECK(read.stacks[0].frames[i].bci == frames[i].bci);
        CHECK(read.stacks[0].frames[i].about == frames[i].about);
    }
}

TEST_CASE("native stacks: a frame that many threads have is written once") {
    NativeStacks stacks = stacks_sample();
    const std::size_t of_one = format_native_stacks(stacks).size();
    stacks.stacks.resize(1000, stacks.stacks[0]);
    stacks.brief = true;
    const std::string text = format_native_stacks(stacks);
    CHECK(text.size() < of_one + 1000 * 200);
    CHECK(text.find("clock_nanosleep") == text.rfind("clock_nanosleep"));
    const NativeStacks read = parse_native_stacks(text).value();
    CHECK(read.brief);
    REQUIRE(read.stacks.size() == 1000);
    CHECK(read.stacks[999].frames[0].symbol == "clock_nanosleep");
    CHECK_FALSE(read.stacks[0].has_java());
}

TEST_CASE("native stacks: up to format 2 each stack has its frames itself") {
    const NativeStacks read =
        parse_native_stacks(R"({"format": 2, "stacks": [{"tid": 7, "end": "bottom", "frames": [)"
                            R"({"at": "7f", "file": "libc.so.6", "file_offset": "1f", "symbol": "main"},)"
                            R"( {"at": "80", "kind": "compiled", "name": "a.B.c", "line": 3}]}]})")
            .value();
    CHECK(read.stacks[0].frames[0].symbol == "main");
    CHECK(read.stacks[0].frames[1].line == 3);
    CHECK_FALSE(read.brief);
}

TEST_CASE("native stacks: what is wrong is named with its place, and no prefix crashes") {
    CHECK(parse_native_stacks(R"({"format": 4})").error().what == "has format 4; this nmtx reads up to 3");
    for (const char* const list : {"1", "0 x", "-1", "0 18446744073709551616"})
        CHECK(
            parse_native_stacks(
                std::string(R"({"format": 3, "frames": [{"at": "1", "file": "a"}], "stacks": [{"end": "cut",)"
                            R"( "frames": ")") +
                list + "\"}]}")
                .error()
                .what == "stacks[0]: frames: not in the list of frames");
    CHECK(parse_native_stacks(
              R"({"format": 2, "stacks": [{"end": "cut", "frames": [{"at": "1", "kind": "odd"}]}]})")
              .error()
              .what == "stacks[0].frames[0]: kind: no kind of frame");
    CHECK(parse_native_stacks(R"({"format": 1, "stacks": [{"end": "soon"}]})").error().what ==
          "stacks[0]: end: no way for a stack to end");
    CHECK(parse_native_stacks(R"({"format": 1, "stacks": [{"end": "cut", "frames": [{"at": "xyz"}]}]})")
              .error()
              .what == "stacks[0].frames[0]: at: expected a hexadecimal number");
    const std::string text = format_native_stacks(stacks_sample());
    for (std::size_t bytes = 0; bytes + 2 < text.size(); ++bytes)
        CHECK_FALSE(parse_native_stacks(std::string_view(text).substr(0, bytes)));
}

TEST_CASE("native stacks: the busiest between two samples are stopped, and who was named") {
    const std::vector<Task> before{task(1, 1000), task(2, 1000), task(3, 9000), task(5, 500, 1)};
    const std::vector<Task> now{task(1, 5000), task(2, 3000), task(3, 9000), task(4, 3500), task(5, 700, 2)};
    using Tids = std::vector<std::uint64_t>;
    CHECK(threads_to_stop(&before, now, {2, {}}) == Tids{1, 4});
    CHECK(threads_to_stop(&before, now, {9, {}}) == Tids{1, 4, 2, 5});  // 5 is another thread than before
    CHECK(threads_to_stop(&before, now, {1, {3, 1}}) == Tids{3, 1});
    CHECK(threads_to_stop(nullptr, now, {2, {}}) == Tids{3, 1});
    CHECK(threads_to_stop(&before, now, {0, {77}}) == Tids{77});
    CHECK(threads_to_stop(&before, now, {0, {77}, true}) == Tids{77, 1, 4, 2, 5, 3});
}
