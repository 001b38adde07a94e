// The files of a record, by name: the checks before SQLite opens them.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"
#include "platform/output/output_place.h"

namespace nmtx {

// Next to the file after resolving links, like SQLite: FILE.db-wal, -shm, -journal.
inline constexpr const char* wal_suffix = "-wal";
inline constexpr const char* shm_suffix = "-shm";
inline constexpr const char* rollback_suffix = "-journal";

// With links resolved; unchanged where that fails.
std::string real_path(const std::string& path);

bool file_exists(const std::string& path);
bool is_own_file(const std::string& path);
std::uint64_t file_bytes(const std::string& path);

// A regular file that belongs to root, this user or the record's owner, because SQLite trusts its contents.
bool is_companion_of(const std::string& companion, const std::string& record);

// A regular file whose companion files belong to it: those next to it may be another user's. `shown`: the
// path in errors.
Expected<void> check_record_files(const std::string& path, const std::string& shown);

// Creates an empty one, mode 0600. Only before SQLite opens it: closing a descriptor of the file would drop
// SQLite's locks.
Expected<void> create_record_file(const OutputPlace& place, const std::string& shown);

// Encoded for an SQLite URI.
std::string uri_of(const std::string& path);

}  // namespace nmtx
