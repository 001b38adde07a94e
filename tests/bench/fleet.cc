// Answers as `nmtx serve` of each host of a made-up fleet would, for a Prometheus that is to be sized: the
// text is the program's own, the JVMs are those of captures whose figures move. It listens on loopback only,
// and ends by itself.
//   bench_fleet CAPTURES [hosts=40] [jvms=50] [light=60] [full=300] [churn=0] [churn-after=0] [leaking=0.01]
//   [lapse=1] [minutes=60]
// lapse: seconds of the fleet in one second. GET /host/N/metrics; the port is on standard output.
#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <map>
#include <string>
#include <string_view>
#include <thread>

#include "made_fleet.h"
#include "metrics/exposition.h"
#include "platform/serve/http_server.h"

namespace {

using namespace nmtx;
using namespace nmtx::bench;
using Clock = std::chrono::steady_clock;

HttpAnswer not_there() {
    return {404, "text/plain; charset=utf-8", std::make_shared<const std::string>("see /host/0/metrics\n")};
}

// The N of /host/N/metrics; nothing else is there.
bool read_host(std::string_view path, std::size_t& host) {
    constexpr std::string_view before = "/host/";
    if (!path.starts_with(before)) return false;
    path.remove_prefix(before.size());
    const auto read = std::from_chars(path.data(), path.data() + path.size(), host);
    return read.ec == std::errc{} && std::string_view(read.ptr, path.data() + path.size()) == "/metrics";
}

std::size_t series_of(const JvmState& jvm) {
    constexpr std::size_t of_every_jvm = 4 + 2;  // nmtx_up and three counters, two ages
    return jvm.totals->totals.size() + jvm.owners->owners.size() + jvm.questions.size() + of_every_jvm;
}

void print_series(MadeFleet& fleet) {
    const HostFigures host = fleet.host_at(0, 0);
    std::size_t least = series_of(host.jvms[0]), most = least, sum = 0;
    for (const JvmState& jvm : host.jvms) {
        least = std::min(least, series_of(jvm));
        most = std::max(most, series_of(jvm));
        sum += series_of(jvm);
    }
    fmt::print("series of a JVM of host 0: {} to {}, {:.1f} on average\n", least, most,
               static_cast<double>(sum) / static_cast<double>(host.jvms.size()));
}

// Ages are in seconds of the clock. The samples of a fleet were taken in the month before, and since.
std::string text_of(MadeFleet& fleet, std::size_t host, double now_s, double lapse, Exposition format) {
    const auto now_ms = static_cast<std::int64_t>(1000 * (now_s + MadeFleet::before_s));
    HostFigures figures = fleet.host_at(host, now_s);
    for (JvmState& jvm : figures.jvms) {
        for (std::int64_t* taken_ms : {&jvm.totals_ms, &jvm.owners_ms})
            *taken_ms = now_ms - static_cast<std::int64_t>(static_cast<double>(now_ms - *taken_ms) / lapse);
    }
    return exposition_of(figures, now_ms, format);
}

}  // namespace

int main(int argc, char** argv) {
    std::map<std::string, double> options{{"hosts", 40}, {"jvms", 50},      {"light", 60},
                                          {"full", 300}, {"churn", 0},      {"churn-after", 0},
                                          {"lapse", 1},  {"leaking", 0.01}, {"minutes", 60}};
    bool right = argc > 1;
    for (int i = 2; i < argc && right; ++i) {
        const std::string_view text = argv[i];
        const auto at = options.find(std::string(text.substr(0, text.find('='))));
        right = at != options.end() && text.find('=') != text.npos;
        if (right) at->second = std::strtod(argv[i] + at->first.size() + 1, nullptr);
    }
    if (!right || options["hosts"] < 1 || options["jvms"] < 1) {
        fmt::print(stderr,
                   "usage: bench_fleet CAPTURES [hosts=40] [jvms=50] [light=60] [full=300] [churn=0]\n"
                   "       [churn-after=0] [leaking=0.01] [lapse=1] [minutes=60]\n");
        return 2;
    }
    auto captured = figures_of_captures(argv[1]);
    if (captured.empty()) {
        fmt::print(stderr, "bench_fleet: no captures in {}\n", argv[1]);
        return 1;
    }
    FleetOptions made;
    made.hosts = static_cast<std::size_t>(options["hosts"]);
    made.jvms = static_cast<std::size_t>(options["jvms"]);
    made.light_s = options["light"];
    made.full_s = options["full"];
    made.churn = options["churn"];
    made.churn_after_s = options["churn-after"];
    made.leaking = options["leaking"];
    MadeFleet fleet(made, std::move(captured));
    print_series(fleet);
    const Clock::time_point begin = Clock::now();
    const double lapse = options["lapse"];
    const auto now_s = [&] { return lapse * std::chrono::duration<double>(Clock::now() - begin).count(); };
    HttpLimits limits;
    limits.connections = 512;
    const auto server = HttpServer::start("127.0.0.1", 0, limits, [&](const HttpRequest& request) {
        std::size_t host = 0;
        if (!read_host(request.path, host) || host >= made.hosts) return not_there();
        const Exposition format = exposition_for(request.accept);
        return HttpAnswer{200, content_type_of(format),
                          std::make_shared<const std::string>(text_of(fleet, host, now_s(), lapse, format))};
    });
    if (!server) {
        fmt::print(stderr, "bench_fleet: {}\n", to_string(server.error()));
        return 1;
    }
    fmt::print("port {}\n", (*server)->port());
    std::fflush(stdout);
    std::this_thread::sleep_for(std::chrono::duration<double>(60 * options["minutes"]));
    return 0;
}
