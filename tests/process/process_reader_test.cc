// From the documents of a capture to what they say.
#include "process/process_reader.h"

#include "catch.h"

using namespace nmtx;

namespace {

void add_reply(Capture& capture, std::string_view command, std::string text) {
    capture.add(document_of(command), std::move(text));
}

}  // namespace

TEST_CASE("reader: a document that cannot be understood is missing, with the parser's words") {
    Capture capture;
    capture.add(document::statm_before, "hello\n");
    add_reply(capture, question::flags, "hello\n");
    capture.miss(document::attach, {"it does not answer", "try again"});
    ProcessReader reader;
    REQUIRE(reader.update(capture));
    REQUIRE(reader.update(capture));
    const ProcessView& view = reader.view();
    CHECK_FALSE(view.statm_before);
    CHECK_FALSE(view.vm_flags);
    REQUIRE(view.missing.size() == 3);
    CHECK(view.missing[0].what == document_of(question::flags));
    CHECK(view.missing[1].what == document::attach);
    CHECK(view.missing[1].hint == "try again");
    CHECK(view.missing[2].what == document::statm_before);
    CHECK(view.missing[2].why.find("kernel/statm before") != std::string::npos);
}

TEST_CASE("reader: documents may come one by one, and each is read once") {
    Capture capture;
    ProcessReader reader;
    capture.add(document::exe, "/opt/jdk/bin/java");
    REQUIRE(reader.update(capture));
    CHECK(reader.view().exe == "/opt/jdk/bin/java");
    CHECK(reader.view().vm == Vm::unknown);
    capture.add(document::exe, "/bin/cat");
    capture.add(document::smaps, "");
    add_reply(capture, question::flags, "-XX:+UseG1GC \n");
    REQUIRE(reader.update(capture));
    CHECK(reader.view().exe == "/opt/jdk/bin/java");
    CHECK(reader.view().vm == Vm::none);
    CHECK(reader.view().gc() == "G1");
}

TEST_CASE("reader: without smaps there is nothing to report, and that does not change") {
    Capture capture;
    capture.add(document::smaps, "no mapping\n");
    ProcessReader reader;
    const auto failed = reader.update(capture);
    REQUIRE_FALSE(failed);
    CHECK(failed.error().where.starts_with("smaps"));
    CHECK(reader.update(Capture()).error().where == failed.error().where);
}
