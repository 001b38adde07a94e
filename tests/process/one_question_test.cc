#include "process/one_question.h"

#include "catch.h"

using namespace nmtx;

TEST_CASE("one question: it is asked once, whatever comes back, and nothing else is wanted") {
    OneQuestion plan("VM.native_memory baseline");
    Capture capture;
    CHECK(plan.document() == "hotspot/VM.native_memory baseline");
    CHECK(plan.next_question(capture) == "VM.native_memory baseline");
    CHECK_FALSE(plan.attach_refused(capture).has_value());
    CHECK(plan.residency_wanted(capture).empty());
    SECTION("an answer") {
        capture.add(plan.document(), "Baseline taken\n");
    }
    SECTION("none") {
        capture.miss(plan.document(), {"no answer", ""});
    }
    CHECK_FALSE(plan.next_question(capture).has_value());
}

TEST_CASE("one question: a JVM whose options forbid it is not asked") {
    OneQuestion plan("VM.native_memory summary");
    Capture capture;
    const std::string_view arguments("java\0-XX:+DisableAttachMechanism\0Main\0", 38);
    capture.add(document::cmdline, std::string(arguments));
    const auto refused = plan.attach_refused(capture);
    REQUIRE(refused.has_value());
    CHECK(refused->why.find("DisableAttachMechanism") != std::string::npos);
}
