// What has changed in live JVMs: against what the target says that it took, and against NMT's own
// detail.diff.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <sstream>
#include <tuple>

#include "catch.h"
#include "hotspot/nmt/nmt_sites.h"
#include "live/live_jvm.h"

using namespace nmtx::live;

namespace {

std::string capture(const LiveJvm& jvm, const Folder& folder, const std::string& name,
                    const std::string& effort) {
    const std::string file = folder.path() + "/" + name + ".nmtx";
    const Outcome outcome =
        run_nmtx({"capture", jvm.pid_text(), "-o", file, "--effort=" + effort, "--force"});
    if (outcome.exit_code != 0) throw std::runtime_error(outcome.err);
    return file;
}

std::int64_t change_of(const nlohmann::json& rows, const std::string& key, const std::string& value) {
    for (const auto& row : rows) {
        if (row[key] == value) return row["change_bytes"].get<std::int64_t>();
    }
    return 0;
}

std::int64_t sum_of_changes(const nlohmann::json& rows) {
    std::int64_t sum = 0;
    for (const auto& row : rows) sum += row["change_bytes"].get<std::int64_t>();
    return sum;
}

// What lies where, as /proc/PID/maps has it.
class Places {
  public:
    explicit Places(pid_t pid) {
        std::ifstream in("/proc/" + std::to_string(pid) + "/maps");
        for (std::string line; std::getline(in, line);) {
            std::istringstream fields(line);
            std::string range, flags, offset, device, inode, path;
            fields >> range >> flags >> offset >> device >> inode;
            std::getline(fields >> std::ws, path);
            if (inode == "0") continue;
            const auto dash = range.find('-');
            maps_.push_back({std::stoull(range.substr(0, dash), nullptr, 16),
                             std::stoull(range.substr(dash + 1), nullptr, 16),
                             std::stoull(offset, nullptr, 16), path.substr(path.rfind('/') + 1)});
        }
    }
    [[nodiscard]] std::string name(const nmtx::NmtFrame& frame) const {
        if (!frame.symbol.empty()) return frame.symbol;
        for (const Map& map : maps_) {
            if (frame.address.value < map.begin || frame.address.value >= map.end) continue;
            return fmt::format("{}+0x{:x}", map.file, frame.address.value - map.begin + map.offset);
        }
        return "generated code";
    }

  private:
    struct Map {
        std::uint64_t begin, end, offset;
        std::string file;
    };
    std::vector<Map> maps_;
};

using SiteKey = std::tuple<bool, std::string, std::vector<std::string>>;  // malloc?, category, frames
struct SiteGrowth {
    std::int64_t committed = 0, reserved = 0, blocks = 0;
};
using Sites = std::map<SiteKey, SiteGrowth>;

Sites sites_of_diff(const nlohmann::json& diff) {
    Sites sites;
    for (const auto& site : diff["call_sites"]["sites"]) {
        const bool malloc = site["kind"] == "malloc";
        SiteGrowth& growth =
            sites[{malloc, site["category"], site["frames"].get<std::vector<std::string>>()}];
        growth.committed += site["committed"]["change_bytes"].get<std::int64_t>();
        growth.reserved += site["reserved"]["change_bytes"].get<std::int64_t>();
        if (malloc) growth.blocks += site["blocks"]["change"].get<std::int64_t>();
    }
    return sites;
}

Sites sites_of_jvm(const std::string& detail_diff, const Places& places) {
    Sites sites;
    const auto parsed = nmtx::parse_nmt_sites(detail_diff).value();
    if (!parsed) return sites;
    for (const nmtx::NmtSite& site : parsed->sites) {
        std::vector<std::string> frames;
        for (const nmtx::NmtFrame& frame : site.frames) frames.push_back(places.name(frame));
        SiteGrowth& growth = sites[{site.kind == nmtx::NmtSiteKind::malloc, site.tag, frames}];
        growth.committed += site.committed_change.value;
        growth.reserved += site.reserved_change.value;
        growth.blocks += site.count_change;
    }
    return sites;
}

SiteGrowth growth_of(const Sites& sites, const SiteKey& key) {
    const auto it = sites.find(key);
    return it == sites.end() ? SiteGrowth() : it->second;
}

std::string printed(const SiteKey& key, const SiteGrowth& ours, const SiteGrowth& theirs) {
    std::string text = fmt::format("{} {}: nmtx {:+} ({:+} blocks), NMT {:+} ({:+} blocks)\n",
                                   std::get<0>(key) ? "malloc" : "mmap", std::get<1>(key), ours.committed,
                                   ours.blocks, theirs.committed, theirs.blocks);
    for (const std::string& frame : std::get<2>(key)) text += "    " + frame + "\n";
    return text;
}

bool of_direct_buffers(const SiteKey& key, const Jdk& jdk) {
    return std::get<0>(key) && std::get<1>(key) == (jdk.feature < 9 ? "Internal" : "Other");
}

}  // namespace

