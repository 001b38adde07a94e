#include "findings/figures/fit.h"

#include <algorithm>

#include "catch.h"
#include "law/fixtures.h"
#include "ledger/partition/reconcile.h"
#include "process/process_reader.h"
#include "support/made_process.h"

using namespace nmtx;

namespace {

// A JVM of 300 MiB, 100 of them its heap, with NMT: 20 MiB committed and not touched, 6 of 10 MiB of GC
// tables touched.
struct JvmToFit : made::Process {
    JvmToFit() : Process(mib(300)) {
        view.header.target_uptime_s = 60;
        view.status->threads = 50;
        view.status->vm_hwm = mib(330);
        view.status->vm_pte = mib(1);
        view.vm_flags = parse_vm_flags("-XX:MaxHeapSize=536870912 -XX:MaxDirectMemorySize=1048576").value();
        view.nmt.emplace();
        view.version.emplace().feature = 17;
        row("jvm/java heap", mib(100));
        row("jvm/thread stack", mib(4));
        row("stack/native", mib(1));
        row("malloc/untracked/libz.so", mib(195));
        ledger.categories.push_back(
            {"Metaspace", mib(60), mib(40), {}, mib(60), mib(40), std::optional(mib(20))});
        ledger.categories.push_back({"GC", mib(20), mib(16), {}, mib(10), mib(8), std::optional(mib(6))});
        ledger.categories.push_back(
            {"Java Heap", mib(512), mib(256), {}, mib(512), mib(256), std::optional(mib(100))});
    }
    [[nodiscard]] Fit fit(std::optional<Bytes> limit = mib(800)) const {
        return fit_heap({&view, &ledger}, limit).value();
    }
};

Bytes bytes_of(const Fit& fit, std::string_view name) {
    for (const FitLine& line : fit.lines) {
        if (line.name == name) return line.bytes;
    }
    return {};
}

}  // namespace

TEST_CASE("fit: each line is what it says, they sum to what is taken, and the heap is the rest") {
    const Fit fit = JvmToFit().fit();
    CHECK(bytes_of(fit, "resident outside the heap") == mib(200));
    CHECK(bytes_of(fit, "peak RSS") == mib(30));
    CHECK(bytes_of(fit, "committed, not touched") == mib(20));
    CHECK(bytes_of(fit, "GC tables") == mib(4));
    // A tenth of 50 and one more, each 5 MiB / 50 of stack and 16 KiB of the kernel's.
    CHECK(bytes_of(fit, "more threads") == Bytes(6 * (mib(5).value() / 50 + 1 + 16384)));
    CHECK(bytes_of(fit, "kernel memory") == mib(1) + Bytes(50UL * 16384));
    CHECK(bytes_of(fit, "headroom") >= Bytes(mib(800).value() / 20));
    Bytes sum;
    for (const FitLine& line : fit.lines) sum += line.bytes;
    CHECK(sum == fit.taken);
    REQUIRE(fit.heap);
    const Bytes full = *fit.heap + Bytes(fit.heap->value() / 512) + fit.taken;
    CHECK(full <= fit.limit);
    CHECK(minus_or_zero(fit.limit, full) < mib(2));
    CHECK(fit.heap->value() % mib(1).value() == 0);
    CHECK(fit.percentage() * static_cast<double>(fit.limit.value()) / 100 <=
          static_cast<double>(fit.heap->value()));
}

TEST_CASE("fit: a larger heap than the one of now has larger tables of the collector") {
    const Fit fit = JvmToFit().fit(mib(4096));
    REQUIRE(fit.heap);
    // 10 MiB of tables for 512 MiB of heap.
    const double larger = static_cast<double>(minus_or_zero(*fit.heap, mib(512)).value()) * 10 / 512;
    const double tables = static_cast<double>(bytes_of(fit, "tables of a larger heap").value());
    CHECK(tables >= larger);
    CHECK(tables - larger < static_cast<double>(mib(1).value()));
    CHECK(*fit.heap + Bytes(fit.heap->value() / 512) + fit.taken <= fit.limit);
    CHECK(fit.lines.back().name == "headroom");
    CHECK(bytes_of(JvmToFit().fit(), "tables of a larger heap") == Bytes());
}

TEST_CASE("fit: the tables of a larger heap are no larger than the collector is known to make them") {
    JvmToFit made;
    made.ledger.categories[1].mmap_reserved = mib(60);
    const Fit unknown = made.fit();
    CHECK(bytes_of(unknown, "GC tables") == mib(54));
    made.view.options.emplace().gc = "G1";
    const Fit fit = made.fit(mib(4096));
    // 28 MiB without G1's mark stack, of which 6 are resident; 28 of 512 would be 5.5 %.
    CHECK(bytes_of(fit, "GC tables") == mib(22));
    const double larger = static_cast<double>(minus_or_zero(*fit.heap, mib(512)).value());
    const double share = static_cast<double>(bytes_of(fit, "tables of a larger heap").value()) / larger;
    CHECK(share > 0.037);
    CHECK(share < 0.038);
}

TEST_CASE("fit: the limit that the heap of now needs gives that heap, and one that is smaller does not") {
    const JvmToFit made;
    const Fit fit = made.fit();
    REQUIRE(fit.limit_for_heap_now);
    CHECK(fit.max_heap_now == mib(512));
    CHECK(*made.fit(fit.limit_for_heap_now).heap >= mib(512));
    CHECK(*made.fit(minus_or_zero(*fit.limit_for_heap_now, mib(3))).heap < mib(512));
}

