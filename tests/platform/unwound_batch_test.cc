#include "platform/profile/unwound_batch.h"

#include "catch.h"

using namespace nmtx;

namespace {

NativeFrame native(std::uint64_t at) {
    NativeFrame frame;
    frame.at = Address{at};
    return frame;
}

NativeFrame java(const std::string& name, int line, bool about = false) {
    NativeFrame frame;
    frame.kind = FrameKind::compiled;
    frame.symbol = name;
    frame.file = "A.java";
    frame.line = line;
    frame.about = about;
    return frame;
}

NativeStacks made_stacks() {
    NativeStacks stacks;
    stacks.java_missing = "why";
    for (int i = 0; i < 2; ++i) {
        NativeStack& stack = stacks.stacks.emplace_back();
        stack.end = i == 0 ? StackEnd::bottom : StackEnd::heap;
        stack.frames = {native(16), native(16), java("a.B.c", 7), java("a.B.c", 7, true)};
    }
    return stacks;
}

}  // namespace

TEST_CASE("batch: each distinct frame is there once, and comes back as it was") {
    const UnwoundBatch batch = batch_of(made_stacks());
    // The innermost is at its address, the next one returns there; of what is only about there, no line.
    REQUIRE(batch.frames.size() == 4);
    CHECK(batch.frames[0].exact);
    CHECK_FALSE(batch.frames[1].exact);
    CHECK(batch.frames[2].line == 7);
    CHECK(batch.frames[3].line == 0);
    const auto read = parse_batch(format_batch(batch), 2);
    REQUIRE(read);
    CHECK(read->frames == batch.frames);
    CHECK(read->java_missing == "why");
    REQUIRE(read->stacks.size() == 2);
    CHECK(read->stacks[0].end == StackEnd::bottom);
    CHECK(read->stacks[1].end == StackEnd::heap);
    CHECK(read->stacks[1].frames == std::vector<std::uint32_t>{0, 1, 2, 3});
}

TEST_CASE("batch: no prefix of it is one, and no changed byte is a crash") {
    const std::string text = format_batch(batch_of(made_stacks()));
    for (std::size_t n = 0; n < text.size(); ++n) CHECK_FALSE(parse_batch(text.substr(0, n), 2));
    CHECK_FALSE(parse_batch(text + "x", 2));
    CHECK_FALSE(parse_batch(text, 1));
    CHECK_FALSE(parse_batch(text, 3));
    for (std::size_t n = 0; n < text.size(); ++n) {
        for (const char byte : {'\x00', '\x7f', '\xff'}) {
            std::string changed = text;
            changed[n] = byte;
            const auto read = parse_batch(changed, 2);
            if (!read) continue;
            for (const UnwoundBatch::Stack& stack : read->stacks) {
                for (const std::uint32_t frame : stack.frames) CHECK(frame < read->frames.size());
            }
        }
    }
}
