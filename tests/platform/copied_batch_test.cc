#include "platform/profile/copied_batch.h"

#include "catch.h"

using namespace nmtx;

TEST_CASE("copies: come back as they were, and no prefix of them is some") {
    std::vector<ThreadCopy> copies(2);
    for (std::size_t i = 0; i < copies.size(); ++i) {
        copies[i].tid = static_cast<pid_t>(4711 + i);
        copies[i].own_id = 7 + i;
        for (std::size_t r = 0; r < dwarf_registers; ++r) copies[i].registers[r] = 100 * i + r;
        copies[i].begin = Address{0x7f0000001000};
        copies[i].bytes.assign(30 * i, std::byte{0x5a});
    }
    const std::string text = format_copies("a line of maps\n", copies);
    const auto read = parse_copies(text);
    REQUIRE(read);
    CHECK(read->maps == "a line of maps\n");
    REQUIRE(read->copies.size() == 2);
    for (std::size_t i = 0; i < copies.size(); ++i) {
        CHECK(read->copies[i].tid == copies[i].tid);
        CHECK(read->copies[i].own_id == copies[i].own_id);
        CHECK(read->copies[i].registers == copies[i].registers);
        CHECK(read->copies[i].begin == copies[i].begin);
        CHECK(read->copies[i].bytes == copies[i].bytes);
    }
    for (std::size_t n = 0; n < text.size(); ++n) CHECK_FALSE(parse_copies(text.substr(0, n)));
    CHECK_FALSE(parse_copies(text + "x"));
}
