#include "platform/record_database.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "base/printable.h"
#include "platform/descriptor.h"
#include "platform/system_error.h"

namespace nmtx {
namespace {

constexpr std::int64_t application_id = 0x6e6d7478;  // "nmtx"
constexpr int patience_ms = 10000;                   // for a reader or another recorder to let go

// One row for each owner and sample; both small numbers, so that a row takes some 15 bytes.
constexpr const char* schema = R"(
CREATE TABLE run(
  id INTEGER PRIMARY KEY, pid INTEGER NOT NULL, start_ticks INTEGER NOT NULL, boot_id TEXT NOT NULL, command TEXT NOT NULL,
  java TEXT NOT NULL, gc TEXT NOT NULL, nmt_level TEXT NOT NULL, nmtx_version TEXT NOT NULL, physical_memory INTEGER,
  ended_ms INTEGER, end TEXT NOT NULL DEFAULT '');
CREATE TABLE owner(id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE);
CREATE TABLE category(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE sample(
  id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES run(id), line_ms INTEGER NOT NULL, wall_ms INTEGER NOT NULL,
  boot_ms INTEGER NOT NULL, depth INTEGER NOT NULL, uptime_ms INTEGER NOT NULL, rss INTEGER NOT NULL, threads INTEGER,
  heap_used INTEGER, collections INTEGER, cgroup_current INTEGER, cgroup_limit INTEGER, nmt_committed INTEGER,
  nmt_malloc INTEGER, malloc_live INTEGER, malloc_untracked INTEGER, malloc_free INTEGER, malloc_told_apart INTEGER,
  attach_us INTEGER NOT NULL, cpu_us INTEGER NOT NULL, wall_us INTEGER NOT NULL);
CREATE INDEX sample_by_time ON sample(line_ms);
CREATE TABLE resident(
  sample INTEGER NOT NULL, owner INTEGER NOT NULL, bytes INTEGER NOT NULL, PRIMARY KEY(sample, owner)) WITHOUT ROWID;
CREATE TABLE nmt(
  sample INTEGER NOT NULL, category INTEGER NOT NULL, committed INTEGER NOT NULL, malloc INTEGER NOT NULL, count INTEGER,
  PRIMARY KEY(sample, category)) WITHOUT ROWID;
CREATE TABLE thinned(tier INTEGER PRIMARY KEY, until_ms INTEGER NOT NULL);
)";

bool exists(const std::string& path) {
    struct stat file{};
    return ::stat(path.c_str(), &file) == 0;
}

// Before SQLite has it open: closing a descriptor of the file would drop SQLite's locks on it.
Expected<void> create(const std::string& path) {
    const Descriptor file(::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600));
    if (!file) return tl::make_unexpected(file_error(path, errno));
    return {};
}

// A path as SQLite takes it in a URI.
std::string uri_of(const std::string& path) {
    std::string uri = "file:";
    for (const char c : path) {
        if (c == '?' || c == '#' || c == '%') {
            uri += fmt::format("%{:02x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
        } else {
            uri += c;
        }
    }
    return uri;
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
    sqlite3_finalize(statement);
}

// What binding could fail for (memory, a parameter that is not there) fails the step that follows.
void Statement::bind(int parameter, std::int64_t value) {
    sqlite3_bind_int64(statement_.get(), parameter + 1, value);
}

void Statement::bind(int parameter, std::string_view text) {
    sqlite3_bind_text64(statement_.get(), parameter + 1, text.data(), text.size(), SQLITE_TRANSIENT,
                        SQLITE_UTF8);
}

void Statement::bind_null(int parameter) {
    sqlite3_bind_null(statement_.get(), parameter + 1);
}

std::int64_t Statement::number(int column) const {
    return sqlite3_column_int64(statement_.get(), column);
}

std::optional<std::int64_t> Statement::optional_number(int column) const {
    if (sqlite3_column_type(statement_.get(), column) == SQLITE_NULL) return std::nullopt;
    return number(column);
}

std::string Statement::text(int column) const {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
    if (text == nullptr) return {};
    return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

void RecordDatabase::Close::operator()(sqlite3* database) const {
    sqlite3_close_v2(database);
}

Error RecordDatabase::error(int code) const {
    switch (code & 0xff) {
        case SQLITE_FULL:
            return {path_,
                    "the disk is full: the sample could not be kept, what was recorded before is whole",
                    "make room, and record into the same file again"};
        case SQLITE_NOTADB:
            return {path_, "is no record: it is not an SQLite database", "see docs/formats/record-file.md"};
        case SQLITE_CORRUPT:
            return {path_, fmt::format("the record is damaged: {}", sqlite3_errmsg(database_.get())),
                    "save what is left with: sqlite3 FILE .recover"};
        case SQLITE_BUSY:
            return {path_, "another process holds the record locked", "try again when it has ended"};
        case SQLITE_READONLY:
            return {path_, "may not be written", "record as its owner, or into another file"};
        default:
            break;
    }
    const int system_error = sqlite3_system_errno(database_.get());
    std::string what = sqlite3_errmsg(database_.get());
    if (system_error != 0) what += ": " + errno_text(system_error);
    return {path_, std::move(what), {}};
}

Expected<void> RecordDatabase::execute(const char* sql) {
    const int code = sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return tl::make_unexpected(error(code));
    return {};
}

Expected<Statement> RecordDatabase::prepare(std::string_view sql) {
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v3(database_.get(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK) return tl::make_unexpected(error(code));
    Statement prepared;
    prepared.statement_.reset(statement);
    return prepared;
}

Expected<bool> RecordDatabase::step(Statement& statement) {
    const int code = sqlite3_step(statement.statement_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    const Error why = error(code);
    reset(statement);
    return tl::make_unexpected(why);
}

void RecordDatabase::reset(Statement& statement) {
    sqlite3_reset(statement.statement_.get());
}

Expected<void> RecordDatabase::run(Statement& statement) {
    auto row = step(statement);
    while (row && *row) row = step(statement);
    if (!row) return tl::make_unexpected(row.error());
    reset(statement);
    return {};
}

std::int64_t RecordDatabase::last_id() const {
    return sqlite3_last_insert_rowid(database_.get());
}

Expected<std::int64_t> RecordDatabase::number(std::string_view sql) {
    auto statement = prepare(sql);
    if (!statement) return tl::make_unexpected(statement.error());
    const auto row = step(*statement);
    if (!row) return tl::make_unexpected(row.error());
    return *row ? statement->number(0) : 0;
}

// Nothing to roll back is no failure: SQLite does it by itself for a full disk.
void RecordDatabase::roll_back() {
    if (sqlite3_get_autocommit(database_.get()) == 0)
        sqlite3_exec(database_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

Expected<RecordDatabase> RecordDatabase::open(const std::string& path, const std::string& address,
                                              int flags) {
    sqlite3* handle = nullptr;
    const int code =
        sqlite3_open_v2(address.c_str(), &handle, flags | SQLITE_OPEN_URI | SQLITE_OPEN_EXRESCODE, nullptr);
    RecordDatabase database(printable(path), handle);
    if (code != SQLITE_OK) {
        if (handle == nullptr) return failure(printable(path), "there is no memory to open it");
        return tl::make_unexpected(database.error(code));
    }
    sqlite3_busy_timeout(handle, patience_ms);
    return database;
}

Expected<void> RecordDatabase::check(bool may_be_new) {
    const auto application = number("PRAGMA application_id");
    if (!application) return tl::make_unexpected(application.error());
    if (*application == 0 && may_be_new) {
        const auto tables = number("SELECT count(*) FROM sqlite_schema");
        if (!tables) return tl::make_unexpected(tables.error());
        if (*tables == 0) return set_up();
    }
    if (*application != application_id)
        return failure(path_, "is an SQLite database, but no record of nmtx",
                       "nmtx record PID -o FILE.db makes one");
    const auto version = number("PRAGMA user_version");
    if (!version) return tl::make_unexpected(version.error());
    if (*version != record_format)
        return failure(
            path_,
            fmt::format("is a record of format {}; this nmtx reads format {}", *version, record_format),
            "use the nmtx that wrote it, or a newer one");
    auto quick = prepare("PRAGMA quick_check(1)");
    if (!quick) return tl::make_unexpected(quick.error());
    const auto row = step(*quick);
    if (!row) return tl::make_unexpected(row.error());
    if (const std::string found = *row ? quick->text(0) : ""; found != "ok")
        return failure(path_, fmt::format("the record is damaged: {}", printable(found)),
                       "save what is left with: sqlite3 FILE .recover");
    return {};
}

// WAL while a recorder runs, so that readers do not stop it. FULL: one sync for each sample, so that a loss
// of power takes no sample but the last one; NORMAL would lose all since the last checkpoint, which is hours.
Expected<void> RecordDatabase::use_journal() {
    if (auto set = execute("PRAGMA journal_mode=WAL"); !set) return set;
    return execute("PRAGMA synchronous=FULL");
}

Expected<void> RecordDatabase::set_up() {
    return transaction([&] {
        auto made = execute(schema);
        if (!made) return made;
        return execute(
            fmt::format("PRAGMA application_id={}; PRAGMA user_version={}", application_id, record_format)
                .c_str());
    });
}

Expected<RecordDatabase> RecordDatabase::open_for_writing(const std::string& path) {
    const bool is_new = !exists(path);
    if (!is_new && !std::filesystem::is_regular_file(path))
        return failure(printable(path), "is no regular file, so it can hold no record",
                       "record into a file: -o FILE.db");
    if (is_new) {
        if (auto created = create(path); !created) return tl::make_unexpected(created.error());
    }
    auto database = open(path, uri_of(path), SQLITE_OPEN_READWRITE);
    if (!database) return database;
    Expected<void> ready = database->check(true);
    if (ready) ready = database->use_journal();
    if (ready) return database;
    if (is_new) {
        database->database_.reset();
        for (const char* suffix : {"", "-wal", "-shm"}) ::unlink((path + suffix).c_str());
    }
    return tl::make_unexpected(ready.error());
}

// Reading a WAL database needs its -shm file, which a reader makes where it may. Where it may not and no
// recorder has left a -wal, the file is all there is, and nobody changes it.
Expected<RecordDatabase> RecordDatabase::open_for_reading(const std::string& path) {
    if (!exists(path)) return tl::make_unexpected(file_error(printable(path), errno));
    auto database = open(path, uri_of(path), SQLITE_OPEN_READONLY);
    if (!database) return database;
    Expected<void> ready = database->check(false);
    if (!ready && !exists(path + "-wal")) {
        database = open(path, uri_of(path) + "?immutable=1", SQLITE_OPEN_READONLY);
        if (!database) return database;
        ready = database->check(false);
    }
    if (!ready) return tl::make_unexpected(ready.error());
    return database;
}

}  // namespace nmtx
