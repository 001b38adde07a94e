// The record of `nmtx serve --record`: each sample that it takes, so that a JVM's history outlives it.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "platform/output/file_size_signal.h"
#include "platform/record/record_writer.h"
#include "platform/sampling/sampled_processes.h"

namespace nmtx {

class ServedRecord {
  public:
    // `path`: the file, or a directory, which gets serve.db. `every`: time between samples. `say`: one line
    // for the user.
    ServedRecord(const std::string& path, std::chrono::milliseconds every,
                 std::function<void(const std::string&)> say);

    // Fails where the file cannot be made, or is not a record.
    Expected<void> begin() { return writer_.begin(); }
    void add(const SampledProcess& process, Sample sample);
    // Before the process is removed. Nothing where it has no sample.
    void end(const SampledProcess& process, const std::string& why);
    // As much as can be written now; call it regularly.
    void write() { writer_.write(); }
    // Ends all runs, and makes the file complete without its journal.
    void finish();
    [[nodiscard]] const WrittenState& state() const { return writer_.state(); }

  private:
    FileSizeSignalIgnored errors_instead_;
    RecordWriter writer_;
    std::map<const SampledProcess*, std::shared_ptr<const RecordedRun>> runs_;
};

}  // namespace nmtx
