// What people and their programs make of figures and punctuation.
#include <string>
#include <utility>
#include <vector>

#include "catch.h"
#include "pasted/divide/clean_text.h"

using namespace nmtx;

TEST_CASE("clean: separators of thousands go where no fraction and no list may be meant") {
    const std::vector<std::pair<std::string, std::string>> changed{
        {"hierarchical_memory_limit 2,472,419,328", "hierarchical_memory_limit 2472419328"},
        {"anon-rss:501,976kB, x", "anon-rss:501976kB, x"},
        {"Rss: 7.835.488 kB", "Rss: 7835488 kB"},
        {"a 1'978'368", "a 1978368"},
        {"a 1\xE2\x80\x99"
         "978\xE2\x80\x99"
         "368",
         "a 1978368"},
        {"a 1\xE2\x80\xAF"
         "978\xE2\x80\xAF"
         "368",
         "a 1978368"},
        {"VmRSS: 1\xC2\xA0"
         "234\xC2\xA0"
         "567 kB",
         "VmRSS: 1234567 kB"},
        {"reserved=2,621,440KB", "reserved=2621440KB"},
    };
    for (const auto& [from, to] : changed) CHECK(clean_text(from) == to);
    for (const std::string& kept :
         {std::string("[1,234s] x"), std::string("3,100: [GC"), std::string("12,345 ms"),
          std::string("192.168.100.200"), std::string("1.281GiB / 2.691GiB"), std::string("cpuset=0,128,256"),
          std::string("Cpus_allowed_list: 100,101"), std::string("1,281GiB"), std::string("0,123 x"),
          std::string("a,100,200"), std::string("1.8.0_302")})
        CHECK(clean_text(kept) == kept);
}

TEST_CASE("clean: full-width punctuation, dashes and quotes of word processors are those of ASCII") {
    CHECK(clean_text("VmRSS\xEF\xBC\x9A"
                     "1234 kB\xEF\xBC\x88x\xEF\xBC\x89") == "VmRSS:1234 kB(x)");
    CHECK(clean_text("a=1KB\xEF\xBC\x8C"
                     "b=2KB") == "a=1KB, b=2KB");
    CHECK(clean_text("\xE2\x80\x93Xmx8g \xE2\x80\x9Cmain\xE2\x80\x9D") == "-Xmx8g \"main\"");
}
