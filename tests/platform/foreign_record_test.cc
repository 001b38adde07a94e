// Records that a stranger made: read within bounds, or refused with a reason.
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>

#include "catch.h"
#include "platform/child.h"
#include "platform/record/record_store.h"

using namespace nmtx;
using namespace nmtx::test;

namespace {

namespace fs = std::filesystem;

void add_a_sample(const std::string& path) {
    auto store = RecordStore::open(path).value();
    RecordedRun run;
    run.pid = 42;
    run.command = "java";
    const auto id = store.begin_run(run).value();
    Sample sample;
    sample.time = {0, 1'700'000'000'000, 5'000'000};
    sample.rss = mib(3);
    sample.owners = {{"jvm/java heap", mib(2)}, {"malloc/free/top", mib(1)}};
    sample.nmt = NmtSample{mib(100), mib(9), {{"Class", mib(3), mib(1), 17}}};
    REQUIRE(store.add(id, sample));
}

// A record of one sample that `sql` has changed, as the sqlite3 program would.
struct Forged {
    TemporaryDirectory directory;
    std::string path = directory / "a.db";
    explicit Forged(const std::string& sql) {
        add_a_sample(path);
        sqlite3* database = nullptr;
        REQUIRE(sqlite3_open(path.c_str(), &database) == SQLITE_OK);
        char* why = nullptr;
        const int code =
            sqlite3_exec(database, ("PRAGMA journal_mode=DELETE;" + sql).c_str(), nullptr, nullptr, &why);
        INFO((why == nullptr ? "" : why));
        CHECK(code == SQLITE_OK);
        sqlite3_free(why);
        sqlite3_close(database);
    }
    [[nodiscard]] std::string refusal() const {
        const auto began = std::chrono::steady_clock::now();
        const auto record = read_record(path);
        CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(60));
        const auto continued = RecordStore::open(path);
        if (record) return "read";
        CHECK((continued || continued.error().what == record.error().what));
        return record.error().what;
    }
};

const std::string not_ours = "is not a recording of nmtx: it has ";

}  // namespace

TEST_CASE("foreign record: a view in a table's place is refused before it computes") {
    CHECK(
        Forged(
            "ALTER TABLE run RENAME TO r2; CREATE VIEW run AS SELECT * FROM r2 WHERE (WITH RECURSIVE c(x) AS "
            "(SELECT 1 UNION ALL SELECT x+1 FROM c) SELECT count(*) FROM c) > 0;")
            .refusal()
            .starts_with(not_ours));
    CHECK(
        Forged(
            "ALTER TABLE owner RENAME TO o2; CREATE VIEW owner AS SELECT id, printf('%.*c',100000000,'x') AS "
            "path FROM o2;")
            .refusal()
            .starts_with(not_ours));
}

TEST_CASE("foreign record: triggers, generated columns, further indexes and further views are refused") {
    CHECK(Forged("CREATE TRIGGER spin AFTER INSERT ON sample BEGIN DELETE FROM run; END;").refusal() ==
          not_ours + "a trigger 'spin'");
    CHECK(Forged("CREATE VIEW other AS SELECT 1;").refusal() == not_ours + "a view 'other'");
    CHECK(Forged("CREATE INDEX mine ON owner(upper(path));").refusal() == not_ours + "a index 'mine'");
    CHECK(
        Forged("DROP TABLE owner; CREATE TABLE owner(id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, n AS "
               "(hex(zeroblob(1000000))));")
            .refusal() == not_ours + "another table 'owner'");
    CHECK(Forged("ALTER TABLE nmt ADD COLUMN more AS (hex(zeroblob(committed)));").refusal() ==
          not_ours + "another table 'nmt'");
    CHECK(Forged("DROP TABLE nmt;").refusal() == "is not a recording of nmtx: a table is missing");
    CHECK(Forged("DROP INDEX sample_by_time; CREATE TABLE sample_by_time(a);").refusal() ==
          not_ours + "another table 'sample_by_time'");
}

