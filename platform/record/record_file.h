// The file of a record, which may be removed, moved, replaced or emptied while it is written. SQLite
// continues to write to the file that it opened, whatever is at its path now.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <optional>
#include <string>

#include "platform/os/descriptor.h"

namespace nmtx {

enum class FileChange : std::uint8_t {
    none,
    removed,      // it can no longer be opened
    moved,        // it has another name, or may have
    emptied,      // of length 0
    journal_gone  // its -wal or -shm is no longer the one that was opened
};

class RecordFile {
  public:
    RecordFile() = default;
    // The file that was just opened at `path`. Closing the descriptor here does not drop SQLite's locks.
    explicit RecordFile(std::string path);

    [[nodiscard]] FileChange change() const;
    // Records the journals that SQLite has created by now; known ones stay.
    void note_journals();
    // Its current path; nothing where it has none, or it is unknown.
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

// A cleanly closed database has no journal. If SQLite would look for a -wal and it is missing or empty, the
// file was copied or moved without it.
bool lacks_journal(const std::string& path);

}  // namespace nmtx
