// SQLite's VFS for records that may be untrusted, in directories where other users may write.
#pragma once

namespace nmtx {

// The VFS name for opening a record. It is SQLite's own VFS on this system, except for this:
//  - No super-journal is opened. A rollback journal may name one, and when SQLite undoes the journal's change
//    it removes that file, whatever it is (https://www.sqlite.org/fileformat2.html#the_rollback_journal). The
//    file stays, and the change is undone anyway.
//  - Files next to a record are opened only if is_companion_of() accepts them, and are created here first:
//    SQLite uses any file that it finds there, even one that another user has just created.
//  - Paths are not resolved, so that a directory may be named by a descriptor (OutputPlace).
const char* record_vfs();

}  // namespace nmtx
