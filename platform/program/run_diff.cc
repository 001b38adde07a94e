// `nmtx diff A B`: each a saved capture, or a process that is captured now; or both are runs of `nmtx
// allocs`. -o FILE.html writes a page, too.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "account/account.h"
#include "allocations/saved_allocations.h"
#include "base/printable.h"
#include "change/diff.h"
#include "evidence/archive.h"
#include "ledger/partition/kept_moment.h"
#include "platform/output/output_file.h"
#include "platform/program/opened_process.h"
#include "platform/program/run.h"
#include "process/process_reader.h"
#include "report/allocations/allocations_diff.h"
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

using FileBytes = std::array<std::string, 2>;  // empty for a process

Expected<FileBytes> read_files(const Command& command) {
    FileBytes bytes;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (!command.compared[i].is_file()) continue;
        auto read = read_capture_bytes(command.compared[i].file);
        if (!read) return tl::make_unexpected(read.error());
        bytes[i] = std::move(*read);
    }
    return bytes;
}

Expected<void> load(const Command& command, FileBytes bytes, std::array<KeptMoment, 2>& loaded) {
    // Files first: a wrong one is known before a JVM is asked anything.
    for (std::size_t i = 0; i < loaded.size(); ++i) {
        if (!command.compared[i].is_file()) continue;
        auto capture = read_archive(std::exchange(bytes[i], {}), command.compared[i].file);
        if (!capture) return tl::make_unexpected(capture.error());
        if (auto read = keep(opened(redacted(command, std::move(*capture))), loaded[i]); !read)
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

Expected<void> refuse_different_runs(const AllocationRun& before, const AllocationRun& after) {
    if (before.with_jvm != after.with_jvm)
        return failure("",
                       fmt::format("only the {} run includes calls from libjvm.so (--all)",
                                   after.with_jvm ? "second" : "first"),
                       "sample both with --all, or both without; compare them anyway with --force");
    if (before.process != after.process)
        return failure("",
                       fmt::format("the two runs are from different programs: {} and {}",
                                   printable(before.process), printable(after.process)),
                       "compare them anyway with --force");
    return {};
}

// Of which kind the other one is, too.
Error mixed_kinds(const Command& command, const FileBytes& bytes) {
    const std::size_t run = looks_like_allocations(bytes[0]) ? 0 : 1;
    const Target& other = command.compared[1 - run];
    const std::string name = printable(command.compared[run].file);
    if (!other.is_file())
        return {
            "",
            fmt::format("{} is a run of nmtx allocs, pid {} a process: they cannot be compared", name,
                        other.pid),
            fmt::format("nmtx allocs {} --json > FILE.json, then: nmtx diff {} FILE.json", other.pid, name)};
    return {"",
            fmt::format("{} is a run of nmtx allocs, {} is not: they cannot be compared", name,
                        printable(other.file)),
            "two runs: nmtx allocs PID --json > FILE.json; two snapshots: nmtx capture PID -o FILE.nmtx"};
}

Expected<int> diff_of_allocations(const Command& command, const FileBytes& bytes) {
    if (!std::all_of(bytes.begin(), bytes.end(), looks_like_allocations))
        return tl::make_unexpected(mixed_kinds(command, bytes));
    if (command.has("unit"))
        return failure("", "--unit is for snapshots; rates of allocations have their own units");
    if (!command.output.empty()) {
        if (auto free = check_output(command.output, command.force); !free)
            return tl::make_unexpected(free.error());
    }
    auto before = parse_allocations(bytes[0], command.compared[0].file);
    if (!before) return tl::make_unexpected(before.error());
    auto after = parse_allocations(bytes[1], command.compared[1].file);
    if (!after) return tl::make_unexpected(after.error());
    if (!command.force) {
        if (auto same = refuse_different_runs(before->run, after->run); !same)
            return tl::make_unexpected(same.error());
    }
    const AllocationDiff diff = diff_allocations(std::move(*before), std::move(*after));
    const ReportOptions options{command.all, false};
    const auto shown = print(command.json() ? json_allocations_diff(diff, NMTX_VERSION)
                                            : allocations_diff_text(diff, options, style_of_stdout(command)));
    if (!shown || command.output.empty()) return done(shown);
    return done(write_file(command.output, html_allocations_diff(diff, NMTX_VERSION), command.force));
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
    auto bytes = read_files(command);
    if (!bytes) return tl::make_unexpected(bytes.error());
    if (std::any_of(bytes->begin(), bytes->end(), looks_like_allocations))
        return diff_of_allocations(command, *bytes);
    // A page is made of both; only another name saves the running process.
    Command reading = command;
    if (is_page_of_change(command.output)) {
        if (auto free = check_output(command.output, command.force); !free)
            return tl::make_unexpected(free.error());
        reading.output.clear();
    }
    if (auto read = load(reading, std::move(*bytes), loaded); !read) return tl::make_unexpected(read.error());
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
