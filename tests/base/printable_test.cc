#include "base/printable.h"

#include <string>

#include "base/error.h"
#include "catch.h"

using namespace nmtx;

TEST_CASE("printable: text that is harmless stays as it is") {
    for (const std::string_view text : {"", "/usr/lib/libc.so.6", "GC Thread#0", "Übersicht", "日本語", "🙂",
                                        "a\xCC\x81", "\xF4\x8F\xBF\xBF"}) {
        CHECK(printable(text) == text);
    }
}

TEST_CASE("printable: control characters and what hides or turns text become question marks") {
    CHECK(printable("\x1b[31mred") == "?[31mred");
    CHECK(printable("a\nb\tc\rd") == "a?b?c?d");
    CHECK(printable(std::string_view("a\0b", 3)) == "a?b");
    CHECK(printable("a\x7f") == "a?");
    CHECK(printable("\xC2\x9B"
                    "31m") == "?31m");  // C1: a one-character escape sequence
    CHECK(printable("a\xE2\x80\xAE"
                    "fdp.exe") == "a?fdp.exe");  // U+202E turns what follows
    CHECK(printable("a\xE2\x80\x8B"
                    "b") == "a?b");           // U+200B has no width
    CHECK(printable("\xE2\x80\xA8") == "?");  // U+2028 breaks the line
    CHECK(printable("\xEF\xBB\xBF") == "?");
}

TEST_CASE("printable: a byte that is no valid UTF-8 becomes a question mark, the rest survives") {
    CHECK(printable("a\xFF"
                    "b") == "a?b");
    CHECK(printable("\x80") == "?");
    CHECK(printable("\xC0\xAF") == "??");            // overlong "/"
    CHECK(printable("\xE0\x80\xAF") == "???");       // overlong
    CHECK(printable("\xF0\x80\x80\xAF") == "????");  // overlong
    CHECK(printable("\xED\xA0\x80") == "???");       // a surrogate
    CHECK(printable("\xF4\x90\x80\x80") == "????");  // above U+10FFFF
    CHECK(printable("\xF5\x80\x80\x80") == "????");
    CHECK(printable("\xE6\x97") == "??");  // cut
    CHECK(printable("\xE6\x97"
                    "a") == "??a");
}

TEST_CASE("display width: wide characters take two columns, combining ones none") {
    CHECK(display_width("") == 0);
    CHECK(display_width("abc") == 3);
    CHECK(display_width("Ü") == 1);
    CHECK(display_width("日本") == 4);
    CHECK(display_width("🙂") == 2);
    CHECK(display_width("a\xCC\x81") == 1);
    CHECK(display_width("a\xFF") == 2);
}

TEST_CASE("fit: what fits stays, what does not loses its end or its beginning") {
    CHECK(fit("abc", 3) == "abc");
    CHECK(fit("abcd", 3) == "ab…");
    CHECK(fit("/usr/lib/libc.so", 8, true) == "…libc.so");
    CHECK(fit("abcd", 1) == "…");
    CHECK(fit("abcd", 1, true) == "…");
    CHECK(fit("abcd", 0).empty());
    CHECK(fit("", 0).empty());
}

TEST_CASE("fit: a wide character is never cut in two") {
    CHECK(fit("日本語", 6) == "日本語");
    CHECK(fit("日本語", 5) == "日本…");
    CHECK(fit("日本語", 4) == "日…");
    CHECK(fit("日本語", 4, true) == "…語");
    for (std::size_t width = 0; width < 12; ++width) {
        for (const bool keep_end : {false, true}) {
            CAPTURE(width, keep_end);
            CHECK(display_width(fit("a日b本c語\xFF"
                                    "d",
                                    width, keep_end)) <= width);
        }
    }
}

TEST_CASE("error: its line has the parts that there are, without control characters") {
    CHECK(to_string(Error{"smaps:42", "expected a, found b", "do c"}) ==
          "smaps:42: expected a, found b; do c");
    CHECK(to_string(Error{"", "what", ""}) == "what");
    CHECK(to_string(Error{"where", "what", ""}) == "where: what");
    CHECK(to_string(Error{"w\n", "\x1b[0m", "h"}) == "w?: ?[0m; h");
}
