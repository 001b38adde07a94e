// A record file: runs and samples are added to it, and read back (docs/reference/formats/record-file.md).
// Several recorders may write to one file.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "change/series.h"
#include "platform/record/record_database.h"

namespace nmtx {

class RecordStore {
  public:
    static Expected<RecordStore> open(const std::string& path,
                                      std::chrono::milliseconds patience = usual_patience);

    // Returns the id of the new run, or of an existing run of the same process.
    Expected<std::int64_t> begin_run(const RecordedRun& run);
    // In one transaction: the sample, with its place on the file's time line, and the thinning of old ones.
    Expected<void> add(std::int64_t run, const Sample& sample);
    Expected<void> end_run(std::int64_t run, std::string_view why, const SampleTime& now);
    // Folds the journal into the file, which is then complete: for the end of a recording. If another
    // recorder has the file open, the journal stays.
    void finish();
    // When the recorder could not write, by the clocks of boot `boot_id`. Places it on the time line.
    Expected<void> add_gap(const SampleTime& from, const SampleTime& to, const std::string& boot_id,
                           RecordedGap gap);
    // True if the file is now complete without its journal, which otherwise holds hours of samples.
    Expected<bool> fold_journal() { return database_.fold_journal(); }
    // The path now has another file: closing does not touch it.
    void leave_journal() { database_.leave_journal(); }
    [[nodiscard]] bool may_pass() const { return database_.may_pass(); }
    // Bytes of the database without its journal.
    Expected<std::int64_t> bytes();

    // For tests of a full file, and of many samples without waiting for each sync.
    Expected<void> limit_pages(std::int64_t pages);
    Expected<void> relax_for_tests() { return database_.execute("PRAGMA synchronous=OFF"); }

  private:
    explicit RecordStore(RecordDatabase database) : database_(std::move(database)) {}
    Expected<void> prepare();
    Expected<std::optional<std::int64_t>> resume_run(const RecordedRun& run);
    Expected<std::int64_t> insert_run(const RecordedRun& run);
    Expected<std::int64_t> id_of(Statement& find, Statement& insert,
                                 std::map<std::string, std::int64_t>& known, const std::string& name);
    Expected<std::int64_t> line_ms(const SampleTime& time, const std::string& boot_id);
    Expected<std::int64_t> insert_sample(std::int64_t run, const Sample& sample, std::int64_t line);
    Expected<void> insert_owners(std::int64_t id, const Sample& sample);
    Expected<void> insert_categories(std::int64_t id, const Sample& sample);

    RecordDatabase database_;
    Statement insert_sample_, insert_resident_, insert_nmt_, last_sample_;
    Statement find_owner_, insert_owner_, find_category_, insert_category_;
    std::map<std::string, std::int64_t> owners_, categories_;
    std::map<std::int64_t, std::string> boot_ids_;
};

// All runs, with their samples of the last `window_ms` of the file's time line; of all of it if that is 0.
Expected<std::vector<RecordedSeries>> read_record(const std::string& path, std::int64_t window_ms = 0);

}  // namespace nmtx
