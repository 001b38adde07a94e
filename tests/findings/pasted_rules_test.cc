// Tests of the rules about pasted texts: what each says, and below which bounds it says nothing.
#include "findings/pasted/pasted_rules.h"

#include <algorithm>
#include <set>

#include "catch.h"

using namespace nmtx;

namespace {

std::vector<Finding> findings_in(const PastedDocuments& documents, const ProcessView& view = {}) {
    return findings_of_pasted({documents, view});
}

PastedDocuments with_container(const ContainerState& container) {
    PastedDocuments documents;
    documents.containers.emplace_back().containers.push_back(container);
    return documents;
}

ContainerState killed(std::optional<Bytes> limit, std::string options = {}) {
    ContainerState container;
    container.name = "web";
    container.last = {"Terminated", "OOMKilled", 137, {}};
    container.limit = limit;
    container.options = std::move(options);
    return container;
}

bool has(const Finding& finding, std::string_view words) {
    const auto in = [&](const std::string& text) { return text.find(words) != std::string::npos; };
    return in(finding.title) || std::ranges::any_of(finding.evidence, in) ||
           std::ranges::any_of(finding.remedies,
                               [&](const Remedy& r) { return in(r.command) || in(r.what); });
}

JemallocStats stats_of(Bytes allocated, Bytes active, Bytes resident) {
    JemallocStats stats;
    stats.allocated = allocated;
    stats.active = active;
    stats.resident = resident;
    stats.metadata = mib(4);
    return stats;
}

PastedDocuments with_jstat(std::string_view text) {
    PastedDocuments documents;
    auto table = parse_jstat(text);
    REQUIRE(table);
    documents.jstat = std::move(*table);
    return documents;
}

}  // namespace

TEST_CASE("pasted rules: each has a name of its own, and nothing pasted gives no finding") {
    std::set<std::string_view> names;
    for (const PastedRule& rule : pasted_rules()) CHECK(names.insert(rule.name).second);
    CHECK(findings_in({}).empty());
}

TEST_CASE("container-killed: the limit is named where it is known, and SIGKILL alone accuses nobody") {
    const auto at_limit = findings_in(with_container(killed(mib(1024))));
    REQUIRE(at_limit.size() == 1);
    CHECK(at_limit[0].rule == "container-killed");
    CHECK(at_limit[0].severity == Severity::problem);
    CHECK(at_limit[0].title == "Container web was OOM-killed at its memory limit of 1024.0 MiB");
    CHECK(has(at_limit[0], "nmtx fit PID --limit 1073741824"));
    const auto unknown = findings_in(with_container(killed({})));
    REQUIRE(unknown.size() == 1);
    CHECK(unknown[0].confidence == Confidence::medium);
    CHECK(has(unknown[0], "The text does not show its memory limit."));
    ContainerState only_signal;
    only_signal.last = {"Terminated", "Error", 137, {}};
    const auto signal = findings_in(with_container(only_signal));
    REQUIRE(signal.size() == 1);
    CHECK(signal[0].severity == Severity::note);
    CHECK_FALSE(has(signal[0], "OOM-killed"));
    ContainerState fine;
    fine.now = {"Running", {}, {}, {}};
    CHECK(findings_in(with_container(fine)).empty());
}

TEST_CASE("heap-above-limit: a heap of nine tenths of the limit or more, by -Xmx or a percentage") {
    const auto findings = findings_in(with_container(killed(mib(1024), "-Xmx1g")));
    REQUIRE(findings.size() == 2);
    CHECK(std::ranges::any_of(findings, [](const Finding& f) { return f.rule == "heap-above-limit"; }));
    CHECK(findings_in(with_container(killed(mib(1024), "-Xmx700m"))).size() == 1);
    CHECK(findings_in(with_container(killed(mib(1000), "-XX:MaxRAMPercentage=95.0"))).size() == 2);
    PastedDocuments documents;
    documents.settings.emplace();
    documents.settings->max_heap = mib(512);
    documents.settings->memory.bytes = mib(512);
    REQUIRE(findings_in(documents).size() == 1);
    CHECK(findings_in(documents)[0].severity == Severity::problem);
    documents.settings->max_heap = mib(128);
    CHECK(findings_in(documents).empty());
}

