// Figures of JVMs for the tests of what is given out.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "metrics/host_figures.h"
#include "metrics/metric_points.h"

namespace nmtx::test {

inline std::shared_ptr<const JvmFigures> made_figures(Depth depth, double heap) {
    auto made = std::make_shared<JvmFigures>();
    made->depth = depth;
    MetricPoints totals;
    totals.set(Metric::rss, heap + 100);
    made->totals = totals.sorted();
    MetricPoints owners;
    owners.set(Metric::resident, heap, {{"owner", "jvm/java heap"}});
    owners.set(Metric::resident, 100, {{"owner", "unexplained"}});
    owners.set(Metric::owners_full, depth == Depth::full ? 1 : 0);
    made->owners = owners.sorted();
    return made;
}

inline JvmState made_jvm(const std::string& main_class, std::size_t index = 0) {
    JvmState state;
    state.labels.main_class = label_value(main_class);
    state.labels.java = "21.0.4";
    state.index = index;
    state.take(made_figures(Depth::full, 1000), 5000);
    return state;
}

inline HostFigures made_host(std::vector<JvmState> jvms) {
    HostFigures host;
    host.jvms = std::move(jvms);
    host.exporter.version = "1.2.3";
    host.exporter.budget = 0.002;
    return host;
}

}  // namespace nmtx::test
