#include "platform/collect.h"

#include <gnu/libc-version.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <thread>

#include "catch.h"
#include "platform/child.h"
#include "platform/jvm/jvm_list.h"
#include "platform/mapped_here.h"

using namespace nmtx;
using namespace nmtx::test;

namespace {

struct Plan : CapturePlan {
    std::optional<Missing> refusal;
    std::vector<std::string> questions;
    std::vector<Range> wanted;
    std::vector<Range> frozen;
    Address look_at;
    std::string seen;
    std::optional<MappedFile> library;
    std::optional<std::string> release;
    std::size_t asked = 0;
    bool walks = false;

    std::optional<Missing> attach_refused(const Capture& so_far) override {
        CHECK(so_far.tried(document::cmdline));
        CHECK(so_far.tried(document::hsperfdata));
        return refusal;
    }
    std::optional<std::string> next_question(const Capture&) override {
        if (asked >= questions.size()) return std::nullopt;
        return questions[asked++];
    }
    std::vector<Range> residency_wanted(const Capture& so_far) override {
        CHECK(so_far.text(document::smaps).has_value());
        return wanted;
    }
    std::vector<Range> frozen_ranges(const Capture& so_far, TargetMemory& /*running*/) override {
        CHECK(so_far.text(document::smaps).has_value());
        return frozen;
    }
    void derive(Capture& so_far, TargetMemory& memory, TargetFiles& files) override {
        std::vector<std::byte> bytes(4);
        const std::size_t read = memory.read(look_at, bytes);
        seen.assign(reinterpret_cast<const char*>(bytes.data()), read);
        if (library) release = files.glibc_release(*library);
        so_far.add("malloc/layout", "derived");
        if (walks) so_far.add(document::malloc_walk, "{}");
    }
};

CollectOptions options_for(const Child& child) {
    CollectOptions options;
    options.pid = child.pid();
    options.nmtx_version = "1";
    return options;
}

}  // namespace

TEST_CASE("collect: a process that is no JVM gives the kernel's documents and says why there are no others") {
    static char marked[] = "mark";
    const Child child([](auto ready) {
        marked[0] = 'M';
        ready();
    });
    Plan plan;
    plan.questions = {"VM.version", "GC.heap_info"};
    const auto page = reinterpret_cast<std::uint64_t>(marked) & ~std::uint64_t{4095};
    plan.wanted = {range_of(page, page + 4096)};
    plan.look_at = {reinterpret_cast<std::uint64_t>(marked)};
    plan.library = mapped_at(this_process(), malloc_of_libc());  // the child has it where we have it
    const auto capture = collect(options_for(child), plan);
    REQUIRE(capture);
    for (const auto name :
         {document::status, document::statm_before, document::statm_after, document::smaps, document::limits,
          document::cmdline, document::auxv, document::exe, document::tasks, document::cgroup}) {
        CAPTURE(name);
        CHECK(capture->text(name).has_value());
    }
    CHECK(plan.seen == "Mark");
    CHECK(plan.release == ::gnu_get_libc_version());
    CHECK(capture->text("malloc/layout") == "derived");
    CHECK(capture->text(document::residency)->find("asked") != std::string_view::npos);
    CHECK(capture->text(document::tasks)->substr(0, std::to_string(child.pid()).size()) ==
          std::to_string(child.pid()));

    REQUIRE(capture->missing(document::attach) != nullptr);
    CHECK(capture->missing(document::attach)->why.find("not a HotSpot JVM") != std::string::npos);
    CHECK(capture->missing("hotspot/VM.version") != nullptr);
    CHECK_FALSE(capture->tried("hotspot/GC.heap_info"));

    CHECK(capture->header.pid == child.pid());
    CHECK(capture->header.start_ticks > 0);
    CHECK(capture->header.boot_id.size() == 36);
    CHECK(capture->header.taken_at.size() == std::strlen("2026-11-22T20:16:28Z"));
    CHECK(capture->header.target_uptime_s >= 0);
    CHECK_FALSE(capture->header.kernel_release.empty());
    CHECK(capture->header.cost.wall_ms >= capture->header.cost.attach_ms);
    CHECK(capture->steps().front().document == document::status);
    CHECK(capture->steps().back().document == document::statm_after);
}

