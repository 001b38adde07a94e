#include "platform/record/record_database.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cerrno>

#include "base/printable.h"
#include "platform/os/system_error.h"

namespace nmtx {
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
    failed_ = code & 0xff;
    failed_errno_ = sqlite3_system_errno(database_.get());
    switch (code & 0xff) {
        case SQLITE_FULL:
            return {path_, "the disk is full: the sample was not stored, earlier samples are intact",
                    "free some space, and record into the same file again"};
        case SQLITE_NOTADB:
            return {path_, "is not a recording: it is not an SQLite database",
                    "see docs/reference/formats/record-file.md"};
        case SQLITE_CORRUPT:
            return {path_, fmt::format("the record is damaged: {}", sqlite3_errmsg(database_.get())),
                    "recover what is left with: sqlite3 FILE .recover"};
        case SQLITE_BUSY:
            return {path_, locked_record, "try again when it has ended"};
        case SQLITE_INTERRUPT:
            return {path_, "takes too long to read for its size", "is it a record that nmtx wrote?"};
        case SQLITE_TOOBIG:
            return {path_, "holds a text or a statement that is longer than any in a record",
                    "is it a record that nmtx wrote?"};
        case SQLITE_READONLY:
            return {path_, "may not be written", "record as its owner, or into another file"};
        default:
            break;
    }
    const int system_error = sqlite3_system_errno(database_.get());
    if (system_error == EFBIG || system_error == EDQUOT)
        return {path_,
                system_error == EFBIG ? "the limit of file sizes (ulimit -f) is reached"
                                      : "the disk quota is used up",
                "raise it"};
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

// Having nothing to roll back is not an error: SQLite rolls back by itself when the disk is full.
void RecordDatabase::roll_back() {
    if (sqlite3_get_autocommit(database_.get()) == 0)
        sqlite3_exec(database_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

Expected<bool> RecordDatabase::fold_journal() {
    auto fold = prepare("PRAGMA wal_checkpoint(PASSIVE)");
    if (!fold) return tl::make_unexpected(fold.error());
    const auto row = step(*fold);
    if (!row) return tl::make_unexpected(row.error());
    // busy, frames in the journal, frames of them that are in the file
    return *row && fold->number(0) == 0 && fold->number(1) == fold->number(2);
}

void RecordDatabase::leave_journal(bool yes) {
    int on = yes ? 1 : 0;
    sqlite3_file_control(database_.get(), "main", SQLITE_FCNTL_PERSIST_WAL, &on);
    sqlite3_db_config(database_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, yes ? 1 : 0,
                      static_cast<int*>(nullptr));
}

bool RecordDatabase::may_pass() const {
    if (failed_ == SQLITE_BUSY || failed_ == SQLITE_LOCKED || failed_ == SQLITE_FULL) return true;
    return failed_ == SQLITE_IOERR &&
           (failed_errno_ == ENOSPC || failed_errno_ == EFBIG || failed_errno_ == EDQUOT);
}

}  // namespace nmtx
