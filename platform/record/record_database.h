// The SQLite database of a record: safe opening, statements, errors as sentences.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "platform/os/descriptor.h"

struct sqlite3;
struct sqlite3_stmt;

namespace nmtx {

inline constexpr int record_format = 1;  // user_version: docs/reference/formats/record-file.md

// A prepared statement: bind, step through rows, reset for the next use. Columns and parameters count from 0.
class Statement {
  public:
    Statement() = default;
    void bind(int parameter, std::int64_t value);
    void bind(int parameter, std::string_view text);
    void bind_null(int parameter);
    template <typename T>
    void bind(int parameter, const std::optional<T>& value) {
        if (value) {
            bind(parameter, *value);
        } else {
            bind_null(parameter);
        }
    }
    [[nodiscard]] std::int64_t number(int column) const;
    [[nodiscard]] std::optional<std::int64_t> optional_number(int column) const;
    [[nodiscard]] std::string text(int column) const;

  private:
    friend class RecordDatabase;
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const;
    };
    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

// The message for a lock that another process holds.
inline constexpr const char* locked_record = "another process holds the record locked";

// How long to wait for a reader or another recorder to let go.
inline constexpr std::chrono::milliseconds usual_patience{10000};

class RecordDatabase {
  public:
    // Creates the file (mode 0600) where there is none. Refuses files that are not records, that a newer
    // nmtx wrote, or that are damaged. Both distrust the file: everything in it is bounded, queries have a
    // deadline, and only our schema is accepted.
    static Expected<RecordDatabase> open_for_writing(const std::string& path,
                                                     std::chrono::milliseconds patience = usual_patience);
    static Expected<RecordDatabase> open_for_reading(const std::string& path);

    [[nodiscard]] const std::string& path() const { return path_; }
    // The size when it was opened, including a journal that is not folded in yet.
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
    // Statements without parameters and without rows.
    Expected<void> execute(const char* sql);
    Expected<Statement> prepare(std::string_view sql);
    // True: there is a row. False: it is done.
    Expected<bool> step(Statement& statement);
    // Runs it to its end, without rows; it can be bound again afterwards.
    Expected<void> run(Statement& statement);
    void reset(Statement& statement);
    [[nodiscard]] std::int64_t last_id() const;
    // The first number of a query without parameters.
    Expected<std::int64_t> number(std::string_view sql);

    // All or nothing: `change` is rolled back if it fails.
    template <typename Change>
    Expected<void> transaction(Change change) {
        if (auto begun = execute("BEGIN IMMEDIATE"); !begun) return begun;
        Expected<void> done = change();
        if (done) done = execute("COMMIT");
        if (!done) roll_back();
        return done;
    }

    // Copies the journal into the file. False where a reader kept a part of it there.
    Expected<bool> fold_journal();
    // Closing neither copies nor removes the journal.
    void leave_journal(bool yes = true);
    // May the last failed operation succeed later? A lock, no space, a limit.
    [[nodiscard]] bool may_pass() const;

  private:
    struct Close {
        void operator()(sqlite3* database) const;
    };
    RecordDatabase(std::string path, sqlite3* database) : path_(std::move(path)), database_(database) {}
    static Expected<RecordDatabase> open(const std::string& shown, const std::string& file,
                                         const char* parameters, int flags,
                                         std::chrono::milliseconds patience = usual_patience);
    static void undo_unfinished_change(const std::string& file);
    void distrust();
    // A recorder runs for months: the deadline is only for opening an untrusted file.
    void take_any_time();
    Expected<void> check(bool may_be_new);
    Expected<void> set_up();
    Expected<void> use_journal();
    void roll_back();
    [[nodiscard]] Error error(int code) const;

    using Deadline = double;  // own_cpu_ms(): a machine that is busy makes no record a stranger's
    std::string path_;
    Descriptor directory_;  // through which SQLite opens the file
    std::uint64_t bytes_ = 0;
    std::unique_ptr<Deadline> deadline_;  // SQLite holds its address, so it outlives the database
    std::unique_ptr<sqlite3, Close> database_;
    // Of the last failed call: a rollback would change what SQLite reports.
    mutable int failed_ = 0;
    mutable int failed_errno_ = 0;
};

}  // namespace nmtx
