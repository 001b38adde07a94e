#include "platform/sampling/listed_summary.h"

#include "platform/jvm/container_names.h"

namespace nmtx {

JvmSummary summary_of_listed(const ListedJvm& process) {
    JvmEvidence jvm;
    jvm.pid = process.pid;
    if (process.nspid != process.pid) jvm.container_pid = process.nspid;
    jvm.uid = process.uid;
    jvm.user = process.user;
    jvm.start_ticks = process.start_ticks;
    jvm.uptime_s = process.uptime_s;
    jvm.vm = process.vm;
    jvm.rss = process.rss;
    jvm.cmdline = process.cmdline;
    jvm.java_variables = process.java_variables;
    jvm.perf = process.hsperfdata;
    jvm.note = process.why_not;
    jvm.container.hostname = process.hostname;
    if (const auto id = container_id_of_cgroup(process.cgroup)) {
        jvm.container.id = *id;
        jvm.container.names = read_container_names(*id);
    }
    return summary_of(jvm);
}

}  // namespace nmtx