TEST_CASE("foreign record: a plain table that a later nmtx may have added is left alone") {
    CHECK(
        Forged(
            "CREATE TABLE later(id INTEGER PRIMARY KEY, what TEXT UNIQUE); INSERT INTO later VALUES(1, 'x');")
            .refusal() == "read");
}

TEST_CASE("foreign record: texts, names and owners are bounded") {
    const std::string numbers = "WITH RECURSIVE n(x) AS (SELECT 100 UNION ALL SELECT x+1 FROM n WHERE x < ";
    CHECK(Forged("UPDATE run SET command = printf('%.*c', 50000000, 'x');").refusal() ==
          "holds a text or a statement that is longer than any in a record");
    CHECK(Forged("INSERT INTO owner VALUES(99, printf('%.*c', 5000, 'x'));").refusal() ==
          "holds a name of more than 1024 bytes");
    CHECK(Forged("INSERT INTO category VALUES(99, printf('%.*c', 5000, 'x'));").refusal() ==
          "holds a name of more than 1024 bytes");
    CHECK(Forged(numbers + "70000) INSERT INTO owner SELECT x, 'o' || x FROM n;").refusal() ==
          "holds more than 65536 names");
    CHECK(Forged(numbers +
                 "6000) INSERT INTO owner SELECT x, 'o' || x FROM n; INSERT INTO resident SELECT 1, id, 1 "
                 "FROM owner WHERE id >= 100;")
              .refusal() == "holds more than 4096 owners in one run");
    // An owner has a value in each sample, be it 0: each of these in one row, in thousands of samples.
    CHECK(Forged(numbers +
                 "4000) INSERT INTO owner SELECT x, 'o' || x FROM n; INSERT INTO resident SELECT 1, id, 1 "
                 "FROM owner WHERE id >= 100;" +
                 numbers +
                 "5000) INSERT INTO sample SELECT x,1,x,x,x,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0 FROM n;")
              .refusal()
              .ends_with(" owners of samples in all"));
    // 100,000 rows of 15 bytes with a name of 1,000 bytes each.
    CHECK(Forged("UPDATE owner SET path = printf('%.*c', 1000, 'x') WHERE id = 1;" + numbers +
                 "150000) INSERT INTO resident SELECT x, 1, 1 FROM n; " + numbers +
                 "150000) INSERT INTO sample SELECT x,1,x,x,x,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0 FROM n;")
              .refusal() == "its names take far more memory than the file");
}

TEST_CASE("foreign record: what is no file, also beside one, is not opened") {
    const TemporaryDirectory directory;
    const std::string fifo = directory / "fifo.db";
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    CHECK(read_record(fifo).error().what == "is not a regular file, so it cannot be a recording");
    CHECK(RecordStore::open(fifo).error().what == "is not a regular file, so it cannot be a recording");
    CHECK(read_record("/dev/zero").error().what == "is not a regular file, so it cannot be a recording");
    const std::string path = directory / "a.db";
    add_a_sample(path);
    SECTION("a FIFO as its journal") {
        REQUIRE(::mkfifo((path + "-wal").c_str(), 0600) == 0);
        CHECK(read_record(path).error().what == "is not a regular file");
        CHECK(RecordStore::open(path).error().what == "is not a regular file");
    }
    SECTION("a link as its shared memory") {
        fs::create_symlink("/dev/zero", path + "-shm");
        CHECK(read_record(path).error().what == "is not a regular file");
    }
    SECTION("a FIFO as its rollback journal, by the name of a link") {
        REQUIRE(::mkfifo((path + "-journal").c_str(), 0600) == 0);
        fs::create_symlink(path, directory / "link.db");
        CHECK(read_record(directory / "link.db").error().what == "is not a regular file");
        CHECK(RecordStore::open(directory / "link.db").error().what == "is not a regular file");
    }
}
