// SQLite's way to the file system, for records that anybody may have made, in directories where others may
// write.
#pragma once

namespace nmtx {

// The name to open a record with. It is as SQLite's own on this system, but:
//  - no super-journal is opened. A rollback journal may name one, and when SQLite undoes the journal's change
//  it
//    removes that file, whatever it is (https://www.sqlite.org/fileformat2.html#the_rollback_journal). The
//    file stays, and the change is undone anyway;
//  - what lies beside a record is opened only where is_companion_of() says so, and is made here first: SQLite
//    takes what it finds there, also what somebody has made a moment before;
//  - paths are left as they are, so that a directory may be named by a descriptor (OutputPlace).
const char* record_vfs();

}  // namespace nmtx
