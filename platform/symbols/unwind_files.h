// The files whose code a process runs, as unwinding reads them: where a file's unwind information is, and the
// bytes that its read-only segments have in the process. From the open files, never from the process.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/target_files.h"
#include "platform/os/descriptor.h"
#include "platform/proc/process_files.h"
#include "platform/symbols/elf_image.h"

namespace nmtx {

// The binary search table of .eh_frame_hdr (Linux Standard Base, "Exception Frames"): `entries` pairs of a
// function's begin and the place of its unwind information, as signed 32-bit distances from `header`.
struct UnwindTable {
    Address header;
    Address table;
    std::uint64_t entries = 0;
};

// What files' code is executed from, by /proc/PID/maps, ascending; the kernel's [vdso] too.
std::vector<MappedFile> mapped_code(std::string_view maps);

// The kernel maps the same code for every process: ours stands for the target's, in a file of its own.
Descriptor own_vdso();

// The one of `code`, ascending, that an address lies in; null where none.
const MappedFile* code_at(std::span<const MappedFile> code, Address address);

class UnwindFiles {
  public:
    // `code`: as unwind() has it; it must outlive this.
    UnwindFiles(const ProcessFiles& process, std::span<const MappedFile> code);

    [[nodiscard]] const MappedFile* code_at(Address address) const;
    // Of the file whose code holds the address; nothing where it has none, or one of another form.
    [[nodiscard]] std::optional<UnwindTable> table_of(Address code);
    // Eight bytes of a segment; beyond its end there are zeros. Of one that the process may write to, what it
    // holds there is not told, only what the file does: `of_table` takes that.
    enum class Use : std::uint8_t { of_process, of_table };
    [[nodiscard]] std::optional<std::uint64_t> word_at(Address address, Use use);

  private:
    struct File {
        Descriptor file;
        ElfImage image;
        std::uint64_t bias = 0;  // what the file's own addresses are moved by
        std::unordered_map<std::uint64_t, std::vector<std::byte>> blocks;  // by their offset in the file
    };
    struct Piece {  // of a file, in the process
        Range range;
        std::size_t file = 0;
        std::uint64_t offset = 0;
        bool writable = false;
    };
    void take(const ProcessFiles& process, const MappedFile& code, std::size_t index);
    const std::vector<std::byte>& block(File& file, std::uint64_t offset);

    std::span<const MappedFile> code_;
    std::vector<std::optional<File>> files_;  // of each of code_
    std::vector<Piece> pieces_;               // ascending
};

}  // namespace nmtx
