// Opening a record: with bounds for untrusted files, and only with our schema.
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/printable.h"
#include "platform/os/clock.h"
#include "platform/record/record_database.h"
#include "platform/record/record_path.h"
#include "platform/record/record_schema.h"
#include "platform/record/record_vfs.h"

namespace nmtx {
namespace {

constexpr std::int64_t application_id = 0x6e6d7478;  // "nmtx"

// A record is small rows; nothing in one comes near these bounds. SQLite takes texts of 1 GB otherwise, and
// statements that a stranger's file may hold in its schema.
struct Bound {
    int what;
    int most;
};
constexpr std::array<Bound, 11> bounds = {{{SQLITE_LIMIT_LENGTH, 1 << 20},
                                           {SQLITE_LIMIT_SQL_LENGTH, 1 << 16},
                                           {SQLITE_LIMIT_COLUMN, 100},
                                           {SQLITE_LIMIT_EXPR_DEPTH, 50},
                                           {SQLITE_LIMIT_COMPOUND_SELECT, 4},
                                           {SQLITE_LIMIT_FUNCTION_ARG, 8},
                                           {SQLITE_LIMIT_ATTACHED, 0},
                                           {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 100},
                                           {SQLITE_LIMIT_VARIABLE_NUMBER, 64},
                                           {SQLITE_LIMIT_TRIGGER_DEPTH, 1},
                                           {SQLITE_LIMIT_WORKER_THREADS, 0}}};
constexpr sqlite3_int64 most_memory = sqlite3_int64{256} << 20;

// CPU time. Reading a whole record of 44 MB, a year, takes less than a second.
constexpr std::chrono::seconds least_time{15};
constexpr std::uint64_t bytes_a_second = std::uint64_t{4} << 20;
constexpr int instructions_between_looks = 10'000;

int is_late(void* deadline) {
    return own_cpu_ms() > *static_cast<double*>(deadline) ? 1 : 0;
}

}  // namespace

Expected<RecordDatabase> RecordDatabase::open(const std::string& shown, const std::string& file,
                                              const char* parameters, int flags,
                                              std::chrono::milliseconds patience) {
    sqlite3* handle = nullptr;
    const int code = sqlite3_open_v2((uri_of(file) + parameters).c_str(), &handle,
                                     flags | SQLITE_OPEN_URI | SQLITE_OPEN_EXRESCODE, record_vfs());
    RecordDatabase database(printable(shown), handle);
    if (code != SQLITE_OK) {
        if (handle == nullptr) return failure(printable(shown), "out of memory while it was opened");
        return tl::make_unexpected(database.error(code));
    }
    sqlite3_busy_timeout(handle, static_cast<int>(patience.count()));
    database.bytes_ = file_bytes(file) + file_bytes(file + wal_suffix);
    database.distrust();
    return database;
}

// Whoever made the file chose its schema, its indexes and each byte in it. Settings that this SQLite does not
// know change nothing; the schema is compared with ours all the same.
void RecordDatabase::distrust() {
    sqlite3* const handle = database_.get();
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, static_cast<int*>(nullptr));
    for (const int off :
         {SQLITE_DBCONFIG_TRUSTED_SCHEMA, SQLITE_DBCONFIG_ENABLE_VIEW, SQLITE_DBCONFIG_ENABLE_TRIGGER,
          SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER,
          SQLITE_DBCONFIG_DQS_DDL, SQLITE_DBCONFIG_DQS_DML})
        sqlite3_db_config(handle, off, 0, static_cast<int*>(nullptr));
    for (const Bound& bound : bounds) sqlite3_limit(handle, bound.what, bound.most);
    sqlite3_hard_heap_limit64(most_memory);
    const std::chrono::milliseconds most = least_time + std::chrono::seconds(bytes_ / bytes_a_second);
    deadline_ = std::make_unique<Deadline>(own_cpu_ms() + static_cast<double>(most.count()));
    sqlite3_progress_handler(handle, instructions_between_looks, is_late, deadline_.get());
}

void RecordDatabase::take_any_time() {
    sqlite3_progress_handler(database_.get(), 0, nullptr, nullptr);
}

