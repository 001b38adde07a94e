// A recorder that is killed between any two of its system calls: the next one goes on with the file, and it
// can be read before that.
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "catch.h"
#include "platform/child.h"
#include "platform/killed_between_calls.h"
#include "platform/record/record_file.h"
#include "platform/record/record_store.h"

using namespace nmtx;
using namespace nmtx::test;

namespace {

namespace fs = std::filesystem;

// As `nmtx record` does from its first to its last sample.
bool record_samples(const std::string& path) {
    auto store = RecordStore::open(path);
    if (!store) return false;
    RecordedRun run;
    run.pid = 42;
    run.command = "java";
    const auto id = store->begin_run(run);
    if (!id) return false;
    Sample sample;
    sample.time = {0, 1'700'000'000'000, 5'000'000};
    sample.rss = mib(1);
    sample.owners = {{"jvm/java heap", mib(1)}};
    if (!store->add(*id, sample)) return false;
    store->finish();
    return true;
}

std::size_t samples_in(const std::vector<RecordedSeries>& record) {
    std::size_t samples = 0;
    for (const RecordedSeries& series : record) samples += series.samples.size();
    return samples;
}

std::vector<std::string> files_in(const TemporaryDirectory& directory) {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(directory.path()))
        names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
}

void execute(sqlite3* database, const std::string& sql) {
    INFO(sql);
    REQUIRE(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
}

// As a kill leaves it that comes while a change is in the file already, and undone by its rollback journal
// only.
void write_half_a_change(const std::string& path) {
    const TemporaryDirectory elsewhere;
    const std::string original = elsewhere / "a.db";
    REQUIRE(record_samples(original));
    sqlite3* database = nullptr;
    REQUIRE(sqlite3_open(original.c_str(), &database) == SQLITE_OK);
    execute(database, "BEGIN; DELETE FROM sample; UPDATE run SET command = 'never committed'");
    REQUIRE(sqlite3_db_cacheflush(database) == SQLITE_OK);
    fs::copy_file(original, path);
    fs::copy_file(original + "-journal", path + "-journal");
    sqlite3_close(database);
}

std::string big_endian(std::uint32_t value) {
    std::string text;
    for (int shift = 24; shift >= 0; shift -= 8)
        text += static_cast<char>(value >> static_cast<unsigned>(shift));
    return text;
}

// https://www.sqlite.org/fileformat2.html, "The Rollback Journal"; the end is as pager.c writes it.
void name_super_journal(const std::string& journal, const std::string& name) {
    std::uint32_t sum = 0;
    for (const char c : name) sum += static_cast<std::uint32_t>(c);
    constexpr std::uint32_t page_of_locks = 0x40000000 / 4096 + 1;
    std::ofstream(journal, std::ios::binary | std::ios::app)
        << big_endian(page_of_locks) << name << big_endian(static_cast<std::uint32_t>(name.size()))
        << big_endian(sum) << "\xd9\xd5\x05\xf9\x20\xa1\x63\xd7";
}

}  // namespace

TEST_CASE("record killed: between any two system calls; it is read, and the next recorder goes on with it") {
    bool ended = false;
    int calls = 0;
    std::size_t with_rollback_journal = 0;
    for (; !ended; calls += 2) {  // it is stopped where one begins and where it ends
        REQUIRE(calls < 20000);
        const TemporaryDirectory directory;
        const std::string path = directory / "a.db";
        ended = ends_within(calls, [&] { record_samples(path); });
        CAPTURE(calls, files_in(directory));
        if (fs::exists(path + "-journal")) ++with_rollback_journal;
        std::size_t before = 0;
        if (fs::exists(path)) {
            const auto record = read_record(path);
            if (record) before = samples_in(*record);
            if (!record) CHECK(record.error().what == "is an SQLite database, but not a recording of nmtx");
        }
        CHECK(record_samples(path));
        CHECK(samples_in(read_record(path).value()) == before + 1);
        CHECK(files_in(directory) == std::vector<std::string>{"a.db"});
    }
    CHECK(calls > 100);
    CHECK(with_rollback_journal > 10);
}

TEST_CASE("record killed: a change that was not finished is undone before the record is read") {
    const TemporaryDirectory directory;
    const std::string path = directory / "a.db";
    write_half_a_change(path);
    SECTION("by a reader who owns it") {
        const auto record = read_record(path).value();
        CHECK(samples_in(record) == 1);
        CHECK(record[0].run.command == "java");
        CHECK(files_in(directory) == std::vector<std::string>{"a.db"});
    }
    SECTION("by the next recorder, who goes on") {
        CHECK(record_samples(path));
        CHECK(samples_in(read_record(path).value()) == 2);
    }
    SECTION("by its name of a link") {
        const TemporaryDirectory links;
        fs::create_symlink(path, links / "link.db");
        CHECK(samples_in(read_record(links / "link.db").value()) == 1);
    }
    SECTION("not by a reader who does not own it: nothing is changed, and it says what to type") {
        if (::geteuid() != 0) return;
        REQUIRE(::chown(path.c_str(), 65534, 65534) == 0);
        const std::string content = read_text(path);
        const Error error = read_record(path).error();
        CHECK(error.where == path + "-journal");
        CHECK(error.what ==
              "is left from an interrupted write, which only a user who may write the recording can undo");
        CHECK(error.hint == "run nmtx trend as the file's owner");
        CHECK(read_text(path) == content);
        CHECK(fs::exists(path + "-journal"));
    }
}

TEST_CASE("record killed: a journal that names another file does not have it removed") {
    const TemporaryDirectory directory;
    const std::string path = directory / "a.db", victim = directory / "victim";
    write_half_a_change(path);
    name_super_journal(path + "-journal", victim);
    write_text(victim, "keep me");
    SECTION("SQLite by itself would") {
        sqlite3* database = nullptr;
        REQUIRE(sqlite3_open(path.c_str(), &database) == SQLITE_OK);
        execute(database, "SELECT count(*) FROM run");
        sqlite3_close(database);
        CHECK_FALSE(fs::exists(victim));
    }
    SECTION("a reader does not, and has the record as it was") {
        CHECK(samples_in(read_record(path).value()) == 1);
        CHECK(read_text(victim) == "keep me");
    }
    SECTION("a recorder does not, and goes on with the record") {
        CHECK(record_samples(path));
        CHECK(samples_in(read_record(path).value()) == 2);
        CHECK(read_text(victim) == "keep me");
    }
}

TEST_CASE("record killed: a link to a record lacks no journal where the record has one") {
    const TemporaryDirectory directory, links;
    const std::string path = directory / "a.db", link = links / "link.db";
    auto store = RecordStore::open(path).value();
    REQUIRE(store.begin_run(RecordedRun()));
    fs::create_symlink(path, link);
    CHECK_FALSE(lacks_journal(link));
}
