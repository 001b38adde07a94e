// Readers of the lines that GC.heap_info, Compiler.codecache and VM.metaspace have in common with the
// sections of VM.info and hs_err logs. Each gets the lines one after the other, takes its own and says so; a
// line of its own that it cannot read is an error.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/cursor.h"
#include "base/lines.h"
#include "hotspot/areas/heap_info.h"

namespace nmtx::vm {

class HeapReader {
  public:
    explicit HeapReader(std::string_view document) : document_(document) {}
    Expected<bool> read(const Lines& at);
    // Only " Metaspace       used 370K, …" and the line for the class space: they follow the heap, even
    // after a blank line.
    Expected<bool> read_metaspace(const Lines& at);
    [[nodiscard]] bool empty() const {
        return info_.spaces.empty() && !info_.metaspace && !info_.class_space;
    }
    [[nodiscard]] HeapInfo take() { return std::move(info_); }

  private:
    Expected<bool> read_space(const Lines& at, std::string_view line);
    Expected<bool> read_z(const Lines& at, std::string_view line);
    Expected<bool> read_shenandoah(const Lines& at, std::string_view line);
    Expected<bool> read_epsilon(const Lines& at, std::string_view line);

    std::string_view document_;
    HeapInfo info_;
    bool reserved_region_follows_ = false;
};

class CodeCacheReader {
  public:
    explicit CodeCacheReader(std::string_view document) : document_(document) {}
    Expected<bool> read(const Lines& at);
    [[nodiscard]] bool bounds_missing() const { return open_ && open_must_have_bounds_; }
    [[nodiscard]] std::vector<CodeHeap> take() { return std::move(heaps_); }

  private:
    Expected<bool> read_sizes(const Lines& at, Cursor cursor, CodeHeap heap, bool must_have_bounds);
    Expected<bool> read_bounds(const Lines& at, Cursor cursor, CodeHeap heap);

    std::string_view document_;
    std::vector<CodeHeap> heaps_;
    std::optional<CodeHeap> open_;        // its sizes are read, its bounds come next
    bool open_must_have_bounds_ = false;  // "CodeCache:" without bounds is only the sum of the heaps
};

class MetaspaceReader {
  public:
    explicit MetaspaceReader(std::string_view document) : document_(document) {}
    Expected<bool> read(const Lines& at);
    [[nodiscard]] bool empty() const { return !seen_; }
    [[nodiscard]] MetaspaceReport take();

  private:
    enum class Section { head, usage, virtual_space, other };

    Expected<bool> read_figures(const Lines& at, std::string_view line);

    std::string_view document_;
    Section section_ = Section::head;
    bool seen_ = false;
    MetaspaceReport report_;
    std::optional<MetaspaceUse> exact_all_;  // first lines in 25 and later, in whole KB
    std::optional<MetaspaceUse> exact_class_;
};

// "used 370K, capacity 5074K, committed 576K, reserved 1114112K": the label is taken already.
std::optional<MetaspaceUse> take_metaspace_use(std::string_view rest);
// Takes the label of "Metaspace       used …" or "class space    used …"; the rest of the line stays.
std::optional<std::string_view> after_metaspace_label(std::string_view line, std::string_view label);

}  // namespace nmtx::vm
