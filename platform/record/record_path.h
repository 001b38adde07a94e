// The files of a record, by their names: what is looked at before SQLite has them open.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"
#include "platform/output/output_place.h"

namespace nmtx {

// Beside the file that links lead to, as SQLite has them: FILE.db-wal, -shm, -journal.
inline constexpr const char* wal_suffix = "-wal";
inline constexpr const char* shm_suffix = "-shm";
inline constexpr const char* rollback_suffix = "-journal";

// Without links; as it is where that is not known.
std::string real_path(const std::string& path);

bool file_exists(const std::string& path);
bool is_own_file(const std::string& path);
std::uint64_t file_bytes(const std::string& path);

// Regular, and root's, this user's, or of the record's own owner: SQLite believes what it says of the record.
bool is_companion_of(const std::string& companion, const std::string& record);

// A regular file, with nothing beside it but what belongs to it: what lies there may be a stranger's as well.
// `shown`: the path in errors.
Expected<void> check_record_files(const std::string& path, const std::string& shown);

// An empty one, mode 0600. Before SQLite has it open: closing a descriptor of the file would drop SQLite's
// locks on it.
Expected<void> create_record_file(const OutputPlace& place, const std::string& shown);

// As SQLite takes it in a URI.
std::string uri_of(const std::string& path);

}  // namespace nmtx
