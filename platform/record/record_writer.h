// Writes samples to a record, even if the file is locked by another process, the disk is full, or the file
// is removed, moved or emptied. Samples wait in memory until they can be written; the record then says when
// and why they could not be.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "platform/record/record_file.h"
#include "platform/record/record_store.h"

namespace nmtx {

struct RecordWriterOptions {
    std::size_t most_waiting_bytes = std::size_t{32} << 20U;
    // A copy of the file without its journal lacks at most the samples of this time, and those of one tick.
    std::chrono::milliseconds fold_every{25000};
    std::chrono::milliseconds patience{250};      // waiting for a lock, each time
    std::chrono::milliseconds retry_every{1000};  // while writing fails
    std::function<void(const std::string&)> say;  // called with problems, and with their end
};

// What is in the file, and what is not.
struct WrittenState {
    std::uint64_t samples = 0;  // in the file
    std::uint64_t full = 0;     // of them
    std::uint64_t runs = 0;
    std::uint64_t waiting = 0;    // in memory
    std::uint64_t lost = 0;       // dropped, because the memory limit was reached
    std::uint64_t elsewhere = 0;  // in files that were removed or moved
};

class RecordWriter {
  public:
    RecordWriter(std::string path, RecordWriterOptions options);

    // Opens it for the first time: fails where waiting would be useless.
    Expected<void> begin();
    void add(const std::shared_ptr<const RecordedRun>& run, Sample sample);
    void end_run(const std::shared_ptr<const RecordedRun>& run, const std::string& why,
                 const SampleTime& now);
    // Writes as many waiting samples as possible. Call after each addition, and regularly.
    void write();
    // Writes once more, and folds the journal into the file. Samples that still wait are lost.
    void finish();

    [[nodiscard]] const WrittenState& state() const { return state_; }
    // Why samples wait.
    [[nodiscard]] const std::optional<Error>& trouble() const { return trouble_; }
    [[nodiscard]] std::int64_t file_bytes();

  private:
    struct Waiting {
        std::shared_ptr<const RecordedRun> run;
        std::optional<Sample> sample;  // absent: the run's end
        std::string end;
        SampleTime time;
        std::size_t bytes = 0;
    };
    Expected<void> open_file();
    void write_now();
    void look_at_file();
    void leave(FileChange change);
    Expected<void> write_one(const Waiting& waiting);
    Expected<std::int64_t> id_of(const Waiting& waiting);
    void wait(Waiting waiting);
    void thin_out_waiting();
    void drop(const Waiting& waiting);
    void fail(const Error& error);
    void note(const std::string& reason, const Error& error);
    void resume();
    void fold_if_due(bool now);

    std::string path_;
    RecordWriterOptions options_;
    std::optional<RecordStore> store_;
    RecordFile file_;
    // Ids in the open file. The keys own the runs, so that their addresses are not reused.
    std::map<std::shared_ptr<const RecordedRun>, std::int64_t> runs_;
    std::set<std::int64_t> counted_;  // ids of the runs that have samples of ours in the file
    std::deque<Waiting> waiting_;
    std::size_t waiting_bytes_ = 0;
    std::uint64_t stride_ = 1;  // one in this many samples of a run may wait
    std::map<const RecordedRun*, std::uint64_t> arrived_;
    WrittenState state_;
    // Of the current problem.
    std::optional<Error> trouble_;
    std::vector<std::string> reasons_;
    SampleTime since_;
    std::string boot_id_;
    std::uint64_t waited_ = 0, lost_ = 0;
    std::int64_t failed_ms_ = 0;  // since boot
    std::optional<SampleTime> first_in_file_;
    std::optional<std::int64_t> unfolded_since_ms_;  // since boot
};

}  // namespace nmtx
