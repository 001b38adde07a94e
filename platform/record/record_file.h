// The file that a record is written to, as something that people remove, move, replace and empty while it is.
// SQLite goes on writing to the file that it has opened, whatever is at its path by then.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <optional>
#include <string>

#include "platform/os/descriptor.h"

namespace nmtx {

enum class FileChange : std::uint8_t {
    none,
    removed,      // nobody can open it any more
    moved,        // it has another name, or may have
    emptied,      // of length 0
    journal_gone  // its -wal or -shm is not the one that was opened
};

class RecordFile {
  public:
    RecordFile() = default;
    // The file at `path` now, which has just been opened. Closing what is held here drops no lock of
    // SQLite's.
    explicit RecordFile(std::string path);

    [[nodiscard]] FileChange change() const;
    // The journals that SQLite has made by now; what is known already stays.
    void note_journals();
    // Where it is by now; nothing where it has no name, or that is not known.
    [[nodiscard]] std::optional<std::string> path_now() const;
    // Removes the journals that belong to this file, and no others.
    void remove_journals() const;

  private:
    struct Identity {
        dev_t device = 0;
        ino_t inode = 0;
        [[nodiscard]] bool known() const { return inode != 0; }
    };
    [[nodiscard]] bool is_still(const Identity& journal, const char* suffix) const;

    std::string path_, real_path_;
    Descriptor file_;  // O_PATH
    Identity self_, wal_, shm_;
};

// A database that was closed in order has no journal. One that SQLite would look for a -wal beside, and there
// is none or an empty one, was copied or moved without it.
bool lacks_journal(const std::string& path);

}  // namespace nmtx
