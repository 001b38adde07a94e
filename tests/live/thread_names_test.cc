// Names and states of Java threads, read from the heap of a JVM that nobody asked, against Thread.print.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "catch.h"
#include "live/comes_true.h"
#include "live/live_jvm.h"

using namespace nmtx::live;

namespace {

using Threads = std::map<std::uint64_t, nlohmann::json>;

Threads by_tid(const nlohmann::json& report) {
    Threads threads;
    for (const auto& thread : report["threads"]) threads[thread["tid"].get<std::uint64_t>()] = thread;
    return threads;
}

// What both name differently. A thread that either has not, is not compared.
std::string differences(const Threads& heap, const Threads& dump) {
    std::string text;
    for (const auto& [tid, thread] : heap) {
        const auto other = dump.find(tid);
        if (other == dump.end() || !thread["named_by_jvm"].get<bool>()) continue;
        if (thread["name"] != other->second["name"] || thread["kind"] != other->second["kind"])
            text += fmt::format("{}: {} / {}\n", tid, thread["name"].dump(), other->second["name"].dump());
    }
    return text;
}

// Those of the dump that the heap gave no name.
std::size_t unnamed(const Threads& heap, const Threads& dump) {
    return static_cast<std::size_t>(std::count_if(dump.begin(), dump.end(), [&](const auto& each) {
        const auto found = heap.find(each.first);
        return found != heap.end() && each.second["kind"] == "Java" &&
               !found->second["named_by_jvm"].template get<bool>();
    }));
}

}  // namespace

TEST_CASE(
    "live: names and states of Java threads in the heap are those of Thread.print, with each collector") {
    const Jdk jdk = jdk_under_test();
    const std::vector<Collector> collectors{{"Serial", {"-XX:+UseSerialGC"}},
                                            {"Parallel", {"-XX:+UseParallelGC"}},
                                            {"G1", {"-XX:+UseG1GC"}},
                                            {"wide", {"-XX:+UseG1GC", "-XX:-UseCompressedOops"}}};
    for (const Collector& collector : collectors) {
        if (!has_gc(jdk, collector.options)) continue;
        std::vector<std::string> options = collector.options;
        options.emplace_back("-Xmx128m");
        const LiveJvm jvm(jdk, options, {"oddnames=1", "threads=20", "pool=worker:64"});
        const auto heap_report = nmtx_json({"threads", jvm.pid_text(), "--interval=0", "--attach=never"});
        const auto dump_report = nmtx_json({"threads", jvm.pid_text(), "--interval=0", "--dump"});
        const Threads heap = by_tid(heap_report), dump = by_tid(dump_report);
        const std::string different = differences(heap, dump);
        INFO("JDK " << jdk.feature << " " << collector.name << "\n" << different);
        // JDK 8 cuts a long name in its dump only.
        CHECK(std::count(different.begin(), different.end(), '\n') <= (jdk.feature == 8 ? 2 : 0));
        CHECK(unnamed(heap, dump) == 0);
        CHECK(heap_report["thread_counts"]["java_threads"].get<std::size_t>() > 80);
        std::size_t states = 0;
        for (const auto& [tid, thread] : heap) {
            if (thread["name"].get<std::string>().rfind("worker-", 0) != 0) continue;
            CHECK(thread["java_state"] == dump.at(tid)["java_state"]);
            ++states;
        }
        CHECK(states == 64);
        CHECK(jvm.alive());
    }
}

TEST_CASE("live: no name is wrong while the heap is collected all the time") {
    const Jdk jdk = jdk_under_test();
    for (const char* const collector : {"-XX:+UseSerialGC", "-XX:+UseParallelGC", "-XX:+UseG1GC"}) {
        LiveJvm jvm(jdk, {collector, "-Xmx64m"}, {"pool=worker:200", "garbage=1"});
        const Threads dump = by_tid(nmtx_json({"threads", jvm.pid_text(), "--interval=0", "--dump"}));
        std::size_t named = 0, of = 0;
        std::string wrong;
        for (int i = 0; i < 8; ++i) {
            const Threads heap = by_tid(
                nmtx_json({"threads", jvm.pid_text(), "--interval=0", "--attach=never", "--stacks=none"}));
            wrong += differences(heap, dump);
            for (const auto& [tid, thread] : heap) {
                if (dump.count(tid) == 0 || dump.at(tid)["kind"] != "Java") continue;
                ++of;
                named += thread["named_by_jvm"].get<bool>() ? 1U : 0U;
            }
        }
        INFO("JDK " << jdk.feature << " " << collector << "\n" << wrong);
        CHECK(wrong.empty());
        CHECK(named > 0);
        std::puts(
            fmt::format("measured: JDK {:>2} {:<20} {} of {} names were read during collections, none wrong",
                        jdk.feature, collector, named, of)
                .c_str());
    }
}
