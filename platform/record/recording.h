// A running recording: the loop of record.cc, its samples, its search for JVMs.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "platform/jvm/jvm_list.h"
#include "platform/os/clock.h"
#include "platform/output/file_size_signal.h"
#include "platform/record/record.h"
#include "platform/sampling/sampled_processes.h"

namespace nmtx {

class Recording : private SamplingResults {
  public:
    Recording(const RecordOptions& options, RecordWatcher& watcher);
    Expected<RecordState> run();

  private:
    static constexpr std::uint64_t ms_ns = 1'000'000;
    using Process = std::shared_ptr<SampledProcess>;

    // What is kept of a process, from its first sample on.
    struct Kept {
        std::shared_ptr<const RecordedRun> run;
        Bytes rss_at_first;
    };

    void taken(const Process& process, Sample sample) override;
    void failed(const Process& process, const Error& why, bool ended) override;
    void searched(const Expected<std::vector<ListedJvm>>& jvms, double cpu_ms) override;

    void tick();
    Expected<void> first_sample();
    void search();
    void found(const std::vector<ListedJvm>& jvms);
    void found_again(const std::vector<ListedJvm>& jvms);
    void wait_until(std::uint64_t monotonic);
    void update_state();
    void finish();
    [[nodiscard]] bool is_over();
    [[nodiscard]] std::uint64_t next_search() const;
    [[nodiscard]] std::uint64_t end_of_time() const;
    [[nodiscard]] std::uint64_t every_ns() const {
        return static_cast<std::uint64_t>(options_->every.count()) * ms_ns;
    }
    [[nodiscard]] double elapsed_ms() const {
        return static_cast<double>(monotonic_ns() - began_) / static_cast<double>(ms_ns);
    }

    // What a restart of its command is recognised by.
    struct Ended {
        RecordedRun run;
        std::uint32_t uid = 0;
        std::string cmdline;
    };

    const RecordOptions* options_;
    RecordWatcher* watcher_;
    FileSizeSignalIgnored errors_instead_;
    SampledProcesses processes_;
    RecordWriter writer_;
    std::uint64_t began_ = monotonic_ns();
    double cpu_before_ = own_cpu_ms();
    bool file_open_ = false;
    std::optional<Error> refused_;  // why the first sample or the file failed
    std::map<const SampledProcess*, Kept> kept_;
    std::set<ProcessStart> met_;  // of --all
    std::optional<Ended> ended_;  // waiting for a restart of its command
    std::uint64_t ended_at_ = 0;
    std::int64_t searched_ms_ = 0;
    RecordState state_;
};

}  // namespace nmtx
