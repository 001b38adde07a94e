#include "kernel/thread_bounds.h"

#include "catch.h"

using namespace nmtx;

TEST_CASE("thread bounds: the document is read as it was written, and an address finds its stack") {
    const std::string text =
        "complete\nstack 7f0000000000-7f0000101000 tid 4711 guard 4096\n"
        "stack 7f0000101000-7f0000202000 tid 0 guard 0\n";
    const auto bounds = parse_thread_bounds(text).value();
    CHECK(format_thread_bounds(bounds) == text);
    CHECK(bounds.complete);
    CHECK(bounds.at({0x7f0000100fff})->tid == 4711);
    CHECK(bounds.at({0x7f0000101000})->tid == 0);
    CHECK(bounds.at({0x7f0000202000}) == nullptr);
    CHECK_FALSE(parse_thread_bounds("partial\n")->complete);
    for (std::size_t n = 0; n < text.size(); ++n) static_cast<void>(parse_thread_bounds(text.substr(0, n)));
}

TEST_CASE("thread bounds: an error names the line") {
    CHECK(parse_thread_bounds("").error().where == "thread stacks:0");
    CHECK(parse_thread_bounds("whole\n").error().where == "thread stacks:1");
    CHECK(parse_thread_bounds("complete\nstack 2000-1000 tid 1 guard 0\n").error().where ==
          "thread stacks:2");
    CHECK(parse_thread_bounds("complete\nstack 1000-2000 tid 1 guard 8192\n").error().where ==
          "thread stacks:2");
    CHECK(parse_thread_bounds("complete\nstack 1000-3000 tid 1 guard 0\nstack 2000-4000 tid 2 guard 0\n")
              .error()
              .where == "thread stacks:3");
}
