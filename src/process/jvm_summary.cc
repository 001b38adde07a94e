#include "process/jvm_summary.h"

#include <algorithm>

#include "base/paths.h"
#include "process/jvm_flag.h"
#include "process/process_view.h"

namespace nmtx {
namespace {

constexpr std::size_t shown_id_digits = 12;  // as docker ps shows them

std::vector<std::string_view> words_in(std::string_view text, char separator) {
    std::vector<std::string_view> words;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(separator), text.size());
        words.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return words;
}

void add_variable(std::string_view variables, std::string_view name, std::vector<std::string_view>& options) {
    for (const std::string_view entry : words_in(variables, '\0')) {
        if (!entry.starts_with(name) || entry.substr(name.size(), 1) != "=") continue;
        const auto given = split_joined_options(entry.substr(name.size() + 1));
        options.insert(options.end(), given.begin(), given.end());
    }
}

// Options in a file, which is not read here.
bool in_a_file(std::string_view option) {
    return option.starts_with("-XX:Flags=") || option.starts_with("-XX:VMOptionsFile=") ||
           option == "-XX:+ReadVMOptionsFile";
}

struct KnownOptions {
    std::vector<std::string_view> options;  // the later ones count
    bool all = false;                       // there are no others
};

// Without hsperfdata: the variables and the command line, in the order in which HotSpot takes them.
KnownOptions options_without_counters(const JvmEvidence& jvm) {
    KnownOptions known;
    const std::vector<std::string_view> words = words_in(jvm.cmdline, '\0');
    // A program that starts a JVM through JNI has its own command line.
    if (words.empty() || base_name(words.front()) != "java") return known;
    const std::string_view variables = jvm.java_variables ? *jvm.java_variables : std::string_view();
    add_variable(variables, "JDK_JAVA_OPTIONS", known.options);
    add_variable(variables, "JAVA_TOOL_OPTIONS", known.options);
    const auto given = read_java_arguments(words).options;
    known.options.insert(known.options.end(), given.begin(), given.end());
    add_variable(variables, "_JAVA_OPTIONS", known.options);
    const bool files = std::any_of(words.begin(), words.end(),
                                   [](std::string_view word) { return word.starts_with("@"); }) ||
                       std::any_of(known.options.begin(), known.options.end(), in_a_file);
    known.all = jvm.java_variables.has_value() && !files;
    return known;
}

std::string command_by_cmdline(std::string_view cmdline) {
    const std::vector<std::string_view> words = words_in(cmdline, '\0');
    const std::string_view main = read_java_arguments(words).main;
    std::string command;
    bool behind = false;
    for (const std::string_view word : words) {
        behind = behind || (!main.empty() && word.data() == main.data());
        if (behind) command += (command.empty() ? "" : " ") + std::string(word);
    }
    return command.empty() ? std::string(main) : command;
}

// The main class or jar with its arguments: java.rt counts it, up to 1 KiB; else what stands behind the
// options.
void take_command(const ProcessView& view, const JvmEvidence& jvm, JvmSummary& summary) {
    summary.command = command_by_cmdline(jvm.cmdline);
    summary.main = std::string(read_java_cmdline(jvm.cmdline).main);
    if (!view.perf) return;
    const auto counted = view.perf->text("sun.rt.javaCommand");
    if (!counted || counted->empty()) return;
    summary.main = std::string(counted->substr(0, counted->find(' ')));
    if (!summary.command.starts_with(*counted)) summary.command = std::string(*counted);
}

}  // namespace

std::string JvmContainer::shown() const {
    if (!names.empty()) return names.joined();
    return hostname.empty() ? id.substr(0, shown_id_digits) : hostname;
}

JvmSummary summary_of(const JvmEvidence& jvm) {
    ProcessView view;
    view.vm = jvm.vm;
    if (jvm.perf) {
        if (auto perf = parse_hsperfdata(*jvm.perf)) view.perf = std::move(*perf);
    }
    if (view.perf) view.options = options_of_hsperfdata(*view.perf);
    bool all_options = view.options.has_value();
    if (!view.options) {
        const KnownOptions known = options_without_counters(jvm);
        view.options = read_jvm_options(known.options);
        view.arguments = known.options;
        all_options = known.all;
    }
    JvmSummary summary;
    summary.pid = jvm.pid;
    summary.container_pid = jvm.container_pid;
    summary.uid = jvm.uid;
    summary.user = jvm.user;
    summary.start_ticks = jvm.start_ticks;
    summary.uptime_s = jvm.uptime_s;
    summary.vm = jvm.vm;
    summary.rss = jvm.rss;
    summary.version = view.java_version();
    summary.gc = view.gc();
    if (jvm.vm == Vm::hotspot && (all_options || view.options->nmt_given)) summary.nmt = view.nmt_level();
    if (const auto limit = heap_limit(view)) summary.heap_limit = limit->size;
    take_command(view, jvm, summary);
    if (jvm.vm == Vm::openj9) summary.version = "OpenJ9";
    summary.container = jvm.container;
    summary.note = jvm.note;
    return summary;
}

void sort_by_rss(std::vector<JvmSummary>& jvms) {
    std::sort(jvms.begin(), jvms.end(), [](const JvmSummary& a, const JvmSummary& b) {
        const Bytes of_a = a.rss.value_or(Bytes()), of_b = b.rss.value_or(Bytes());
        return of_a != of_b ? of_a > of_b : a.pid < b.pid;
    });
}

}  // namespace nmtx