TEST_CASE("fit: more memory beside the heap leaves less for it") {
    JvmToFit made;
    const Bytes before = *made.fit().heap;
    made.row("file/mapped data", mib(50));
    made.ledger.rss = mib(350);
    made.view.status->vm_hwm = mib(380);
    CHECK(*made.fit().heap <= minus_or_zero(before, mib(50)));
}

TEST_CASE("fit: a limit that leaves no heap proposes none") {
    const Fit fit = JvmToFit().fit(mib(300));
    CHECK_FALSE(fit.heap);
    CHECK(fit.percentage() == 0);
    CHECK(fit.limit_for_heap_now > mib(800));
}

TEST_CASE("fit: the peak is not used where RSS counts the heap several times") {
    JvmToFit made;
    made.ledger.mapped_again = mib(100);
    const Fit fit = made.fit();
    CHECK(bytes_of(fit, "peak RSS") == Bytes());
    CHECK(bytes_of(fit, "resident outside the heap") == mib(100));  // true RSS is 200
}

TEST_CASE("fit: a container's own limit and kernel memory are taken where it has them") {
    JvmToFit made;
    CHECK(fit_heap({&made.view, &made.ledger}, {}).error().hint == "give one: --limit 2GiB");
    made.view.cgroup.emplace();
    made.view.cgroup->kernel = mib(9);
    CHECK(bytes_of(made.fit(), "kernel memory") != mib(9));  // no limit: perhaps the whole machine
    made.view.cgroup->limit = mib(1024);
    const Fit fit = made.fit(std::nullopt);
    CHECK(fit.limit == mib(1024));
    CHECK(fit.limit_of_container);
    CHECK(bytes_of(fit, "kernel memory") == mib(9));
}

TEST_CASE("fit: what is not known is said") {
    JvmToFit made;
    const auto says = [&](std::string_view words) {
        const Fit fit = made.fit();
        return std::any_of(fit.notes.begin(), fit.notes.end(),
                           [&](const std::string& note) { return note.find(words) != std::string::npos; });
    };
    CHECK(says("Re-run under peak load"));
    CHECK_FALSE(says("Direct buffers"));
    CHECK_FALSE(says("NMT is off"));
    CHECK_FALSE(says("JDK-8230305"));
    made.view.vm_flags = parse_vm_flags("-XX:MaxHeapSize=536870912").value();
    made.view.nmt.reset();
    made.view.version->feature = 11;
    CHECK(says("Direct buffers"));
    CHECK(says("NMT is off"));
    CHECK(says("JDK-8230305"));
}

TEST_CASE("fit: what is no JVM, or one whose heap nothing places, is refused") {
    JvmToFit made;
    made.ledger.rows.erase(made.ledger.rows.begin());
    CHECK(fit_heap({&made.view, &made.ledger}, mib(1024)).error().what.find("its Java heap was not found") !=
          std::string::npos);
    made.view.vm = Vm::none;
    CHECK(fit_heap({&made.view, &made.ledger}, mib(1024)).error().what.find("not a HotSpot JVM") !=
          std::string::npos);
}

TEST_CASE("fit: of every fixture a heap fits 2 GiB, with its arithmetic right") {
    for (const auto& file : fixture_files()) {
        INFO(file.filename().string());
        const Capture capture = read_fixture(file);
        ProcessReader reader;
        REQUIRE(reader.update(capture).has_value());
        const auto ledger = reconcile(reader.view());
        REQUIRE(ledger.has_value());
        const auto fit = fit_heap({&reader.view(), &*ledger}, mib(2048));
        REQUIRE(fit.has_value());
        REQUIRE(fit->heap);
        CHECK(*fit->heap > mib(1024));
        CHECK(*fit->heap + Bytes(fit->heap->value() / 512) + fit->taken <= fit->limit);
        CHECK(fit->max_heap_now == mib(128));
        CHECK(*fit->limit_for_heap_now > mib(128));
        CHECK(*fit->limit_for_heap_now < mib(1024));
    }
}

TEST_CASE("fit: what other cgroups use of a limit above is not left for the heap") {
    JvmToFit made;
    CgroupMemory& own = made.view.cgroup.emplace();
    own.limit = mib(1024);
    own.current = mib(400);
    own.file = mib(50);
    own.above.emplace_back().limit = mib(1024);
    const Fit unknown = made.fit(std::nullopt);
    CHECK(bytes_of(unknown, "other cgroups") == Bytes());
    CHECK(std::any_of(unknown.notes.begin(), unknown.notes.end(), [](const std::string& note) {
        return note == "What other cgroups use of the limit of a cgroup above is unknown and not included.";
    }));
    // 200 MiB beside the 350 that the process's own keeps.
    own.above[0].current = mib(700);
    own.above[0].file = mib(150);
    const Fit same = made.fit(std::nullopt);
    CHECK(bytes_of(same, "other cgroups") == mib(200));
    CHECK(same.notes.size() == unknown.notes.size() - 1);
    CHECK(*same.heap + mib(190) < *unknown.heap);
    CHECK(*same.heap + mib(201) > *unknown.heap);
    CHECK(*same.limit_for_heap_now > *unknown.limit_for_heap_now);
    // A higher limit that leaves 600 MiB: as much as the lowest one, and 100 less. To raise the own one does
    // not help.
    own.above[0].limit = mib(800);
    own.limit = mib(600);
    CHECK(bytes_of(made.fit(std::nullopt), "other cgroups") == Bytes());
    own.limit = mib(700);
    const Fit higher = made.fit(std::nullopt);
    CHECK(bytes_of(higher, "other cgroups") == mib(100));
    CHECK(higher.limit == mib(700));
    CHECK_FALSE(higher.limit_for_heap_now);
    // A limit that is given is compared as it is.
    CHECK(bytes_of(made.fit(mib(700)), "other cgroups") == Bytes());
}
