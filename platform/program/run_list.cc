// `nmtx list`
#include <utility>
#include <vector>

#include "platform/jvm/jvm_list.h"
#include "platform/program/run.h"
#include "report/verbs/list.h"

namespace nmtx {

Expected<int> run_list(const Command& command) {
    const auto jvms = list_jvms();
    if (!jvms) return tl::make_unexpected(jvms.error());
    std::vector<JvmRow> rows;
    for (const ListedJvm& process : *jvms) {
        JvmRow row;
        row.pid = process.pid;
        if (process.nspid != process.pid) row.container_pid = process.nspid;
        row.uid = process.uid;
        row.user = process.user;
        row.vm = process.vm;
        row.rss = process.rss;
        row.cmdline = process.cmdline;
        row.perf = process.hsperfdata;
        row.note = process.why_not;
        rows.push_back(std::move(row));
    }
    if (command.format == Format::csv) return print_csv(json_list(rows), "");
    return done(print(command.json() ? json_list(rows) : text_list(rows, style_of_stdout(command))));
}

}  // namespace nmtx
