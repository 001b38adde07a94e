#include "report/verbs/peek_text.h"

#include "base/lines.h"
#include "base/printable.h"
#include "catch.h"
#include "ledger/partition/reconcile.h"

using namespace nmtx;

namespace {

const std::string peeked_smaps =
    "10000-20000 rw-p 00000000 fe:00 77 /lib/libz.so.1\nRss: 64 kB\nPss: 64 kB\n"
    "20000-24000 rw-p 00000000 00:00 0 \nRss: 16 kB\nPss: 16 kB\n"
    "30000-40000 r--s 00000000 fe:00 78 /data/\x1b[31mred\xff\nRss: 32 kB\nPss: 32 kB\n"
    "50000-60000 ---p 00000000 00:00 0 \nRss: 0 kB\nPss: 0 kB\n"
    "70000-80000 rw-p 00000000 00:00 0 \nRss: 16 kB\nPss: 16 kB\n";

ProcessView view_of_smaps() {
    ProcessView view;
    view.smaps = parse_smaps(peeked_smaps).value();
    view.vm = Vm::none;
    return view;
}

}  // namespace

TEST_CASE(
    "peek: the piece that an address lies in, with its owner; an address that is not mapped names its "
    "neighbour") {
    const ProcessView view = view_of_smaps();
    const Ledger ledger = reconcile(view).value();
    const PeekPlace library = peek_place({&view, &ledger}, {0x10008}).value();
    CHECK(library.range == range_of(0x10000, 0x20000));
    CHECK(library.mapping->name == "/lib/libz.so.1");
    CHECK(peek_place({&view, &ledger}, {0x7ffff})->owner == "unexplained");
    CHECK(peek_place({&view, &ledger}, {0x40000}).error().hint.find("30000-40000") != std::string::npos);
    CHECK(peek_place({&view, &ledger}, {8}).error().hint.find("10000") != std::string::npos);
    CHECK_FALSE(peek_place({&view, &ledger}, {~std::uint64_t{0}}));
}

TEST_CASE("peek: pointers are named by file, else by owner, and lead to nothing that has no access") {
    const ProcessView view = view_of_smaps();
    const Ledger ledger = reconcile(view).value();
    const PointerMap map = pointer_map({&view, &ledger}, range_of(0x70000, 0x80000));
    const auto name_at = [&](std::uint64_t at) -> std::string {
        for (const auto& segment : map.ranges) {
            if (segment.range.contains(Address{at})) return map.names[segment.value];
        }
        return "nothing";
    };
    CHECK(name_at(0x10000) == "libz.so.1");
    CHECK(name_at(0x30000) == "\x1b[31mred\xff");
    CHECK(name_at(0x50000) == "nothing");
    CHECK(name_at(0x70000) == "itself");
    CHECK(name_at(0x90000) == "nothing");
}

TEST_CASE("peek: the text fits its width, and nothing of the target's reaches the terminal as it is") {
    const ProcessView view = view_of_smaps();
    const Ledger ledger = reconcile(view).value();
    const PeekPlace place = peek_place({&view, &ledger}, {0x30000}).value();
    Peek peek;
    peek.ranges = 1;
    peek.asked = kib(64);
    peek.resident = kib(32);
    peek.looked_at = kib(16);
    peek.text = kib(8);
    peek.other = kib(4);
    peek.pointers = kib(4);
    peek.entropy = 4.25;
    for (int i = 0; i < 20; ++i) peek.into.push_back({std::string(150, 'n') + "\x1b[2J", 1234567});
    peek.frequent = {{"line\nof\ttext" + std::string(148, 't'), 5000, 3}};
    peek.longest = {{"once", 4, 1}};
    peek.sample_at = {0x30010};
    peek.sample.assign(40, std::byte{0x1b});
    for (const std::size_t width : {60U, 80U, 100U}) {
        TextStyle style;
        style.width = width;
        const std::string text = peek_text(view, place, peek, style);
        CAPTURE(width, text);
        for (Lines lines(text); lines.next();) {
            CHECK(printable(lines.line()) == lines.line());
            CHECK(display_width(lines.line()) <= width);
        }
        CHECK(text.find("16 KiB sampled") != std::string::npos);
        CHECK(text.find("8 others") != std::string::npos);
        CHECK(text.find("\"line\\nof\\ttext") != std::string::npos);
        CHECK(text.find("000000030010  1b 1b") != std::string::npos);
    }
}

TEST_CASE("peek: where nothing is resident that is all there is to say") {
    Peek peek;
    peek.ranges = 1;
    peek.asked = mib(64);
    CHECK(peek_figures(peek, {}) == "64.0 MiB, 0 B resident\n");
}

TEST_CASE("peek: of blocks it says how many of how many, and fits its width") {
    BlockSample sample;
    sample.of = 177719;
    for (std::uint64_t i = 0; i < 64; ++i)
        sample.blocks.push_back(range_of(0x70000 + i * 1024, 0x70000 + i * 1024 + 1016));
    Peek peek;
    peek.ranges = 64;
    peek.asked = peek.resident = peek.looked_at = peek.zero = Bytes(64 * 1016);
    const std::string text = peek_blocks_text(sample, peek, true, {});
    INFO(text);
    CHECK(text.find("Peek: 64 of 177,719 blocks of 1,016 B in use, not in NMT") == 0);
    CHECK(text.find("64 blocks, 64 KiB in total, 64 KiB resident") != std::string::npos);
    for (const std::size_t width : {40U, 80U}) {
        TextStyle style;
        style.width = width;
        const std::string narrow = peek_blocks_text(sample, peek, false, style);
        CAPTURE(narrow);
        CHECK(narrow.find("NMT") == std::string::npos);
        for (Lines lines(narrow); lines.next();) CHECK(display_width(lines.line()) <= width);
    }
    sample.of = sample.blocks.size();
    CHECK(peek_blocks_text(sample, peek, true, {}).find("Peek: all 64 blocks of 1,016 B in use") == 0);
}

TEST_CASE("peek: a size that no block has names the nearest that there are") {
    BlockSample sample;
    CHECK(no_such_blocks(Bytes(1010), sample).hint.empty());
    sample.nearest = {Bytes(1000), Bytes(1016)};
    CHECK(to_string(no_such_blocks(Bytes(1010), sample)) ==
          "--peek: no untracked block of 1,010 usable bytes is in use; nearest sizes: 1000, "
          "1016");
}