TEST_CASE("collect: nobody is asked where the plan or the user refuses") {
    const Child child([](auto ready) { ready(); });
    Plan plan;
    plan.questions = {"VM.version"};
    CollectOptions options = options_for(child);
    SECTION("the plan") {
        plan.refusal = Missing{"it would be a thread dump", "restart"};
        CHECK(*collect(options, plan)->missing(document::attach) == *plan.refusal);
    }
    SECTION("the user") {
        options.attach = false;
        CHECK(collect(options, plan)->missing(document::attach)->why ==
              "the JVM was not asked: --attach=never");
    }
    CHECK(plan.asked == 0);
}

TEST_CASE(
    "collect: a report of NMT that was handed in is a document of its own; most effort reads the rollup") {
    const Child child([](auto ready) { ready(); });
    Plan plan;
    CollectOptions options = options_for(child);
    options.nmt_text = "Native Memory Tracking:\n";
    options.effort = Effort::most;
    const auto capture = collect(options, plan);
    REQUIRE(capture);
    CHECK(capture->text(document::nmt_file) == "Native Memory Tracking:\n");
    CHECK(capture->text(document::smaps_rollup).has_value());
    CHECK(capture->header.effort == Effort::most);
    CHECK_FALSE(capture->tried(document::residency));
}

TEST_CASE("collect: secrets on the command line do not enter the capture") {
    int input[2];
    REQUIRE(::pipe(input) == 0);
    const Child child([&](auto ready) {
        ::dup2(input[0], STDIN_FILENO);
        ready();
        ::execl("/bin/sh", "sh", "-c", "read x; :", "java", "-Ddb.password=hunter2", nullptr);
    });
    const auto cmdline = [&] { return read_text("/proc/" + std::to_string(child.pid()) + "/cmdline"); };
    REQUIRE(eventually([&] { return cmdline().find("hunter2") != std::string::npos; }));
    Plan plan;
    const auto capture = collect(options_for(child), plan);
    ::close(input[0]);
    ::close(input[1]);
    REQUIRE(capture);
    CHECK(capture->text(document::cmdline)->find("-Ddb.password=********") != std::string_view::npos);
    for (const auto& [name, text] : capture->documents()) {
        CAPTURE(name);
        CHECK(text->find("hunter2") == std::string::npos);
    }
}

TEST_CASE("collect: what has no user memory is refused by name") {
    Plan plan;
    CollectOptions options;
    SECTION("gone") {
        options.pid = 4194305;
        CHECK(collect(options, plan).error().what == "no such process");
    }
    SECTION("zombie") {
        const Child child([](auto) { ::_exit(0); });
        options.pid = child.pid();
        REQUIRE(eventually([&] { return ProcessFiles::open(child.pid())->zombie(); }));
        CHECK(collect(options, plan).error().what.find("is a zombie") == 0);
    }
    SECTION("a process whose first thread has ended, and no other") {
        const Child child([](auto ready) {
            std::thread([] { ::pause(); }).detach();
            ready();
            ::syscall(SYS_exit, 0);
        });
        options.pid = child.pid();
        REQUIRE(eventually([&] { return ProcessFiles::open(child.pid())->zombie(); }));
        CHECK(collect(options, plan).error().what.find("runs on in 1 of its threads") == 0);
    }
    SECTION("kernel thread") {
        const auto kthreadd = ProcessFiles::open(2);
        if (!kthreadd || !kthreadd->kernel_thread()) {
            WARN("pid 2 is no kernel thread here: a pid namespace");
            return;
        }
        options.pid = 2;
        CHECK(collect(options, plan).error().what == "is a kernel thread: it has no user memory");
    }
}

