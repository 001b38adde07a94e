// The SQLite database that a record is: opened with care, its statements, its errors as sentences.
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

// What is said of a lock that somebody holds.
inline constexpr const char* locked_record = "another process holds the record locked";

// How long to wait for a reader or another recorder to let go.
inline constexpr std::chrono::milliseconds usual_patience{10000};

class RecordDatabase {
  public:
    // Creates the file (mode 0600) where there is none. Refuses what is not a record, what a newer nmtx
    // wrote, and what is damaged. Both distrust the file: bounds for everything that it holds, a deadline for
    // what is asked of it, and no schema but ours.
    static Expected<RecordDatabase> open_for_writing(const std::string& path,
                                                     std::chrono::milliseconds patience = usual_patience);
    static Expected<RecordDatabase> open_for_reading(const std::string& path);

    [[nodiscard]] const std::string& path() const { return path_; }
    // As large as it was when it was opened, with what a recorder has not folded in yet.
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
    // Statements without parameters and without rows.
    Expected<void> execute(const char* sql);
    Expected<Statement> prepare(std::string_view sql);
    // True: there is a row. False: it is done.
    Expected<bool> step(Statement& statement);
    // To its end, without rows; ready to be bound anew.
    Expected<void> run(Statement& statement);
    void reset(Statement& statement);
    [[nodiscard]] std::int64_t last_id() const;
    // The first number of a query without parameters.
    Expected<std::int64_t> number(std::string_view sql);

    // All or nothing: `change` is rolled back where it fails.
    template <typename Change>
    Expected<void> transaction(Change change) {
        if (auto begun = execute("BEGIN IMMEDIATE"); !begun) return begun;
        Expected<void> done = change();
        if (done) done = execute("COMMIT");
        if (!done) roll_back();
        return done;
    }

    // Copies what the journal has into the file. False where a reader kept some of it there.
    Expected<bool> fold_journal();
    // For the time when it is closed: is the journal neither copied nor removed then?
    void leave_journal(bool yes = true);
    // May what failed last come off the next time? A lock, no room, a limit.
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
    // A recorder goes on for months: the deadline is for what a stranger's file may do when it is opened.
    void take_any_time();
    Expected<void> check(bool may_be_new);
    Expected<void> set_up();
    Expected<void> use_journal();
    void roll_back();
    [[nodiscard]] Error error(int code) const;

    using Deadline = std::chrono::steady_clock::time_point;
    std::string path_;
    Descriptor directory_;  // by which SQLite knows the file
    std::uint64_t bytes_ = 0;
    std::unique_ptr<Deadline> deadline_;  // SQLite's look at it: outlives the database, at one address
    std::unique_ptr<sqlite3, Close> database_;
    // Of the last call that failed: rolling back changes what SQLite says of it.
    mutable int failed_ = 0;
    mutable int failed_errno_ = 0;
};

}  // namespace nmtx