TEST_CASE(
    "live: what the target takes shows with its owner, and the changes sum to that of RSS to the byte") {
    const Jdk jdk = jdk_under_test();
    const Folder folder;
    LiveJvm jvm(jdk, {"-XX:NativeMemoryTracking=detail", "-Xmx128m"},
                {"direct=8", "leak=10000x1009", "threads=7"});
    const std::string before = capture(jvm, folder, "before", "default");
    const auto took = jvm.take("direct=16 leak=5000x1009 threads=12 classes=100");
    REQUIRE(took.at("direct_bytes") == 16U << 20U);
    const auto diff = nmtx_json({"diff", before, jvm.pid_text(), "-o", folder.path() + "/after.nmtx"});
    INFO("JDK " << jdk.feature << "\n" << diff.dump(1));
    CHECK(diff["same_process"] == true);
    CHECK(sum_of_changes(diff["owners"]) == diff["rss"]["change_bytes"]);
    std::int64_t mappings = 0;
    for (const auto& mapping : diff["mappings"]["changed"])
        mappings += mapping["resident"]["change_bytes"].get<std::int64_t>();
    CHECK(mappings == diff["rss"]["change_bytes"]);

    const std::string tracked = jdk.feature < 9 ? "malloc/nmt-tracked/internal" : "malloc/nmt-tracked/other";
    const std::int64_t direct = change_of(diff["owners"], "path", tracked);
    CHECK(std::abs(direct - (16 << 20)) < (512 << 10));
    const std::int64_t leaked = change_of(diff["owners"], "path", "malloc/untracked/libtarget.so");
    CHECK(std::abs(leaked - 5000 * 1024) < (128 << 10));
    for (const auto& size : diff["malloc"]["sizes"]) {
        if (size["block_bytes"] != 1016) continue;
        CHECK(size["after"]["blocks"].get<std::int64_t>() - size["before"]["blocks"].get<std::int64_t>() >=
              5000);
    }
    // From JDK 26 on the kernel's names are abbreviated in the middle: "target-..ked-10", "target-..rked-9".
    std::int64_t parked = 0, started = 0;
    for (const auto& pool : diff["threads"]["pools"]) {
        if (pool["name"].get<std::string>().rfind("target-", 0) != 0) continue;
        parked += pool["threads"]["change"].get<std::int64_t>();
        started += pool["started"].get<std::int64_t>();
    }
    CHECK(parked == 12);
    CHECK(started == 12);
    CHECK(diff["classes"]["nmt"]["change"].get<std::int64_t>() >= 100);
    CHECK(diff["classes"]["hsperfdata"]["change"].get<std::int64_t>() >= 100);

    // The same from the two files, and nothing from one and the same.
    const auto again = nmtx_json({"diff", before, folder.path() + "/after.nmtx"});
    CHECK(again == diff);
    const auto none = nmtx_json({"diff", before, before});
    CHECK(none["rss"]["change_bytes"] == 0);
    CHECK(none["mappings"]["changed"].empty());
    std::puts(fmt::format("measured: JDK {:>2} RSS {:+} of which {} {:+} (16777216 taken), libtarget.so {:+}",
                          jdk.feature, diff["rss"]["change_bytes"].get<std::int64_t>(), tracked, direct,
                          leaked)
                  .c_str());
}

