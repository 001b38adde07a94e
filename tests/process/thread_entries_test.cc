#include "process/thread_entries.h"

#include "catch.h"

using namespace nmtx;

TEST_CASE("thread entries: a stack's top and a file, ascending, there and back") {
    const std::vector<ThreadEntry> entries{
        {Address{0x7f1200100000}, "/opt/my app/libworker.so", Address{0x7f2d54000030}},
        {Address{0x7f1200200000}, "/lib/x.so (deleted)", std::nullopt},
        {Address{0x7f1200300000}, "", Address{0x7f2d54000030}}};
    const std::string text = format_thread_entries(entries);
    const auto read = parse_thread_entries(text).value();
    REQUIRE(read.size() == 3);
    CHECK(read[0].arena == Address{0x7f2d54000030});
    CHECK_FALSE(read[1].arena);
    CHECK(read[2].file.empty());
    CHECK(read[2].arena == Address{0x7f2d54000030});
    CHECK(read[0].stack_top == entries[0].stack_top);
    CHECK(read[0].file == "/opt/my app/libworker.so");
    CHECK(read[1].file == "/lib/x.so (deleted)");
    CHECK(parse_thread_entries("").value().empty());
    for (const std::string_view wrong : {"x - y\n", "7f12\n", "7f12 \n", "7f12 -\n", "7f12 - \n", "7f12 /a\n",
                                         "7f13 - /a\n7f12 - /b\n", "7f12 - /a\n7f12 - /b\n"})
        CHECK_FALSE(parse_thread_entries(wrong).has_value());
    CHECK(parse_thread_entries("7f13 - /a\n7f12 - /b\n").error().where == "entries:2");
}
