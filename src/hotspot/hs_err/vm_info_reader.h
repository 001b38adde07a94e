// Fills VmInfo from the report of VM.info or an hs_err log, line by line.
#pragma once

#include <string>
#include <string_view>

#include "base/lines.h"
#include "hotspot/areas/heap_readers.h"
#include "hotspot/hs_err/vm_info.h"
#include "hotspot/vm_text.h"

namespace nmtx {

class VmInfoReader {
  public:
    explicit VmInfoReader(std::string_view document)
        : document_(document), heap_(document), code_(document), metaspace_(document) {}

    // False where the line is not one that we read.
    Expected<bool> read(const Lines& at);
    [[nodiscard]] bool seen() const { return seen_; }
    [[nodiscard]] bool bounds_missing() const { return code_.bounds_missing(); }
    [[nodiscard]] VmInfo take();

  private:
    // Sections whose lines mean nothing without their heading.
    enum class Section { other, heap, behind_heap, metaspace };

    Expected<bool> read_in_section(const Lines& at);
    Expected<bool> read_version(std::string_view line);
    Expected<bool> read_heap_address(const Lines& at);
    Expected<bool> read_cds(const Lines& at);
    Expected<bool> read_class_space(const Lines& at);
    Expected<bool> read_gc_ranges(const Lines& at);
    Expected<bool> read_polling_page(const Lines& at);
    Expected<bool> read_malloc(const Lines& at);
    [[nodiscard]] tl::unexpected<Error> expected(const Lines& at, std::string_view what) const {
        return at.error(document_, "expected \"" + std::string(what) + "\", found " + vm::quoted(at.line()));
    }

    std::string_view document_;
    VmInfo info_;
    vm::HeapReader heap_;
    vm::CodeCacheReader code_;
    vm::MetaspaceReader metaspace_;
    Section section_ = Section::other;
    bool code_is_over_ = false;
    bool seen_ = false;
    std::string_view bits_heading_;  // the heading that a plain "Bits:" belongs to
};

}  // namespace nmtx
