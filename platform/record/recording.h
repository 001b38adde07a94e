// A running recording: the loop of record.cc, its samples, its search for JVMs.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "platform/jvm/jvm_list.h"
#include "platform/os/background_work.h"
#include "platform/os/clock.h"
#include "platform/os/own_memory.h"
#include "platform/os/signal_queue.h"
#include "platform/output/file_size_signal.h"
#include "platform/record/record.h"
#include "platform/record/record_process.h"

namespace nmtx {

class Recording {
  public:
    Recording(const RecordOptions& options, RecordWatcher& watcher);
    Expected<RecordState> run();

  private:
    // Other JVMs are delayed only if this many do not answer at once, and those are asked less and less
    // often.
    static constexpr unsigned most_threads = 32;
    static constexpr std::uint64_t ms_ns = 1'000'000;

    void tick();
    Expected<void> first_sample();
    void sample(Recorded& process);
    void take_over(const std::shared_ptr<Recorded>& process, Expected<Sample> sample, bool ended);
    void keep(Recorded& process, Sample sample);
    void lose(const std::shared_ptr<Recorded>& process, const Error& why, bool ended);
    void give_up_on_late_ones();
    void search();
    void found(const std::vector<ListedJvm>& jvms);
    void found_again(const std::vector<ListedJvm>& jvms);
    std::shared_ptr<Recorded> start(std::uint64_t pid);
    void wait_until(std::uint64_t monotonic);
    void update_state();
    void finish();
    [[nodiscard]] bool is_over();
    [[nodiscard]] std::uint64_t next_search() const;
    [[nodiscard]] std::uint64_t end_of_time() const;
    [[nodiscard]] SamplerOptions sampler_options(std::uint64_t pid) const;
    [[nodiscard]] std::uint64_t every_ns() const {
        return static_cast<std::uint64_t>(options_->every.count()) * ms_ns;
    }
    [[nodiscard]] double elapsed_ms() const {
        return static_cast<double>(monotonic_ns() - began_) / static_cast<double>(ms_ns);
    }

    const RecordOptions* options_;
    RecordWatcher* watcher_;
    FileSizeSignalIgnored errors_instead_;
    SignalQueue signals_{SIGINT, SIGTERM, SIGHUP};
    BackgroundWork work_{most_threads};
    RecordWriter writer_;
    std::uint64_t began_ = monotonic_ns();
    double cpu_before_ = own_cpu_ms();
    std::string boot_id_;
    bool file_open_ = false;
    std::optional<Error> refused_;  // why the first sample or the file failed
    std::list<std::shared_ptr<Recorded>> processes_;
    std::set<ProcessStart> met_;       // of --all
    std::shared_ptr<Recorded> ended_;  // waiting for a restart of its command
    std::uint64_t ended_at_ = 0;
    std::int64_t searched_ms_ = 0;
    bool searching_ = false;
    RecordState state_;
};

}  // namespace nmtx
