#include "platform/program/choose_process.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <utility>

#include "base/printable.h"
#include "cli/verbs/verbs.h"
#include "platform/jvm/jvm_list.h"
#include "platform/program/run.h"
#include "platform/sampling/listed_summary.h"
#include "platform/terminal/terminal.h"
#include "report/verbs/list.h"

namespace nmtx {
namespace {

void list_on_stderr(const std::vector<JvmSummary>& jvms) {
    const Terminal terminal = look_at_terminal();
    ListShape shape;
    if (::isatty(STDERR_FILENO) == 1) shape.width = terminal.width;
    shape.unicode = terminal.utf8;
    std::fputs(text_list(jvms, shape).c_str(), stderr);
}

// Nothing at the end of the input.
std::optional<std::string> typed_line() {
    std::array<char, 256> line{};
    if (std::fgets(line.data(), static_cast<int>(line.size()), stdin) == nullptr) return std::nullopt;
    std::string text(line.data());
    text.erase(text.find_last_not_of(" \t\r\n") + 1);
    text.erase(0, text.find_first_not_of(" \t"));
    return text;
}

// The row that was typed, by its number or its pid.
const JvmSummary* row_typed(const std::string& text, const std::vector<JvmSummary>& jvms) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return nullptr;
    if (number >= 1 && number <= jvms.size()) return &jvms[number - 1];
    for (const JvmSummary& jvm : jvms) {
        if (jvm.pid == number) return &jvm;
    }
    return nullptr;
}

// What to type for that process. More than the process is needed by some verbs.
std::string with_pid(const Command& command, std::uint64_t pid) {
    const VerbEntry& entry = entry_of(command.verb);
    if (entry.least > 0) return fmt::format("give the PID of one in its place, such as {}", pid);
    const std::string verb = entry.verb == Verb::reconcile ? "nmtx" : fmt::format("nmtx {}", entry.name);
    return fmt::format("type the PID of one: {} {}", verb, pid);
}

// The one JVM that fits.
Expected<ChosenProcess> choose_process(const Target& target, const Command& command) {
    const JvmWish wish{target.name, target.container, target.match};
    const auto jvms = listed_jvms();
    if (!jvms) return tl::make_unexpected(jvms.error());
    const auto fitting = fitting_jvms(*jvms, wish);
    if (!fitting) return tl::make_unexpected(fitting.error());
    if (fitting->size() == 1) return ChosenProcess{fitting->front()->pid, fitting->front()->start_ticks};
    const std::string wanted =
        printable(text_of(wish)) + (target.name_may_be_file ? ", and no such file" : "");
    if (jvms->empty())
        return failure("", fmt::format("no JVM with {}: this user sees no JVM at all", wanted),
                       "run as the JVM's user or root");
    if (fitting->empty()) {
        list_on_stderr(*jvms);
        return failure("", fmt::format("no JVM with {}; those above are all that this user sees", wanted),
                       with_pid(command, jvms->front().pid));
    }
    std::vector<JvmSummary> candidates;
    for (const JvmSummary* jvm : *fitting) candidates.push_back(*jvm);
    list_on_stderr(candidates);
    return failure("",
                   fmt::format("{} JVMs with {}, listed above", candidates.size(), printable(text_of(wish))),
                   with_pid(command, candidates.front().pid));
}

}  // namespace

Expected<std::vector<JvmSummary>> listed_jvms() {
    const auto listed = list_jvms();
    if (!listed) return tl::make_unexpected(listed.error());
    std::vector<JvmSummary> jvms;
    jvms.reserve(listed->size());
    for (const ListedJvm& process : *listed) jvms.push_back(summary_of_listed(process));
    sort_by_rss(jvms);
    return jvms;
}

Expected<void> choose_targets(Command& command) {
    for (Target* target : {&command.target, &command.compared[0], &command.compared[1]}) {
        if (!target->given() || target->pid != 0 || target->is_file()) continue;
        if (target->name_may_be_file && ::access(target->name.c_str(), F_OK) == 0) {
            target->file = std::exchange(target->name, {});
            continue;
        }
        const auto process = choose_process(*target, command);
        if (!process) return tl::make_unexpected(process.error());
        target->pid = process->pid;
        target->start_ticks = process->start_ticks;
        target->name.clear();
        target->container.clear();
        target->match.clear();
    }
    return {};
}

bool can_ask() {
    return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1;
}

Expected<std::optional<ChosenProcess>> ask_which(const std::vector<JvmSummary>& jvms) {
    const Terminal terminal = look_at_terminal();
    const ListShape shape{terminal.width, true, terminal.utf8};
    if (auto printed = print(text_list(jvms, shape)); !printed) return tl::make_unexpected(printed.error());
    constexpr int most_questions = 3;
    for (int question = 0; question < most_questions; ++question) {
        if (auto asked = print(fmt::format("Report on which one? [1-{}, Enter for none] ", jvms.size()));
            !asked)
            return tl::make_unexpected(asked.error());
        const auto text = typed_line();
        if (!text || text->empty() || *text == "q") return std::optional<ChosenProcess>();
        if (const JvmSummary* jvm = row_typed(*text, jvms))
            return std::optional(ChosenProcess{jvm->pid, jvm->start_ticks});
        if (auto told =
                print(fmt::format("'{}' is not a number from 1 to {}.\n", printable(*text), jvms.size()));
            !told)
            return tl::make_unexpected(told.error());
    }
    return std::optional<ChosenProcess>();
}

}  // namespace nmtx
