// Reads a GC log line by line.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include "base/lines.h"
#include "hotspot/gc_log/gc_log.h"
#include "hotspot/gc_log/gc_log_line.h"

namespace nmtx::vm {

class GcLogReader {
  public:
    void read(const Lines& at);
    // Whether any line belonged to a GC log.
    [[nodiscard]] bool known() const { return known_; }
    GcLog take() { return std::move(log_); }

  private:
    void stamp(const GcLogTime& time);

    // For metaspace: true if the function recognised the line.
    bool about_metaspace(const GcLogLine& line);
    bool state(const GcLogLine& line, std::string_view rest, bool of_class);
    bool unified_change(const GcLogLine& line, Cursor cursor);
    bool zgc_state(const GcLogLine& line, Cursor cursor);
    void add_change(const GcLogLine& line, const HeapChange& change, bool committed);
    GcLogMetaspace& sample(const GcLogLine& line);
    bool exhausted(std::string_view message);
    bool settings(std::string_view message);

    // For collections
    bool collection(const GcLogLine& line);
    bool unified(const GcLogLine& line);
    bool old(const GcLogLine& line);
    bool g1_heap(std::string_view message);
    void add(GcLogCollection found, const std::optional<HeapChange>& change);
    bool completes(const GcLogCollection& found);
    [[nodiscard]] GcLogCollection begun(const GcLogLine& line) const;

    GcLog log_;
    GcLogTime now_;
    std::size_t number_ = 0;   // of the line
    std::size_t waiting_ = 0;  // index of the first sample without a stamp
    bool before_ = false;      // inside "Heap before GC" of 8
    bool known_ = false;
};

}  // namespace nmtx::vm