TEST_CASE("live: call sites have changed by what NMT's own detail.diff says of the same time") {
    const Jdk jdk = jdk_under_test();
    const Folder folder;
    // One JIT would take and give back memory all the time.
    LiveJvm jvm(jdk, {"-XX:NativeMemoryTracking=detail", "-Xmx128m", "-Xint"}, {"direct=8", "threads=7"});
    // Reads the symbol tables, once and for all.
    capture(jvm, folder, "first", "most");
    const Outcome baseline = run_nmtx({"nmt", jvm.pid_text(), "baseline"});
    INFO(baseline.err);
    REQUIRE(baseline.exit_code == 0);
    CHECK(baseline.out.rfind("Baseline ", 0) == 0);
    const std::string before = capture(jvm, folder, "before", "most");
    jvm.take("direct=16 threads=12 classes=100 heap=1000000");
    const std::string after = capture(jvm, folder, "after", "most");
    const Outcome answer =
        run_nmtx({"nmt", jvm.pid_text(), "detail.diff", jdk.feature < 9 ? "scale=KB" : "scale=b"});
    REQUIRE(answer.exit_code == 0);

    const auto diff = nmtx_json({"diff", before, after});
    REQUIRE(!diff["call_sites"].is_null());
    const std::int64_t unit = diff["call_sites"]["unit_bytes"].get<std::int64_t>();
    CHECK(unit == (jdk.feature < 9 ? 1024 : 1));
    const Sites ours = sites_of_diff(diff);
    const Sites theirs = sites_of_jvm(answer.out, Places(jvm.pid()));
    REQUIRE(!theirs.empty());

    // Both lists, site by site. NMT's own sites grow with every baseline and report, ours and the JVM's; and
    // arenas give chunks to a pool that a task of the JVM empties every 5 s.
    Sites all = ours;
    all.insert(theirs.begin(), theirs.end());
    std::int64_t grown = 0, differ = 0, of_nmt = 0;
    std::string details;
    for (const auto& [key, ignored] : all) {
        const SiteGrowth our = growth_of(ours, key), their = growth_of(theirs, key);
        const std::int64_t difference = std::abs(our.committed - their.committed) +
                                        (std::get<0>(key) ? 0 : std::abs(our.reserved - their.reserved));
        if (std::get<1>(key) == "Native Memory Tracking") {
            of_nmt += difference;
            continue;
        }
        if (std::get<1>(key) == "Arena Chunk") continue;
        grown += std::abs(their.committed);
        // In KB each of three figures is rounded by itself.
        if (difference <= (unit > 1 ? 2 * unit : 0)) continue;
        differ += difference;
        details += printed(key, our, their);
    }
    INFO("JDK " << jdk.feature << "\n" << details);
    CHECK(grown > 16 << 20);
    CHECK(differ < 32 << 10);
    CHECK(of_nmt < 1 << 20);
    const auto direct = std::max_element(theirs.begin(), theirs.end(), [&](const auto& a, const auto& b) {
        const auto size = [&](const auto& site) {
            return of_direct_buffers(site.first, jdk) ? site.second.committed : 0;
        };
        return size(a) < size(b);
    });
    CHECK(direct->second.committed == 16 << 20);
    CHECK(direct->second.blocks == 16);
    CHECK(growth_of(ours, direct->first).committed == 16 << 20);
    CHECK(growth_of(ours, direct->first).blocks == 16);
    std::puts(
        fmt::format("measured: JDK {:>2} {} call sites of detail.diff grew by {} bytes, nmtx's differ by {}; "
                    "in NMT's own category by {}",
                    jdk.feature, theirs.size(), grown, differ, of_nmt)
            .c_str());
}

TEST_CASE("live: NMT's own command is passed on, its refusals are errors, and it is never shut down") {
    const Jdk jdk = jdk_under_test();
    const LiveJvm jvm(jdk, {"-XX:NativeMemoryTracking=summary", "-Xmx64m"}, {});
    const Outcome summary = run_nmtx({"nmt", jvm.pid_text(), "summary", "scale=MB"});
    CHECK(summary.exit_code == 0);
    CHECK(summary.out.find("Total: reserved=") != std::string::npos);
    const Outcome no_baseline = run_nmtx({"nmt", jvm.pid_text(), "summary.diff"});
    CHECK(no_baseline.exit_code == 1);
    CHECK(no_baseline.out.empty());
    CHECK(no_baseline.err.find("No baseline") != std::string::npos);
    CHECK(no_baseline.err.find("nmtx nmt " + jvm.pid_text() + " baseline") != std::string::npos);
    CHECK(run_nmtx({"nmt", jvm.pid_text(), "detail"}).exit_code == 1);
    CHECK(run_nmtx({"nmt", jvm.pid_text(), "shutdown"}).exit_code == 2);
    CHECK(run_nmtx({"nmt", jvm.pid_text(), "baseline"}).exit_code == 0);
    CHECK(run_nmtx({"nmt", jvm.pid_text(), "summary.diff"}).exit_code == 0);
}

TEST_CASE("live: two processes are compared only where that is asked for", "[any-jdk]") {
    const Jdk jdk = jdk_under_test();
    const Folder folder;
    const LiveJvm one(jdk, {"-Xmx64m"}, {}), other(jdk, {"-Xmx64m"}, {});
    const Outcome refused = run_nmtx({"diff", one.pid_text(), other.pid_text()});
    CHECK(refused.exit_code == 1);
    CHECK(refused.err.find("from different processes") != std::string::npos);
    CHECK(refused.err.find("--force") != std::string::npos);
    const auto diff = nmtx_json({"diff", one.pid_text(), other.pid_text(), "--force"});
    CHECK(diff["same_process"] == false);
    CHECK(sum_of_changes(diff["owners"]) == diff["rss"]["change_bytes"]);
    CHECK(run_nmtx({"diff", one.pid_text(), one.pid_text()}).exit_code == 2);
}
