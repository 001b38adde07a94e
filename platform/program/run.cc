#include "platform/program/run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>
#include <variant>

#include "evidence/archive.h"
#include "hotspot/nmt/nmt.h"
#include "platform/os/identity.h"
#include "platform/os/own_memory.h"
#include "platform/output/output_file.h"
#include "platform/proc/input_file.h"
#include "platform/terminal/terminal.h"
#include "report/style/csv.h"

namespace nmtx {
namespace {

constexpr std::size_t most_capture_bytes = std::size_t{1} << 30U;
constexpr std::size_t most_nmt_bytes = std::size_t{256} << 20U;

int printed_to = STDOUT_FILENO;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

// The file that the user names must be a report: a wrong file is an error, not missing evidence.
Expected<void> check_nmt_report(std::string_view text, const std::string& path) {
    const auto answer = parse_nmt(text, path);
    if (!answer) return tl::make_unexpected(answer.error());
    const auto* refusal = std::get_if<NmtRefusal>(&*answer);
    if (refusal == nullptr) return {};
    const std::string begins = refusal->text.substr(0, refusal->text.find('\n'));
    return failure(path,
                   begins.empty()
                       ? "has no report of VM.native_memory"
                       : fmt::format("has no report of VM.native_memory; it begins with '{}'", begins),
                   "save one with: jcmd PID VM.native_memory");
}

// Of a process that was chosen by name: another one may have its pid by now.
std::optional<std::uint64_t> start_known(const Command& command, std::uint64_t pid) {
    for (const Target* target : {&command.target, &command.compared[0], &command.compared[1]}) {
        if (target->pid == pid && target->start_ticks != 0) return target->start_ticks;
    }
    return std::nullopt;
}

}  // namespace

Expected<CollectOptions> collect_options(const Command& command, std::uint64_t pid) {
    CollectOptions options;
    options.pid = pid;
    options.start_ticks = start_known(command, pid);
    options.attach = command.attach;
    options.attach_timeout = command.attach_timeout;
    options.effort = command.effort;
    options.nmtx_version = NMTX_VERSION;
    options.freeze = command.malloc.freeze;
    if (command.verb == Verb::threads || command.measure_threads)
        options.thread_interval = command.threads.interval;
    options.show_progress = !command.quiet;
    if (command.nmt_file) {
        auto text = read_input(*command.nmt_file, most_nmt_bytes);
        if (!text) return tl::make_unexpected(text.error());
        if (auto fine = check_nmt_report(*text, *command.nmt_file); !fine)
            return tl::make_unexpected(fine.error());
        options.nmt_text = std::move(*text);
    }
    return options;
}

ThreadQuestions thread_questions(const Command& command) {
    return {command.threads.stacks, command.threads.dump};
}

int exit_code_of(const Command& command, const std::vector<Finding>& findings) {
    if (!command.fail_on) return 0;
    const Severity least = *command.fail_on == FailOn::problem ? Severity::problem : Severity::warning;
    const bool met = std::any_of(findings.begin(), findings.end(),
                                 [&](const Finding& finding) { return finding.severity >= least; });
    return met ? exit_found : 0;
}

TextStyle style_of_stdout(const Command& command) {
    const Terminal terminal = look_at_terminal();
    TextStyle style;
    if (terminal.is_terminal) style.width = std::clamp<std::size_t>(terminal.width, 40, 200);
    style.height = terminal.height;
    style.bars = terminal.is_terminal;
    style.colour =
        command.color == ColorMode::always || (command.color == ColorMode::automatic && terminal.colour);
    style.unicode = terminal.utf8;
    return style;
}

Expected<void> print(const std::string& text) {
    return write_all(printed_to, text, "standard output");
}

Expected<std::optional<Pager>> pager_for(const Command& command) {
    if (!command.pager || !look_at_terminal().is_terminal) return std::optional<Pager>();
    auto pager = Pager::start();
    if (!pager) return tl::make_unexpected(pager.error());
    printed_to = pager->input();
    return std::optional<Pager>(std::move(*pager));
}

Expected<int> print_csv(const std::string& json, const std::string& pointer) {
    const auto table = csv_of(json, pointer);
    if (!table) return tl::make_unexpected(table.error());
    return done(print(*table));
}

Expected<Capture> capture_of(const Command& command, std::uint64_t pid, CapturePlan& plan) {
    const auto options = collect_options(command, pid);
    if (!options) return tl::make_unexpected(options.error());
    if (command.malloc.owners) prefer_huge_pages();
    return collect(*options, plan);
}

Expected<void> write_capture(const Command& command, const Capture& capture) {
    auto bytes = write_archive(capture);
    if (!bytes) return tl::make_unexpected(bytes.error());
    if (command.output == "-") return print(*bytes);
    return write_file(command.output, *bytes, command.force);
}

Expected<std::string> read_capture_bytes(const std::string& file) {
    give_large_pieces_back();
    return read_input(file, most_capture_bytes);
}

Expected<Capture> read_capture(const std::string& file) {
    const auto bytes = read_capture_bytes(file);
    if (!bytes) return tl::make_unexpected(bytes.error());
    return read_archive(*bytes, file);
}

std::vector<CertainName> certain_names(const Command& command) {
    std::vector<CertainName> names;
    if (command.target.pid == 0) return names;
    for (const std::string& host : host_names()) names.push_back({Placeholder::host, host});
    for (const std::string& user : user_names(command.target.pid)) names.push_back({Placeholder::name, user});
    return names;
}

Capture redacted(const Command& command, Capture capture, NameRedactor& names) {
    return command.redact ? redact_capture(capture, names) : std::move(capture);
}

Capture redacted(const Command& command, Capture capture) {
    NameRedactor names(certain_names(command));
    return redacted(command, std::move(capture), names);
}

}  // namespace nmtx