TEST_CASE("machine-memory: only where next to nothing is available") {
    PastedDocuments documents;
    documents.host.emplace();
    documents.host->total = mib(16 * 1024);
    CHECK(findings_in(documents).empty());
    documents.host->available = mib(200);
    REQUIRE(findings_in(documents).size() == 1);
    CHECK(has(findings_in(documents)[0], "200.0 MiB of the machine's 16.0 GiB"));
    documents.host->available = mib(4096);
    CHECK(findings_in(documents).empty());
}

TEST_CASE("jemalloc: fragmentation is told from freed pages that are retained") {
    PastedDocuments documents;
    documents.jemalloc = stats_of(mib(100), mib(400), mib(410));
    REQUIRE(findings_in(documents).size() == 1);
    CHECK(has(findings_in(documents)[0],
              "310.0 MiB (75.6 %) of jemalloc's 410.0 MiB resident is not allocated: fragmentation"));
    documents.jemalloc = stats_of(mib(100), mib(110), mib(410));
    REQUIRE(findings_in(documents).size() == 1);
    CHECK(has(findings_in(documents)[0], "freed but retained"));
    CHECK(has(findings_in(documents)[0], "background_thread:true"));
    documents.jemalloc = stats_of(mib(1000), mib(1010), mib(1020));
    CHECK(findings_in(documents).empty());
}

TEST_CASE("compilation-memory: a compilation that takes 256 MiB or more, by name") {
    PastedDocuments documents;
    documents.compiler_memory.emplace();
    documents.compiler_memory->compilations.push_back(
        {mib(5368), "com/shop/Rules::apply((I)Z)", "c2", "ok", {}, 3'811'245, 97.4});
    ProcessView view;
    view.header.pid = 4711;
    const auto findings = findings_in(documents, view);
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].severity == Severity::problem);
    CHECK(findings[0].title == "5368.0 MiB at peak to compile com/shop/Rules::apply (c2)");
    CHECK(has(findings[0], "-XX:CompileCommand=exclude,com/shop/Rules::apply"));
    documents.compiler_memory->compilations[0].peak = mib(20);
    CHECK(findings_in(documents).empty());
}

TEST_CASE("heap-full: full collections that free nothing, not one full sample") {
    constexpr std::string_view heading = " S0 S1 E O M CCS YGC YGCT FGC FGCT GCT\n";
    static std::string text;  // the table points into it
    const auto table = [&](std::string_view rows) {
        text = std::string(heading) + std::string(rows);
        return with_jstat(text);
    };
    const auto full =
        findings_in(table("0.00 0.00 99.80 99.97 94.11 91.02 104 3.210 41 52.118 55.328\n"
                          "0.00 0.00 99.80 99.98 94.11 91.02 104 3.210 48 61.105 64.315\n"));
    REQUIRE(full.size() == 1);
    CHECK(has(full[0], "through 7 full collections"));
    CHECK(findings_in(table("0.00 0.00 99.80 99.97 94.11 91.02 104 3.210 41 52.118 55.328\n")).empty());
    CHECK(findings_in(table("0.00 0.00 99.80 99.97 94.11 91.02 104 3.210 41 52.118 55.328\n"
                            "0.00 0.00 99.80 40.00 94.11 91.02 104 3.210 48 61.105 64.315\n"))
              .empty());
}

TEST_CASE("metaspace-limit: what jstat reserves is no limit, the option is") {
    auto documents = with_jstat(
        "MCMN MCMX MC CCSMN CCSMX CCSC YGC FGC FGCT GCT\n"
        "0.0 131072.0 130000.0 0.0 1048576.0 512.0 868 0 0.000 2.023\n");
    CHECK(findings_in(documents).empty());
    ProcessView view;
    view.vm_flags = parse_vm_flags("-XX:MaxMetaspaceSize=134217728").value();
    const auto findings = findings_in(documents, view);
    REQUIRE(findings.size() == 1);
    CHECK(has(findings[0], "Metaspace near its limit: 127.0 MiB of 128.0 MiB"));
    view.vm_flags = parse_vm_flags("-XX:MaxMetaspaceSize=18446744073709551615").value();
    CHECK(findings_in(documents, view).empty());
    documents.jmap_heap.emplace();
    documents.jmap_heap->max_metaspace = mib(128);
    CHECK(findings_in(documents).size() == 1);
    CHECK(findings_in(with_jstat("MCMN MCMX MC CCSMN CCSMX CCSC YGC FGC FGCT GCT\n"
                                 "0.0 1114112.0 130000.0 0.0 65536.0 65000.0 868 0 0.000 2.023\n"))
              .size() == 1);
}
