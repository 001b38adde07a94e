// The program: joins the pure side and the platform, a function for each verb.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <vector>

#include "account/account.h"
#include "allocator/block_sample.h"
#include "base/printable.h"
#include "cli/command.h"
#include "ledger/peek_place.h"
#include "ledger/plan/malloc_request.h"
#include "ledger/plan/reconciliation_plan.h"
#include "platform/collect.h"
#include "platform/jvm/jvm_list.h"
#include "platform/memory/live_memory.h"
#include "platform/os/clock.h"
#include "platform/os/last_resort.h"
#include "platform/os/own_memory.h"
#include "platform/proc/residency.h"
#include "platform/program/demo.h"
#include "platform/program/opened_process.h"
#include "platform/program/run.h"
#include "platform/program/run_rights.h"
#include "platform/symbols/live_files.h"
#include "platform/terminal/progress.h"
#include "process/process_reader.h"
#include "report/reconciliation/report.h"
#include "report/threads/threads_report.h"
#include "report/verbs/list.h"
#include "report/verbs/peek_text.h"

namespace nmtx {
namespace {

// Whose cost a report tells: that of a capture until its evidence was there, or of this run to its end.
enum class CostOf { capture, this_run };

// What was printed.
Expected<Account> print_report(const Command& command, const ProcessView& view,
                               CostOf cost = CostOf::capture) {
    const ReportOptions options{command.all, command.maps};
    const TextStyle style = style_of_stdout();
    const auto recorded = recorded_history(command, view);
    if (!recorded) return tl::make_unexpected(recorded.error());
    const bool of_malloc = command.verb == Verb::malloc && !command.json;
    auto account = account_of(view, {*recorded ? &**recorded : nullptr, {}, !of_malloc});
    if (!account) return account;
    const auto text_of = [&](const Account& shown) {
        if (command.json) return json_report(shown);
        return of_malloc ? malloc_report(shown.moment, options, style) : text_report(shown, options, style);
    };
    const double before = own_cpu_ms();
    std::string text = text_of(*account);
    if (cost == CostOf::this_run) {
        // What the report took is known once there is one; the second takes as long as the first.
        ProcessView told = view;
        const double after = own_cpu_ms();
        told.header.cost.cpu_ms = after + (after - before);
        account->moment.view = &told;
        text = text_of(*account);
        account->moment.view = &view;
    }
    if (auto printed = print(text); !printed) return tl::make_unexpected(printed.error());
    return account;
}

// Contents are in no capture, so they are looked up in the process as it runs on, after the report.
Expected<void> peek_at_blocks(const Command& command, const Moment& moment) {
    if (moment.view->walk() == nullptr)
        return failure("--peek", "malloc's memory was not walked, so no blocks are known",
                       "a place of its own: nmtx peek PID ADDRESS");
    const auto process = ProcessFiles::open_again(command.pid, moment.view->header.start_ticks);
    if (!process) return tl::make_unexpected(process.error());
    auto residency = PageResidency::open(*process);
    if (!residency) return tl::make_unexpected(residency.error());
    LiveMemory memory(*process, std::move(*residency));
    LiveFiles files(*process);
    const MallocRequest request =
        malloc_request(*moment.view, find_malloc_shapes(*moment.view, memory), command.malloc, files);
    const PeekBounds bounds;
    Progress progress(STDERR_FILENO);
    memory.show(&progress);
    const BlockSample sample = sample_blocks(request, *command.peek, bounds.blocks, memory);
    progress.erase();
    if (sample.blocks.empty()) return tl::make_unexpected(no_such_blocks(*command.peek, sample));
    const Peek peek = peek_blocks(sample.blocks, memory, pointer_map(moment), bounds);
    const bool told_apart = !moment.view->walk()->headers.empty();
    return print("\n" + peek_blocks_text(sample, peek, told_apart, style_of_stdout()));
}

// From a live process to the printed report; with -o its evidence is kept. The ledger's malloc, for the demo.
Expected<MallocUse> reconcile_live(const Command& command, std::uint64_t pid) {
    const auto process = open_process(
        command, pid,
        ReconciliationPlan({command.effort, command.nmt}, command.malloc, command.measure_threads));
    if (!process) return tl::make_unexpected(process.error());
    // A capture that was kept has to give the same report again.
    const auto account =
        print_report(command, process->view, command.output.empty() ? CostOf::this_run : CostOf::capture);
    if (!account) return tl::make_unexpected(account.error());
    if (command.peek) {
        if (auto peeked = peek_at_blocks(command, account->moment); !peeked)
            return tl::make_unexpected(peeked.error());
    }
    return account->ledger().malloc;
}

template <typename T>
Expected<void> nothing_more(const Expected<T>& done) {
    if (!done) return tl::make_unexpected(done.error());
    return {};
}

Expected<void> run_capture(const Command& command) {
    ReconciliationPlan plan({command.effort, command.nmt}, command.malloc, command.measure_threads);
    auto evidence = capture_of(command, command.pid, plan);
    if (!evidence) return tl::make_unexpected(evidence.error());
    const Capture capture = redacted(command, std::move(*evidence));
    if (auto written = write_capture(command, capture); !written) return written;
    if (command.output == "-") return {};
    std::fputs(fmt::format("nmtx: {} written: {} documents, {} missing. Read it with: nmtx report {}\n",
                           printable(command.output), capture.documents().size(),
                           capture.missing_documents().size(), printable(command.output))
                   .c_str(),
               stderr);
    return {};
}

// The report of a capture, whichever the verb asks for.
Expected<void> run_report(const Command& command) {
    const auto process = open_file(command, command.file);
    if (!process) return tl::make_unexpected(process.error());
    return nothing_more(print_report(command, process->view));
}

Expected<void> run_malloc(const Command& command) {
    if (!command.file.empty()) return run_report(command);
    return nothing_more(reconcile_live(command, command.pid));
}

Expected<void> print_threads(const Command& command, const ProcessView& view) {
    if (!view.tasks)
        return failure(command.file.empty() ? fmt::format("pid {}", command.pid) : printable(command.file),
                       "its threads could not be read", "see what is missing: nmtx report FILE --all");
    const auto account = account_of(view, {nullptr, {}, false});
    if (!account) return tl::make_unexpected(account.error());
    const ReportOptions options{command.all, command.maps};
    return print(command.json
                     ? json_threads(view, *account->threads, command.threads)
                     : threads_report(view, *account->threads, command.threads, options, style_of_stdout()));
}

// The stacks are the ledger's; malloc's chunks are of no interest here.
Expected<void> run_threads(const Command& command) {
    MallocOptions no_walk;
    no_walk.malloc_walk = false;
    const auto process = open_either(
        command, ReconciliationPlan({command.effort, command.nmt}, no_walk, true, command.threads.stacks));
    if (!process) return tl::make_unexpected(process.error());
    return print_threads(command, process->view);
}

Expected<void> run_list(const Command& command) {
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
    return print(command.json ? json_list(rows) : text_list(rows, style_of_stdout()));
}

Expected<void> run_demo(const Command& command) {
    std::vector<std::string> arguments = command.demo_arguments;
    if (arguments.empty())
        arguments = {"leak=177719x1009", "jnithreads=8", "threads=40", "direct=32", "inflater=10"};
    std::fputs("nmtx: starting a small JVM whose JNI library keeps memory that NMT cannot see …\n", stderr);
    const auto jvm = DemoJvm::start(arguments);
    if (!jvm) return tl::make_unexpected(jvm.error());
    const auto found_use = reconcile_live(command, jvm->pid());
    if (!found_use) return tl::make_unexpected(found_use.error());
    if (command.json) return {};
    if (auto printed = print("\n" + paragraph(demo_check(*jvm, *found_use), style_of_stdout(), 2)); !printed)
        return printed;
    keep_running(*jvm);
    return {};
}

// The JVM is not asked: what the kernel and malloc's headers tell has to do.
Expected<void> run_peek(const Command& command) {
    CollectOptions options;
    options.pid = command.pid;
    options.attach = false;
    options.nmtx_version = NMTX_VERSION;
    MallocOptions no_walk;
    no_walk.malloc_walk = false;
    ReconciliationPlan plan({Effort::least, false}, no_walk);
    const auto capture = collect(options, plan);
    if (!capture) return tl::make_unexpected(capture.error());
    if (auto finished = plan.finish(*capture); !finished) return finished;
    const auto account = account_of(plan.view(), {nullptr, {}, false});
    if (!account) return tl::make_unexpected(account.error());
    const Address address = command.address;
    const auto place = peek_place(account->moment, address);
    if (!place) return tl::make_unexpected(place.error());

    const auto process = ProcessFiles::open_again(command.pid, capture->header.start_ticks);
    if (!process) return tl::make_unexpected(process.error());
    auto residency = PageResidency::open(*process);
    if (!residency) return tl::make_unexpected(residency.error());
    LiveMemory memory(*process, std::move(*residency));
    const PointerMap targets = pointer_map(account->moment, place->range);
    const Peek peek = peek_range(place->range, address, memory, targets);
    return print(peek_text(plan.view(), *place, peek, style_of_stdout()));
}

Expected<void> run_report_verb(const Command& command) {
    switch (command.verb) {
        case Verb::help:
            return print(help_text());
        case Verb::version:
            return print("nmtx " NMTX_VERSION "\n");
        case Verb::reconcile:
            return nothing_more(reconcile_live(command, command.pid));
        case Verb::capture:
            return run_capture(command);
        case Verb::report:
            return run_report(command);
        case Verb::list:
            return run_list(command);
        case Verb::demo:
            return run_demo(command);
        case Verb::malloc:
            return run_malloc(command);
        case Verb::peek:
            return run_peek(command);
        case Verb::threads:
            return run_threads(command);
        case Verb::diff:
            return run_diff(command);
        case Verb::nmt:
            return run_nmt(command);
        case Verb::watch:
            return run_watch(command);
        case Verb::glossary:
            return run_glossary(command);
        case Verb::ticket:
            return run_ticket(command);
        default:
            return {};
    }
}

// The verbs that may have an exit code of their own, and those that are done or not.
Expected<int> run(const Command& command) {
    switch (command.verb) {
        case Verb::explain:
            return run_explain(command);
        case Verb::fit:
            return run_fit(command);
        case Verb::record:
            return run_record(command);
        case Verb::trend:
            return run_trend(command);
        case Verb::gate:
            return run_gate(command);
        default:
            return run_report_verb(command).map([] { return 0; });
    }
}

int complain(const Error& error, int exit_code) {
    std::fputs(("nmtx: " + to_string(error) + "\n").c_str(), stderr);
    return exit_code;
}

}  // namespace
}  // namespace nmtx

int main(int argc, char** argv) {
    return nmtx::with_last_resort([&] {
        nmtx::keep_heap_in_one_piece();
        const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
        const auto command = nmtx::parse_command(arguments);
        if (!command) return nmtx::complain(command.error(), 2);
        nmtx::drop_privileges(nmtx::needs_of(*command));
        if (const auto work = nmtx::file_work_of(*command)) nmtx::confine_to_files(*work);
        const auto done = nmtx::run(*command);
        return done ? *done : nmtx::complain(done.error(), 1);
    });
}
