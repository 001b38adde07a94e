#include "triggers/kill_count.h"

#include "catch.h"

using nmtx::KillCount;

TEST_CASE("kill count: a counter that has risen is an OOM kill") {
    KillCount kills(3);
    kills.look(4);
    CHECK(kills.how_it_ended() == "the process ended after an OOM kill in its cgroup");
}

TEST_CASE("kill count: one that has not risen is none") {
    KillCount kills(3);
    kills.look(3);
    CHECK(kills.how_it_ended() == "the process ended without an OOM kill in its cgroup");
}

TEST_CASE("kill count: a kill that was seen counts although the cgroup is gone") {
    KillCount kills(0);
    kills.look(1);
    kills.look(std::nullopt);
    CHECK(kills.how_it_ended() == "the process ended after an OOM kill in its cgroup");
}

TEST_CASE("kill count: where the cgroup is gone before the last look, nothing is known") {
    KillCount kills(0);
    kills.look(0);
    kills.look(std::nullopt);
    CHECK(kills.how_it_ended() == "the process ended");
    CHECK(KillCount(std::nullopt).how_it_ended() == "the process ended");
}
