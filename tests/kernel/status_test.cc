#include "kernel/status.h"

#include <string>
#include <vector>

#include "catch.h"

using namespace nmtx;

namespace {

constexpr std::string_view status_sample =
    "Name:\tjava\n"
    "Umask:\t0022\n"
    "State:\tS (sleeping)\n"
    "Tgid:\t15062\n"
    "Ngid:\t0\n"
    "Pid:\t15062\n"
    "PPid:\t15021\n"
    "TracerPid:\t0\n"
    "Uid:\t1000\t1001\t1002\t1003\n"
    "Gid:\t0\t0\t0\t4294967295\n"
    "FDSize:\t256\n"
    "Groups:\t24 1001 \n"
    "NStgid:\t15062\t7\n"
    "NSpid:\t15062\t7\n"
    "Kthread:\t0\n"
    "VmPeak:\t 3244644 kB\n"
    "VmSize:\t 3243616 kB\n"
    "VmLck:\t       1 kB\n"
    "VmHWM:\t  177537 kB\n"
    "VmRSS:\t  177536 kB\n"
    "RssAnon:\t   88724 kB\n"
    "RssFile:\t   88812 kB\n"
    "RssShmem:\t       3 kB\n"
    "VmPTE:\t     560 kB\n"
    "VmSwap:\t       4 kB\n"
    "HugetlbPages:\t       5 kB\n"
    "Threads:\t42\n"
    "SigBlk:\t0000000000000000\n"
    "SigIgn:\t0000000000000006\n"
    "SigCgt:\t2000000101005ccf\n"
    "CapPrm:\t000001fffeffffff\n"
    "CapEff:\t0000000000080400\n"
    "Cpus_allowed_list:\t0-1\n";

Error status_error(std::string_view text) {
    CAPTURE(text);
    const auto status = parse_status(text);
    REQUIRE_FALSE(status.has_value());
    return status.error();
}

constexpr std::string_view limits_sample =
    "Limit                     Soft Limit           Hard Limit           Units     \n"
    "Max cpu time              unlimited            unlimited            seconds   \n"
    "Max stack size            8388608              unlimited            bytes     \n"
    "Max processes             96365                96366                processes \n"
    "Max locked memory         65536                8388608              bytes     \n"
    "Max address space         unlimited            unlimited            bytes     \n"
    "Max nice priority         0                    0                    \n";

template <typename Parse>
void every_prefix(std::string_view text, Parse parse) {
    for (std::size_t length = 0; length <= text.size(); ++length) {
        const std::vector<char> bytes(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(length));
        const auto value = parse(std::string_view(bytes.data(), bytes.size()));
        CHECK((value.has_value() || !value.error().what.empty()));
    }
}

}  // namespace

TEST_CASE("status: every field that we own is read") {
    const auto status = parse_status(status_sample);
    REQUIRE(status.has_value());
    CHECK(status->name == "java");
    CHECK(status->state == 'S');
    CHECK_FALSE(status->zombie());
    CHECK(status->tgid == 15062);
    CHECK(status->pid == 15062);
    CHECK(status->parent == 15021);
    CHECK(status->uid == std::array<std::uint32_t, 4>{1000, 1001, 1002, 1003});
    CHECK(status->gid[3] == 4294967295U);
    CHECK(status->nspid == std::vector<std::uint64_t>{15062, 7});
    CHECK(status->threads == 42);
    CHECK(status->kernel_thread == false);
    CHECK(status->vm_peak == kib(3244644));
    CHECK(status->vm_size == kib(3243616));
    CHECK(status->vm_lck == kib(1));
    CHECK(status->vm_hwm == kib(177537));
    CHECK(status->vm_rss == kib(177536));
    CHECK(status->rss_anon == kib(88724));
    CHECK(status->rss_file == kib(88812));
    CHECK(status->rss_shmem == kib(3));
    CHECK(status->vm_pte == kib(560));
    CHECK(status->vm_swap == kib(4));
    CHECK(status->hugetlb_pages == kib(5));
    CHECK(status->cap_prm == 0x1fffeffffffU);
    CHECK(status->cap_eff == 0x80400U);
    CHECK(status->groups == std::vector<std::uint64_t>{24, 1001});
    CHECK(status->sig_blk == 0);
    CHECK(status->sig_ign == 6);
    CHECK(status->sig_cgt == 0x2000000101005ccf);
}

