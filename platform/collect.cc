#include "platform/collect.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "evidence/redact.h"
#include "platform/jvm/attach.h"
#include "platform/jvm/attach_options.h"
#include "platform/jvm/hsperfdata_file.h"
#include "platform/memory/frozen_memory.h"
#include "platform/memory/live_memory.h"
#include "platform/memory/no_memory.h"
#include "platform/os/clock.h"
#include "platform/os/page_size.h"
#include "platform/proc/kernel_documents.h"
#include "platform/proc/memory_left.h"
#include "platform/proc/process_files.h"
#include "platform/proc/residency.h"
#include "platform/proc/resident_mappings.h"
#include "platform/proc/user_process.h"
#include "platform/symbols/java_thread_list.h"
#include "platform/symbols/live_files.h"
#include "platform/symbols/native_stacks.h"
#include "platform/terminal/progress.h"

namespace nmtx {
namespace {

using std::chrono::steady_clock;

Missing missing_because(const Error& error) {
    return {error.where.empty() ? error.what : error.where + ": " + error.what, error.hint};
}

class Collector {
  public:
    Collector(const CollectOptions& options, CapturePlan& plan, ProcessFiles process)
        : options_(&options), plan_(&plan), process_(std::move(process)) {}

    Expected<Capture> run();

  private:
    void fill_header();
    void read_kernel_documents();
    void read_counters();
    void ask_jvm();
    Expected<void> attach_enabled();
    void read_threads();
    void take_native_stacks();
    void take_java_threads();
    bool ask(AttachClient& client, const std::string& question);
    Expected<std::string_view> read_mappings();
    Expected<void> read_memory();
    Expected<void> derive_from_copy(LiveMemory& live, TargetFiles& files);
    void derive(WatchedMemory& memory, TargetFiles& files);
    [[nodiscard]] Expected<void> check_it_lived(std::string_view smaps) const;
    [[nodiscard]] bool stopped() const { return options_->stop.stop_requested(); }
    void rest_until(std::uint64_t monotonic) const;

    [[nodiscard]] double elapsed_ms() const {
        return std::chrono::duration<double, std::milli>(steady_clock::now() - began_).count();
    }

    // Runs `read`, notes the step, keeps the document or why there is none.
    template <typename Read>
    Expected<void> step(std::string_view name, Read read) {
        const double at = elapsed_ms();
        Expected<std::string> text = read();
        capture_.note_step({std::string(name), at, elapsed_ms() - at});
        if (!text) {
            capture_.miss(name, missing_because(text.error()));
            return tl::make_unexpected(std::move(text.error()));
        }
        capture_.add(name, without_secrets(name, std::move(*text)));
        return {};
    }
    Expected<void> step_file(std::string_view name, std::string_view file) {
        return step(name, [&] { return process_.read(file); });
    }

