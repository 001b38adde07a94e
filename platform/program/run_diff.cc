// `nmtx diff A B`: each a saved capture, or a process that is captured now; -o FILE.html writes a page, too.
#include <fmt/format.h>

#include <array>

#include "account/account.h"
#include "base/printable.h"
#include "change/diff.h"
#include "ledger/partition/kept_moment.h"
#include "platform/output/output_file.h"
#include "platform/program/opened_process.h"
#include "platform/program/run.h"
#include "process/process_reader.h"
#include "report/diff/diff_report.h"

namespace nmtx {
namespace {

Expected<void> keep(Expected<OpenedProcess> process, KeptMoment& loaded) {
    if (!process) return tl::make_unexpected(process.error());
    loaded.capture = std::move(process->capture);
    loaded.view = std::move(process->view);
    return reconcile_moment(loaded, false);
}

// Asking for call sites in bytes costs the JVM half a second: not where the other moment has none to compare.
bool wants_sites(const std::array<Target, 2>& names, const std::array<KeptMoment, 2>& loaded) {
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (!names[i].is_file()) continue;
        const auto& sites = loaded[i].view.nmt_sites;
        return sites && sites->unit == Bytes(1);
    }
    return true;
}

// Without --unit.
SizeScale scale_for(const Moment& moment) {
    return moment.ledger->rss < mib(10240) ? SizeScale::mib : SizeScale::gib;
}

Expected<void> write_page(const Command& command, const Moment& before, const Moment& after,
                          const Diff& diff) {
    const AccountOptions only_figures{.judge = false};
    return write_file(command.output,
                      html_diff(account_of(before, only_figures), account_of(after, only_figures), diff),
                      command.force);
}

Expected<void> load(const Command& command, std::array<KeptMoment, 2>& loaded) {
    // Files first: a wrong one is known before a JVM is asked anything.
    for (std::size_t i = 0; i < loaded.size(); ++i) {
        if (!command.compared[i].is_file()) continue;
        if (auto read = keep(open_file(command, command.compared[i].file), loaded[i]); !read)
            return tl::make_unexpected(read.error());
    }
    const bool call_sites = wants_sites(command.compared, loaded);
    for (std::size_t i = 0; i < loaded.size(); ++i) {
        if (command.compared[i].is_file()) continue;
        const ReconciliationPlan plan({command.effort, command.nmt, call_sites}, command.malloc);
        if (auto read = keep(open_process(command, command.compared[i].pid, plan), loaded[i]); !read)
            return tl::make_unexpected(read.error());
    }
    return {};
}

// What the text or JSON says, and the page.
Expected<int> show(const Command& command, const Moment& before, const Moment& after, const Diff& diff) {
    const ReportOptions options{command.all, command.maps};
    const SizeScale scale = command.unit.value_or(scale_for(after));
    const auto shown =
        print(command.json() ? json_diff(before, after, diff)
                             : diff_text(before, after, diff, scale, options, style_of_stdout(command)));
    if (!shown || !is_page_of_change(command.output)) return done(shown);
    return done(write_page(command, before, after, diff));
}

}  // namespace

Expected<int> run_diff(const Command& command) {
    std::array<KeptMoment, 2> loaded;
    // A page is made of both; only another name saves the running process.
    Command reading = command;
    if (is_page_of_change(command.output)) {
        if (auto free = check_output(command.output, command.force); !free)
            return tl::make_unexpected(free.error());
        reading.output.clear();
    }
    if (auto read = load(reading, loaded); !read) return tl::make_unexpected(read.error());
    const Moment before = loaded[0].moment(), after = loaded[1].moment();
    const auto diff = diff_moments(before, after);
    if (!diff) return tl::make_unexpected(diff.error());
    if (!diff->same_process && !command.force) {
        std::string how;
        for (const std::string& difference : diff->differences) how += (how.empty() ? "" : "; ") + difference;
        return failure("", fmt::format("the two snapshots are from different processes: {}", how),
                       "compare them anyway with --force");
    }
    return show(command, before, after, *diff);
}

}  // namespace nmtx