Expected<void> RecordDatabase::check(bool may_be_new) {
    if (auto set = execute("PRAGMA temp_store=MEMORY; PRAGMA cell_size_check=ON"); !set) return set;
    const auto application = number("PRAGMA application_id");
    if (!application) return tl::make_unexpected(application.error());
    if (*application == 0 && may_be_new) {
        const auto tables = number("SELECT count(*) FROM sqlite_schema");
        if (!tables) return tl::make_unexpected(tables.error());
        if (*tables == 0) return set_up();
    }
    if (*application != application_id)
        return failure(path_, "is an SQLite database, but not a recording of nmtx",
                       "make one with: nmtx record PID -o FILE.db");
    const auto version = number("PRAGMA user_version");
    if (!version) return tl::make_unexpected(version.error());
    if (*version != record_format)
        return failure(
            path_,
            fmt::format("is a recording of format {}; this nmtx reads format {}", *version, record_format),
            "use the nmtx that wrote it, or a newer one");
    if (auto same = check_record_schema(*this); !same) return same;
    return check_record_pages(*this);
}

// WAL while a recorder runs, so that readers do not stop it. FULL: one sync for each sample, so that a loss
// of power takes no sample but the last one; NORMAL would lose all since the last checkpoint, which is hours.
Expected<void> RecordDatabase::use_journal() {
    if (auto set = execute("PRAGMA journal_mode=WAL"); !set) return set;
    return execute("PRAGMA synchronous=FULL");
}

Expected<void> RecordDatabase::set_up() {
    return transaction([&] {
        auto made = execute(record_schema().c_str());
        if (!made) return made;
        return execute(
            fmt::format("PRAGMA application_id={}; PRAGMA user_version={}", application_id, record_format)
                .c_str());
    });
}

// Whoever is killed while a file is made, or while its journal changes its kind, leaves a rollback journal:
// SQLite undoes that change with the first look by somebody who may write. That look fails where the journal
// names a super-journal, which is not opened; the change is undone by then.
void RecordDatabase::undo_unfinished_change(const std::string& file) {
    if (!file_exists(file + rollback_suffix)) return;
    auto database = open(file, file, "", SQLITE_OPEN_READWRITE);
    if (!database) return;
    database->leave_journal();
    static_cast<void>(database->number("PRAGMA schema_version"));
}

// A journal is folded into no file that is then refused.
Expected<RecordDatabase> RecordDatabase::open_for_writing(const std::string& path,
                                                          std::chrono::milliseconds patience) {
    auto place = output_place(path, LastLink::followed);
    if (!place) return tl::make_unexpected(place.error());
    const std::string file = place->path();
    const bool is_new = !file_exists(file);
    if (is_new) {
        if (auto created = create_record_file(*place, path); !created)
            return tl::make_unexpected(created.error());
    }
    Expected<void> ready = check_record_files(file, path);
    if (ready) {
        undo_unfinished_change(file);
        auto database = open(path, file, "", SQLITE_OPEN_READWRITE, patience);
        if (!database) return database;
        database->leave_journal();
        ready = database->check(true);
        if (ready) ready = database->use_journal();
        if (ready) {
            database->leave_journal(false);
            database->take_any_time();
            database->directory_ = std::move(place->directory);
            return database;
        }
    }
    if (is_new) {
        for (const char* suffix : {"", wal_suffix, shm_suffix, rollback_suffix}) {
            if (is_own_file(file + suffix)) ::unlink((file + suffix).c_str());
        }
    }
    return tl::make_unexpected(ready.error());
}

// Reading a WAL database needs its -shm file, which a reader makes where it may. Where it may not and no
// recorder has left a journal, the file is all there is, and nobody changes it.
Expected<RecordDatabase> RecordDatabase::open_for_reading(const std::string& path) {
    if (!file_exists(path)) return tl::make_unexpected(file_error(printable(path), errno));
    auto place = output_place(real_path(path), LastLink::followed);
    if (!place) return tl::make_unexpected(place.error());
    const std::string file = place->path();
    if (auto regular = check_record_files(file, path); !regular) return tl::make_unexpected(regular.error());
    if (is_own_file(file)) undo_unfinished_change(file);  // reading changes no other one's
    auto database = open(path, file, "", SQLITE_OPEN_READONLY);
    if (!database) return database;
    Expected<void> ready = database->check(false);
    if (!ready && !file_exists(file + wal_suffix) && !file_exists(file + rollback_suffix)) {
        database = open(path, file, "?immutable=1", SQLITE_OPEN_READONLY);
        if (!database) return database;
        ready = database->check(false);
    }
    if (!ready && database->failed_ == SQLITE_READONLY && file_exists(file + rollback_suffix))
        return failure(printable(path + rollback_suffix),
                       "is left from an interrupted write, which only a user who may write the recording "
                       "can undo",
                       "run nmtx trend as the file's owner");
    if (!ready) return tl::make_unexpected(ready.error());
    database->directory_ = std::move(place->directory);
    return database;
}

}  // namespace nmtx
