#include "platform/serve/served_record.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "platform/os/clock.h"

namespace nmtx {
namespace {

RecordWriterOptions options_of_record(std::chrono::milliseconds every,
                                      std::function<void(const std::string&)> say) {
    RecordWriterOptions options;
    // Where the next sample is far away, each one is in the file at once.
    if (every > options.fold_every) options.fold_every = std::chrono::milliseconds(0);
    options.say = std::move(say);
    return options;
}

std::string file_of_record(const std::string& path) {
    std::error_code ignored;
    return std::filesystem::is_directory(path, ignored) ? path + "/serve.db" : path;
}

SampleTime this_moment() {
    return {0, wall_ms(), boot_ms()};
}

}  // namespace

ServedRecord::ServedRecord(const std::string& path, std::chrono::milliseconds every,
                           std::function<void(const std::string&)> say)
    : writer_(file_of_record(path), options_of_record(every, std::move(say))) {}

void ServedRecord::add(const SampledProcess& process, Sample sample) {
    auto& run = runs_[&process];
    if (!run) run = std::make_shared<const RecordedRun>(process.sampler->run());
    writer_.add(run, std::move(sample));
}

void ServedRecord::end(const SampledProcess& process, const std::string& why) {
    const auto found = runs_.find(&process);
    if (found == runs_.end()) return;
    writer_.end_run(found->second, why, this_moment());
    runs_.erase(found);
}

void ServedRecord::finish() {
    for (const auto& [process, run] : runs_) writer_.end_run(run, "interrupted", this_moment());
    runs_.clear();
    writer_.finish();
}

}  // namespace nmtx