TEST_CASE("collect: a process that ends while it is read is an error, not half a capture") {
    struct Killer : Plan {
        Child* child = nullptr;
        std::vector<Range> residency_wanted(const Capture&) override {
            child->end();
            return {};
        }
    };
    Child child([](auto ready) { ready(); });
    Killer plan;
    const CollectOptions options = options_for(child);
    plan.child = &child;
    const auto capture = collect(options, plan);
    REQUIRE_FALSE(capture);
    CHECK(capture.error().what == "the process ended or was replaced while it was read");
}

TEST_CASE("jvm list: whoever has libjvm.so mapped is one, whoever has not is none") {
    const TemporaryDirectory directory;
    const Child jvm([&](auto ready) {
        map_libjvm(directory);
        ready();
    });
    const Child other([](auto ready) { ready(); });
    const auto jvms = list_jvms();
    REQUIRE(jvms);
    bool found = false;
    for (const ListedJvm& listed : *jvms) {
        CHECK(listed.pid != other.pid());
        if (listed.pid != jvm.pid()) continue;
        found = true;
        CHECK(listed.vm == Vm::hotspot);
        CHECK(listed.uid == ::geteuid());
        CHECK_FALSE(listed.user.empty());
        CHECK(listed.rss > Bytes(0));
        CHECK_FALSE(listed.hsperfdata.has_value());
        CHECK(listed.why_not.find("no hsperfdata file") != std::string::npos);
    }
    CHECK(found);
}

TEST_CASE("collect: a process that has started at another time than the one that is meant is not read") {
    const Child child([](auto ready) { ready(); });
    Plan plan;
    CollectOptions options = options_for(child);
    const auto process = ProcessFiles::open(child.pid());
    REQUIRE(process);
    options.start_ticks = process->start_ticks();
    CHECK(collect(options, plan));
    options.start_ticks = process->start_ticks() - 1;
    const auto other = collect(options, plan);
    REQUIRE_FALSE(other);
    CHECK(other.error().what == "another process has this pid by now");
}

TEST_CASE(
    "collect: a frozen target is read from a copy of what the plan names, and how long it stood still is "
    "kept") {
    static char marked[] = "mark";
    const Child child([](auto ready) {
        marked[0] = 'M';
        ready();
    });
    Plan plan;
    plan.look_at = {reinterpret_cast<std::uint64_t>(marked)};
    const auto page = plan.look_at.value & ~std::uint64_t{4095};
    CollectOptions options = options_for(child);
    options.freeze = true;
    SECTION("what it names is there") {
        plan.frozen = {range_of(page, page + 8192)};
        const auto capture = collect(options, plan);
        REQUIRE(capture);
        CHECK(plan.seen == "Mark");
        CHECK(capture->header.cost.stood_still_ms.value_or(0) > 0);
    }
    SECTION("what it does not name is not") {
        const auto capture = collect(options, plan);
        REQUIRE(capture);
        CHECK(plan.seen.empty());
    }
    SECTION("one that is not to be frozen was never stopped") {
        options.freeze = false;
        const auto capture = collect(options, plan);
        REQUIRE(capture);
        CHECK(plan.seen == "Mark");
        CHECK_FALSE(capture->header.cost.stood_still_ms.has_value());
    }
}

TEST_CASE("collect: how long the walk took is a step, where there was one") {
    const Child child([](auto ready) { ready(); });
    const auto is_walk = [](const Step& step) { return step.document == document::malloc_walk; };
    Plan plan;
    const auto without = collect(options_for(child), plan);
    REQUIRE(without);
    CHECK(std::none_of(without->steps().begin(), without->steps().end(), is_walk));
    plan.walks = true;
    const auto with = collect(options_for(child), plan);
    REQUIRE(with);
    REQUIRE(std::count_if(with->steps().begin(), with->steps().end(), is_walk) == 1);
    const auto walk = std::find_if(with->steps().begin(), with->steps().end(), is_walk);
    CHECK(std::prev(walk)->document == document::smaps);
    CHECK(walk->at_ms >= std::prev(walk)->at_ms + std::prev(walk)->took_ms);
    CHECK(walk->took_ms >= 0);
}
