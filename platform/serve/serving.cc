#include "platform/serve/serving.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "kernel/pressure.h"
#include "kernel/status.h"
#include "metrics/metric_points.h"
#include "metrics/otlp_json.h"
#include "platform/os/identity.h"
#include "platform/os/page_size.h"
#include "platform/output/followed_file.h"
#include "platform/output/output_file.h"
#include "platform/proc/kernel_documents.h"
#include "platform/proc/process_files.h"
#include "platform/sampling/listed_summary.h"
#include "platform/serve/http_answers.h"

namespace nmtx {
namespace {

constexpr std::uint64_t second_ns = 1'000'000'000;
constexpr std::uint64_t look_at_pressure_every_ns = 10 * second_ns;
// Searching takes a quarter of the budget in the long run, and happens at least every so often.
constexpr std::uint64_t search_at_most_every_ns = 5 * second_ns;
constexpr std::uint64_t search_at_least_every_ns = 120 * second_ns;
constexpr double share_for_searching = 0.25;
// Between two samples, even if more have been saved.
constexpr std::uint64_t between_samples_ns = second_ns / 10;
// After this time the others no longer wait for a JVM, unless many JVMs are this slow.
constexpr std::uint64_t patience_ns = 2 * second_ns;
constexpr std::size_t most_busy = 8;
// The file before it is kept, so the disk has twice as much.
constexpr std::uint64_t most_otlp_bytes = std::uint64_t{32} << 20U;

double pressure_of(const char* path) {
    const auto text = read_system_file(path);
    return text ? some_pressure(*text).value_or(0) : 0;
}

std::optional<Bytes> own_resident() {
    const auto text = read_system_file("/proc/self/statm");
    if (!text) return std::nullopt;
    const auto statm = parse_statm(*text);
    if (!statm) return std::nullopt;
    return Bytes(statm->resident_pages * page_size());
}

std::string own_host_name() {
    const std::vector<std::string> names = host_names();
    return names.empty() ? std::string() : label_value(names.front());
}

SamplerOptions sampler_options(const ServeOptions& options) {
    SamplerOptions sampler = options.sampler;
    sampler.beside_others = true;
    sampler.light_first = true;
    return sampler;
}

}  // namespace

Serving::Serving(const ServeOptions& options)
    : options_(&options),
      processes_(sampler_options(options), *this),
      budget_(options.budget, monotonic_ns()),
      for_searching_(options.budget * share_for_searching, monotonic_ns()) {
    exporter_.version = options.version;
    exporter_.host_name = own_host_name();
    exporter_.began_wall_ms = wall_ms();
    exporter_.budget = options.budget;
    if (!options.record.empty()) record_.emplace(options.record, options.every, options.say);
}

std::uint64_t Serving::every_ns() const {
    return static_cast<std::uint64_t>(std::chrono::nanoseconds(options_->every).count());
}

Expected<void> Serving::listen() {
    if (options_->address.empty()) return {};
    auto server = HttpServer::start(
        options_->address, options_->port, HttpLimits(),
        [this](const HttpRequest& request) { return answer_to(request, published_, options_->token); });
    if (!server) return tl::make_unexpected(server.error());
    server_ = std::move(*server);
    if (!options_->announce) return {};
    const bool six = options_->address.find(':') != std::string::npos;
    options_->say(fmt::format("serving http://{}{}{}:{}/metrics", six ? "[" : "", options_->address,
                              six ? "]" : "", server_->port()));
    return {};
}

// What cannot be done at all is refused at once.
Expected<void> Serving::begin() {
    if (auto begun = processes_.begin(); !begun) return begun;
    if (record_) {
        if (auto opened = record_->begin(); !opened) return opened;
    }
    published_.beat();
    publish();
    add_outputs();
    for (RepeatedOutput& output : outputs_) {
        if (auto written = output.begin(); !written) return written;
    }
    return listen();
}

void Serving::look_at_pressure() {
    const std::uint64_t now = monotonic_ns();
    if (now < pressure_ns_) return;
    pressure_ns_ = now + look_at_pressure_every_ns;
    // A kernel without PSI has no such files; then nothing is known to wait.
    budget_.slow_down(slowdown_of(pressure_of("/proc/pressure/cpu"), pressure_of("/proc/pressure/memory")),
                      now);
    changed_ = true;
}

void Serving::search_if_due() {
    if (processes_.searching() || monotonic_ns() < search_ns_) return;
    processes_.search(known_);
}

void Serving::searched(const Expected<std::vector<ListedJvm>>& jvms, double cpu_ms) {
    const double before = own_thread_cpu_ms();
    remove_ended();
    if (jvms) {
        for (const ListedJvm& jvm : *jvms) add(jvm);
    }
    const double cost_ms = cpu_ms + own_thread_cpu_ms() - before;
    const std::uint64_t now = monotonic_ns();
    budget_.spend(cost_ms, now, SpentOn::new_jvms);
    for_searching_.spend(cost_ms, now);
    search_ns_ = std::clamp(for_searching_.ready_at(now), now + search_at_most_every_ns,
                            now + search_at_least_every_ns);
}

void Serving::add(const ListedJvm& listed) {
    // One that has only just begun may become HotSpot: it is looked at again.
    if (listed.vm != Vm::hotspot || !known_.emplace(listed.pid, listed.start_ticks).second) return;
    ServedJvm& jvm = jvms_.emplace_back();
    jvm.jvm = summary_of_listed(listed);
    jvm.state.seen_wall_ms = wall_ms();
    changed_ = true;
    jvm.process = processes_.start(
        listed.pid, [box = jvm.box](const Moment& moment, Depth depth) { box->take(moment, depth); });
}

void Serving::remove_ended() {
    for (auto jvm = jvms_.begin(); jvm != jvms_.end();) {
        const auto next = std::next(jvm);
        const ProcessStart start(jvm->jvm.pid, jvm->jvm.start_ticks);
        if (!jvm->process->busy && !processes_.has_met(start) &&
            !ProcessFiles::open_again(start.first, start.second))
            remove(jvm);
        jvm = next;
    }
}

void Serving::remove(std::list<ServedJvm>::iterator jvm) {
    if (jvm->placed) indexes_.give_back(jvm->state.labels, jvm->state.index);
    known_.erase({jvm->jvm.pid, jvm->jvm.start_ticks});
    if (record_) record_->end(*jvm->process, "the process ended");
    processes_.remove(jvm->process);
    jvms_.erase(jvm);
    changed_ = true;
}

std::list<ServedJvm>::iterator Serving::find(const Process& process) {
    return std::find_if(jvms_.begin(), jvms_.end(),
                        [&](const ServedJvm& jvm) { return jvm.process == process; });
}

SpentOn Serving::spent_on(std::list<ServedJvm>::const_iterator jvm) const {
    return jvm != jvms_.end() && jvm->placed ? SpentOn::known_jvms : SpentOn::new_jvms;
}

void Serving::place(ServedJvm& jvm, const std::string& java) {
    if (std::exchange(jvm.placed, true)) return;
    jvm.state.labels = labels_of(jvm.jvm, java);
    const JvmIndexes::Place place = indexes_.take(jvm.state.labels);
    jvm.state.index = place.index;
    jvm.state.restarts = place.restarts;
    if (options_->pid_label) jvm.state.pid = jvm.jvm.pid;
}

void Serving::taken(const Process& process, Sample sample) {
    const auto jvm = find(process);
    const double cost_ms = sample.cost.cpu_ms + sample.cost.attach_ms;
    budget_.spend(cost_ms, monotonic_ns(), spent_on(jvm));
    ++(sample.depth == Depth::full ? exporter_.full_samples : exporter_.light_samples);
    if (jvm == jvms_.end()) return;
    jvm->failures = 0;
    place(*jvm, jvm->box->figures ? jvm->box->figures->java : "");
    if (jvm->box->figures) jvm->state.take(jvm->box->figures, sample.time.boot_ms);
    jvm->state.answering_s += sample.cost.attach_ms / 1000;
    jvm->state.sampling_cpu_s += sample.cost.cpu_ms / 1000;
    changed_ = true;
    if (record_) record_->add(*process, std::move(sample));
}

void Serving::failed(const Process& process, const Error& /*why*/, bool ended) {
    const auto jvm = find(process);
    ++exporter_.failed_samples;
    changed_ = true;
    budget_.spend(process->sampler->last_cpu_ms(), monotonic_ns(), spent_on(jvm));
    if (jvm == jvms_.end()) return;
    if (ended || !ProcessFiles::open_again(jvm->jvm.pid, jvm->jvm.start_ticks)) {
        remove(jvm);
        return;
    }
    ++jvm->failures;
    place(*jvm, "");
    jvm->state.up = false;
}

bool Serving::may_begin(bool first) const {
    const std::uint64_t now = monotonic_ns();
    if (now < sampled_ns_) return false;
    if (first ? !budget_.may_owe(now) : budget_.ready_at(now) > now) return false;
    std::size_t busy = 0;
    for (const auto& process : processes_.all()) {
        if (!process->busy) continue;
        if (now - process->busy_since < patience_ns) return false;
        ++busy;
    }
    return busy < most_busy;
}

// The one that is due, and has waited longest; of those that were never sampled, the first.
std::list<ServedJvm>::iterator Serving::next_jvm(bool first) {
    const std::uint64_t now = monotonic_ns();
    auto next = jvms_.end();
    for (auto jvm = jvms_.begin(); jvm != jvms_.end(); ++jvm) {
        if (jvm->process->busy || jvm->due_ns(every_ns()) > now || (jvm->begun_ns == 0) != first) continue;
        if (next == jvms_.end() || jvm->begun_ns < next->begun_ns) next = jvm;
    }
    return next;
}

// New JVMs come first, as long as the budget has something for them.
void Serving::sample_if_due() {
    for (const bool first : {true, false}) {
        const auto jvm = next_jvm(first);
        if (jvm == jvms_.end() || !may_begin(first)) continue;
        jvm->begun_ns = monotonic_ns();
        sampled_ns_ = jvm->begun_ns + between_samples_ns;
        processes_.sample(jvm->process);
        return;
    }
}

void Serving::publish() {
    if (!std::exchange(changed_, false)) return;
    exporter_.slowdown = budget_.slowdown();
    exporter_.cpu_s = own_cpu_ms() / 1000;
    exporter_.resident = own_resident();
    auto figures = std::make_shared<HostFigures>();
    figures->exporter = exporter_;
    for (const ServedJvm& jvm : jvms_) {
        if (jvm.placed) {
            figures->jvms.push_back(jvm.state);
        } else {
            ++figures->waiting_jvms;
        }
    }
    published_.publish(std::move(figures));
}

// What it costs is part of what the samples cost.
void Serving::write_record() {
    if (!record_) return;
    const double before = own_thread_cpu_ms();
    record_->write();
    budget_.spend(own_thread_cpu_ms() - before, monotonic_ns());
}

bool Serving::finish() {
    const bool stuck = !processes_.finish([] {});
    if (record_) {
        record_->finish();
        if (const std::uint64_t lost = record_->state().lost; lost > 0)
            options_->say(fmt::format("{} samples are lost: the record could not be written", lost));
    }
    return stuck;
}

void Serving::add_outputs() {
    if (const std::string& folder = options_->textfile; !folder.empty()) {
        const auto write = [this, file = folder + "/nmtx.prom"] {
            return write_public_file(file, *published_.text(Exposition::prometheus));
        };
        outputs_.emplace_back("the text file", write, options_->say);
    }
    if (const std::string& file = options_->otlp; !file.empty()) {
        const auto write = [this, &file] {
            const auto lines = otlp_lines_of(*published_.figures(), {boot_ms(), wall_ms()});
            return append_lines(file, lines, most_otlp_bytes);
        };
        outputs_.emplace_back("the OTLP file", write, options_->say);
    }
}

void Serving::write_outputs() {
    const std::uint64_t now = monotonic_ns();
    for (RepeatedOutput& output : outputs_) output.write_if_due(now, every_ns());
}

Expected<bool> Serving::run() {
    if (auto begun = begin(); !begun) return tl::make_unexpected(begun.error());
    while (true) {
        published_.beat();
        look_at_pressure();
        search_if_due();
        sample_if_due();
        publish();
        write_record();
        write_outputs();
        if (processes_.wait_until(monotonic_ns() + second_ns / 4) != 0) break;
    }
    server_.reset();
    return finish();
}

Expected<bool> serve(const ServeOptions& options) {
    return Serving(options).run();
}

}  // namespace nmtx
