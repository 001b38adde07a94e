#include <string>

#include "catch.h"
#include "kernel/status.h"

using namespace nmtx;

namespace {

constexpr std::string_view cat_status = R"(## cat /proc/2936/status
Name:   java
Umask:  0002
State:  S (sleeping)
Pid:    2936
VmHWM:   3996064 kB
VmRSS:   3988836 kB   <-- of 4 GiB
RssAnon:         3981328 kB
Threads:        735
Speculation_Store_Bypass:       vulnerable
Verdict: it leaks
)";

constexpr std::string_view pasted_limits =
    R"(Limit                     Soft Limit           Hard Limit           Units     
Max cpu time              unlimited            unlimited            seconds   
Max stack size            8388608              unlimited            bytes     # 8 MiB
Max processes             96365                96365                processes 
)";

}  // namespace

TEST_CASE("pasted status: blanks for tabs, remarks, and sentences that look like fields") {
    const auto pasted = parse_pasted_status(cat_status);
    REQUIRE(pasted);
    CHECK(pasted->status.name == "java");
    CHECK(pasted->status.pid == 2936);
    CHECK(pasted->status.state == 'S');
    CHECK(pasted->status.vm_rss == kib(3988836));
    CHECK(pasted->status.rss_anon == kib(3981328));
    CHECK(pasted->status.threads == 735);
    CHECK_FALSE(pasted->status.vm_swap);
    const std::vector<UnreadText> expected{
        {1, "## cat /proc/2936/status", false}, {7, "<-- of 4 GiB", true}, {11, "Verdict: it leaks", false}};
    CHECK(pasted->not_understood.texts() == expected);
}

TEST_CASE("pasted status: what grep has left, and of two processes the first") {
    const auto pasted = parse_pasted_status("VmRSS:\t  10 kB\nVmRSS:\t  20 kB\nVmSwap: x kB\n");
    REQUIRE(pasted);
    CHECK(pasted->status.vm_rss == kib(10));
    CHECK_FALSE(pasted->status.vm_swap);
    CHECK(pasted->status.pid == 0);
    CHECK(pasted->not_understood.texts().size() == 2);
    CHECK_FALSE(parse_pasted_status("hello: you\n"));
}

TEST_CASE("pasted limits: with the heading or without") {
    for (const std::string_view text : {pasted_limits, pasted_limits.substr(pasted_limits.find('\n') + 1)}) {
        const auto pasted = parse_pasted_limits(text);
        REQUIRE(pasted);
        CHECK(pasted->limits.stack_size == 8388608);
        CHECK(pasted->limits.processes == 96365);
        REQUIRE(pasted->not_understood.texts().size() == 1);
        CHECK(pasted->not_understood.texts()[0].text == "# 8 MiB");
    }
    CHECK_FALSE(parse_pasted_limits("Max cpu time  unlimited  unlimited\n"));
}

TEST_CASE("pasted status and limits: every prefix gives a value or an error") {
    for (const std::string_view text : {cat_status, pasted_limits}) {
        for (std::size_t n = 0; n <= text.size(); ++n) {
            const std::string_view part = text.substr(0, n);
            if (const auto pasted = parse_pasted_status(part); !pasted)
                CHECK(pasted.error().where == "status:1");
            if (const auto pasted = parse_pasted_limits(part); !pasted)
                CHECK(pasted.error().where.starts_with("limits:"));
        }
    }
}
