#include "kernel/task_switches.h"

#include <string>

#include "catch.h"

using namespace nmtx;

namespace {

// Linux 6.18, cut.
const std::string thread_4711 =
    "java (4711, #threads: 38)\n"
    "-------------------------------------------------------------------\n"
    "se.exec_start                                :       1166252.552007\n"
    "se.vruntime                                  :        850163.252704\n"
    "se.sum_exec_runtime                          :             6.476781\n"
    "nr_switches                                  :                   42\n"
    "nr_voluntary_switches                        :                   41\n"
    "nr_involuntary_switches                      :                    1\n";

}  // namespace

TEST_CASE("task switches: how often it lost its processor, and when its time was last counted") {
    const auto switches = parse_task_switches(thread_4711);
    REQUIRE(switches);
    CHECK(switches->away == 42);
    CHECK(switches->counted_at_ns == 1166252552007);
}

TEST_CASE("task switches: a text without one of them, or with another form of it, says nothing") {
    CHECK_FALSE(parse_task_switches(""));
    CHECK_FALSE(parse_task_switches("nr_switches : 42\n"));
    CHECK_FALSE(parse_task_switches("se.exec_start : 12.000001\n"));
    CHECK_FALSE(parse_task_switches("se.exec_start : 12.01\nnr_switches : 42\n"));
    CHECK_FALSE(parse_task_switches("se.exec_start : 99999999999999999999.000001\nnr_switches : 42\n"));
    CHECK_FALSE(parse_task_switches("se.exec_start : 18446744073709551615.000001\nnr_switches : 42\n"));
    for (std::size_t n = 0; n < thread_4711.find("42"); ++n)
        CHECK_FALSE(parse_task_switches(std::string_view(thread_4711).substr(0, n)));
}

TEST_CASE("task switches: a task that was switched to once more than away has a processor") {
    CHECK(has_processor(43, {42, 0}) == true);
    CHECK(has_processor(42, {42, 0}) == false);
    // Counted at different times, or from different beginnings.
    CHECK_FALSE(has_processor(44, {42, 0}));
    CHECK_FALSE(has_processor(41, {42, 0}));
}

TEST_CASE("task switches: the processor is field 39 of stat, whatever the thread calls itself") {
    const std::string fields =
        " R 15021 15010 11733 34816 15010 4194304 5120 0 3 0 211 35 0 0 20 0 42 0 26541 3321462784 44384 "
        "18446744073709551615 94322370650112 94322370650957 140726902331232 0 0 0 0 0 16800975 0 0 0 17 5 0 0\n";
    CHECK(processor_in_stat("15062 (java)" + fields) == 5U);
    CHECK(processor_in_stat("15062 (a) R 1 (b)" + fields) == 5U);
    CHECK_FALSE(processor_in_stat("15062 (java)" + fields.substr(0, fields.find("5 0 0\n"))));
    CHECK_FALSE(processor_in_stat("15062"));
}
