// SQLite's way to the file system, for records that anybody may have made.
#pragma once

namespace nmtx {

// The name to open a record with: as SQLite's own on this system, but no super-journal is ever opened. A
// rollback journal may name one; when SQLite undoes the journal's change it removes that file, whatever it is
// (https://www.sqlite.org/fileformat2.html#the_rollback_journal). The file stays, and the change is undone
// all the same.
const char* record_vfs();

}  // namespace nmtx