TEST_CASE("status: a zombie or kernel thread has no memory lines, which is not 0") {
    const auto zombie = parse_status("Name:\tjava\nState:\tZ (zombie)\nPid:\t7\n");
    REQUIRE(zombie.has_value());
    CHECK(zombie->zombie());
    CHECK_FALSE(zombie->vm_rss.has_value());
    CHECK_FALSE(zombie->kernel_thread.has_value());
    CHECK(zombie->nspid.empty());
    CHECK(parse_status("Name:\tkthreadd\nPid:\t2\nKthread:\t1\n")->kernel_thread == true);
}

TEST_CASE("status: a name may hold blanks, colons and the kernel's escapes") {
    CHECK(parse_status("Name:\t a: b \nPid:\t7\n")->name == " a: b ");
    CHECK(parse_status("Name:\ta\\nPid: 9\nPid:\t7\n")->name == "a\\nPid: 9");
    CHECK(parse_status("Name:\t\nPid:\t7\n")->name.empty());
}

TEST_CASE("status: without Name or Pid it is no status") {
    CHECK(status_error("").where == "status");
    CHECK(status_error("Pid:\t7\n").what == "expected the lines \"Name:\" and \"Pid:\", found no \"Name:\"");
    CHECK(status_error("Name:\tjava\n").what ==
          "expected the lines \"Name:\" and \"Pid:\", found no \"Pid:\"");
}

TEST_CASE("status: a malformed line names itself") {
    CHECK(status_error("Name:\tjava\nno colon\n") ==
          Error{"status:2", "expected \"Key:\tvalue\", found \"no colon\"", ""});
    for (const std::string_view line :
         {"Pid:\t", "Pid:\t-1", "Pid:\t7 8", "Pid:\t99999999999999999999", "Uid:\t0\t0\t0",
          "Uid:\t0\t0\t0\t0\t0", "Uid:\t0\t0\t0\t4294967296", "NSpid:\t", "NSpid:\t1 x", "VmRSS:\t12",
          "VmRSS:\t18014398509481984 kB", "SigCgt:\txyz", "SigCgt:\t12345678123456789", "State:\t",
          "State:\tSleeping", "Kthread:\t2", "Threads:\tmany", ":\t7"}) {
        CHECK(status_error("Name:\tjava\n" + std::string(line) + "\n").where == "status:2");
    }
}

TEST_CASE("status: every prefix gives a value or an error") {
    every_prefix(status_sample, [](std::string_view text) { return parse_status(text); });
}

TEST_CASE("statm: the first three figures are size, resident and shared pages") {
    const auto statm = parse_statm("811161 44384 22203 1 0 78042 0\n");
    REQUIRE(statm.has_value());
    CHECK(statm->size_pages == 811161);
    CHECK(statm->resident_pages == 44384);
    CHECK(statm->shared_pages == 22203);
    CHECK(parse_statm("").error().where == "statm");
    CHECK_FALSE(parse_statm("1 2\n").has_value());
    CHECK_FALSE(parse_statm("1 2x 3\n").has_value());
    CHECK_FALSE(parse_statm("1 2 99999999999999999999\n").has_value());
    every_prefix("811161 44384 22203 1 0 78042 0\n", [](std::string_view text) { return parse_statm(text); });
}

TEST_CASE("limits: the soft limits are read, unlimited is nothing") {
    const auto limits = parse_limits(limits_sample);
    REQUIRE(limits.has_value());
    CHECK(limits->stack_size == 8388608);
    CHECK(limits->processes == 96365);
    CHECK(limits->locked_memory == 65536);
    CHECK_FALSE(limits->address_space.has_value());
}

TEST_CASE("limits: a number as wide as its column is still told from the next") {
    const auto limits =
        parse_limits("Limit \nMax stack size            18446744073709551615 18446744073709551615 bytes\n");
    REQUIRE(limits.has_value());
    CHECK(limits->stack_size == UINT64_MAX);
}

TEST_CASE("limits: a malformed row names its line") {
    CHECK(parse_limits("").error().where == "limits:1");
    CHECK(parse_limits("Name:\tjava\n").error().where == "limits:1");
    CHECK(parse_limits("Limit \nMax stack size   none  0 bytes\n").error().where == "limits:2");
    CHECK(parse_limits("Limit \nMax stack size   8388608\n").error().where == "limits:2");
    CHECK(parse_limits("Limit \nMax stack size\n").error().where == "limits:2");
    CHECK(parse_limits("Limit \nMax stack size   99999999999999999999 0\n").error().where == "limits:2");
    CHECK(parse_limits("Limit \nMax cpu time  0 0\nsomething else\n").error().where == "limits:3");
    CHECK(parse_limits("Limit \nMax stack sizes   none\n").has_value());
    every_prefix(limits_sample, [](std::string_view text) { return parse_limits(text); });
}