    const CollectOptions* options_;
    CapturePlan* plan_;
    ProcessFiles process_;
    steady_clock::time_point began_ = steady_clock::now();
    Capture capture_;
    std::optional<AttachClient> client_;  // while the JVM may be asked
};

void Collector::fill_header() {
    CaptureHeader& header = capture_.header;
    header.nmtx_version = options_->nmtx_version;
    header.pid = process_.pid();
    header.start_ticks = process_.start_ticks();
    if (auto boot = read_system_file("/proc/sys/kernel/random/boot_id"))
        header.boot_id = boot->substr(0, boot->find('\n'));
    header.taken_at = utc_now();
    header.target_uptime_s = seconds_since_start(process_.start_ticks());
    utsname system{};
    if (::uname(&system) == 0) header.kernel_release = system.release;
    header.effort = options_->effort;
    header.page_size = static_cast<std::uint32_t>(page_size());
}

void Collector::read_kernel_documents() {
    step_file(document::statm_before, "statm");
    step_file(document::cmdline, "cmdline");
    step(document::exe, [&] { return process_.link("exe"); });
    step_file(document::auxv, "auxv");
    step_file(document::limits, "limits");
    // A kernel without huge pages has no such file: nothing is missing then.
    if (auto mode = read_system_file("/sys/kernel/mm/transparent_hugepage/enabled"))
        capture_.add(document::transparent_hugepage, std::move(*mode));
    step_file(document::cgroup, "cgroup");
    if (const auto cgroup = capture_.text(document::cgroup)) {
        step(document::cgroup_memory, [&] { return read_cgroup_memory(process_, *cgroup); });
        step(document::cgroup_cpu, [&] { return read_cgroup_cpu(process_, *cgroup); });
    }
    step(document::cpus_online, [&] { return read_system_file("/sys/devices/system/cpu/online"); });
}

void Collector::read_counters() {
    step(document::hsperfdata, [&]() -> Expected<std::string> {
        const auto target = attach_target(process_);
        if (!target) return tl::make_unexpected(target.error());
        return read_hsperfdata(process_, *target);
    });
}

// False where asking on is of no use.
bool Collector::ask(AttachClient& client, const std::string& question) {
    const std::string name = std::string(document::hotspot_prefix) + question;
    const double at = elapsed_ms();
    auto reply = client.ask(question, options_->attach_timeout);
    const double took = elapsed_ms() - at;
    capture_.note_step({name, at, took});
    capture_.header.cost.attach_ms += took;
    if (!reply) {
        capture_.miss(name, missing_because(reply.error()));
        capture_.miss(document::attach, missing_because(reply.error()));
        return false;
    }
    reply->text = without_secrets(name, std::move(reply->text));
    if (reply->rc != 0) {
        capture_.miss(name, {reply->text.substr(0, reply->text.find('\n')), {}});
    } else {
        capture_.add(name, std::move(reply->text));
    }
    return true;
}

// Its counters hold all of its options, wherever they came from.
Expected<void> Collector::attach_enabled() {
    if (capture_.text(document::hsperfdata)) return {};
    const auto target = attach_target(process_);
    if (!target) return tl::make_unexpected(target.error());
    return check_attach_enabled(process_, *target);
}

void Collector::ask_jvm() {
    if (!options_->attach) {
        capture_.miss(document::attach,
                      {"the JVM was not asked: --attach=never", "leave --attach=never out"});
        return;
    }
    if (auto refused = plan_->attach_refused(capture_)) {
        capture_.miss(document::attach, std::move(*refused));
        return;
    }
    if (auto enabled = attach_enabled(); !enabled) {
        capture_.miss(document::attach, missing_because(enabled.error()));
        return;
    }
    auto client = AttachClient::open(process_);
    if (!client) {
        capture_.miss(document::attach, missing_because(client.error()));
        return;
    }
    client_ = std::move(*client);
    client_->give_up_at(options_->stop);
    while (const auto question = plan_->next_question(capture_)) {
        if (stopped()) return;
        if (capture_.tried(std::string(document::hotspot_prefix) + *question)) return;
        if (!ask(*client_, *question)) {
            client_.reset();
            return;
        }
    }
}

// Until then, or until nobody waits for the result any more.
void Collector::rest_until(std::uint64_t monotonic) const {
    constexpr std::uint64_t between_looks = 50'000'000;
    while (!stopped() && monotonic_ns() < monotonic)
        sleep_until(std::min(monotonic, monotonic_ns() + between_looks));
}

// Two samples, the threads looked at between them: what they did then is of that interval.
void Collector::read_threads() {
    if (!options_->thread_interval) {
        step(document::tasks, [&] { return read_tasks(process_, TaskDetail::stacks); });
        return;
    }
    const auto half = static_cast<std::uint64_t>(options_->thread_interval->count()) * 500'000;
    if (half > 0) step(document::tasks_before, [&] { return read_tasks(process_, TaskDetail::times); });
    const std::uint64_t began = monotonic_ns();
    rest_until(began + half);
    if (stopped()) return;
    take_native_stacks();
    take_java_threads();
    const auto question = plan_->question_in_interval(capture_);
    if (client_ && question) ask(*client_, *question);
    if (!client_ && question)
        capture_.miss(std::string(document::hotspot_prefix) + *question, {"the JVM could not be asked", {}});
    rest_until(began + 2 * half);
    if (stopped()) return;
    step(document::tasks, [&] { return read_tasks(process_, TaskDetail::all); });
    if (const auto cgroup = capture_.text(document::cgroup))
        step(document::cgroup_pids, [&] { return read_cgroup_pids(process_, *cgroup); });
    step(document::threads_max, [&] { return read_system_file("/proc/sys/kernel/threads-max"); });
}

// Right before a dump, where one is wanted: so the two tell of the same moment, or nearly.
void Collector::take_native_stacks() {
    if (!plan_->wants_native_stacks()) return;
    step(document::tasks_middle, [&] { return read_tasks(process_, TaskDetail::times); });
    const std::vector<std::uint64_t> tids = plan_->threads_to_stop(capture_);
    if (tids.empty()) return;
    step(document::native_stacks, [&] { return read_native_stacks(process_, tids, plan_->brief_stacks()); });
}

// Nothing is missing where the process is not a HotSpot JVM.
void Collector::take_java_threads() {
    if (!plan_->wants_java_threads()) return;
    const double at = elapsed_ms();
    auto text = read_java_threads(process_);
    if (text && !*text) return;
    capture_.note_step({std::string(document::java_threads), at, elapsed_ms() - at});
    if (!text) {
        capture_.miss(document::java_threads, missing_because(text.error()));
    } else {
        capture_.add(document::java_threads, without_secrets(document::java_threads, std::move(**text)));
    }
}

// All that the plan will read is copied while the target stands still; it is looked at while the target runs.
Expected<void> Collector::derive_from_copy(LiveMemory& live, TargetFiles& files) {
    const auto left = memory_left();
    if (!left) return tl::make_unexpected(left.error());
    const std::vector<Range> ranges = plan_->frozen_ranges(capture_, live);
    const auto copy = FrozenMemory::take(process_, live.residency(), ranges, *left);
    if (!copy) return tl::make_unexpected(copy.error());
    capture_.header.cost.stood_still_ms = (*copy)->stood_still_ms();
    derive(**copy, files);
    return {};
}

// The time is the walk's, where there is one: all else that is derived takes next to none.
void Collector::derive(WatchedMemory& memory, TargetFiles& files) {
    Progress progress(options_->show_progress ? STDERR_FILENO : -1);
    const double at = elapsed_ms();
    memory.show(&progress);
    plan_->derive(capture_, memory, files);
    memory.show(nullptr);
    if (capture_.text(document::malloc_walk))
        capture_.note_step({std::string(document::malloc_walk), at, elapsed_ms() - at});
}

// Returns the name of the document that has them.
Expected<std::string_view> Collector::read_mappings() {
    std::optional<std::string> text;
    if (plan_->wants_only_rss()) text = read_resident_mappings(process_);
    const std::string_view name = text ? document::resident_mappings : document::smaps;
    return step(name, [&] { return text ? std::move(*text) : process_.read_large("smaps"); }).map([&] {
        return name;
    });
}

Expected<void> Collector::read_memory() {
    LiveFiles files(process_);
    auto residency = PageResidency::open(process_);
    if (!residency) {
        if (options_->freeze) return tl::make_unexpected(residency.error());
        capture_.miss(document::residency, missing_because(residency.error()));
        NoMemory nothing;
        derive(nothing, files);
        return {};
    }
    LiveMemory memory(process_, std::move(*residency), options_->stop);
    if (options_->freeze) {
        if (auto derived = derive_from_copy(memory, files); !derived) return derived;
    } else {
        derive(memory, files);
    }
    const std::vector<Range> wanted = plan_->residency_wanted(capture_);
    if (wanted.empty()) return {};
    step(document::residency,
         [&]() -> Expected<std::string> { return format_residency(memory.residency().of(wanted)); });
    return {};
}

Expected<void> Collector::check_it_lived(std::string_view smaps) const {
    if (stopped()) return failure("pid " + std::to_string(process_.pid()), "interrupted");
    if (!smaps.empty() && process_.still_same()) return {};
    return failure("pid " + std::to_string(process_.pid()),
                   "the process ended or was replaced while it was read", "see what runs: nmtx list");
}

Expected<Capture> Collector::run() {
    fill_header();
    if (auto status = step_file(document::status, "status"); !status)
        return tl::make_unexpected(status.error());
    read_kernel_documents();
    read_counters();
    if (options_->nmt_text)
        capture_.add(document::nmt_file, without_secrets(document::nmt_file, *options_->nmt_text));
    for (const auto& [name, text] : options_->known_answers) capture_.add(name, text);
    ask_jvm();
    // After the questions: the first of them starts a thread in the JVM.
    read_threads();
    const auto mappings = read_mappings();
    if (!mappings) return tl::make_unexpected(mappings.error());
    if (auto read = read_memory(); !read) return tl::make_unexpected(read.error());
    step_file(document::statm_after, "statm");
    if (options_->effort == Effort::most) step_file(document::smaps_rollup, "smaps_rollup");
    if (auto lived = check_it_lived(*capture_.text(*mappings)); !lived)
        return tl::make_unexpected(lived.error());
    capture_.header.cost.cpu_ms = own_cpu_ms();
    capture_.header.cost.wall_ms = elapsed_ms();
    return std::move(capture_);
}

}  // namespace

Expected<Capture> collect(const CollectOptions& options, CapturePlan& plan) {
    auto process = open_user_process(options.pid, options.start_ticks.value_or(0));
    if (!process) return tl::make_unexpected(process.error());
    return Collector(options, plan, std::move(*process)).run();
}

}  // namespace nmtx
