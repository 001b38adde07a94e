#include "platform/record/record_store.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "catch.h"
#include "platform/child.h"
#include "platform/made_record.h"
#include "platform/record/record_thinning.h"

using namespace nmtx;
using namespace nmtx::test;

namespace {

namespace fs = std::filesystem;

Sample full_sample(std::int64_t second) {
    Sample sample = a_sample(second);
    sample.depth = Depth::full;
    sample.nmt = NmtSample{
        mib(100), mib(9), {{"Java Heap", mib(64), Bytes(), std::nullopt}, {"Class", mib(3), mib(1), 17}}};
    sample.malloc = MallocSample{mib(12), mib(11), mib(1), true};
    sample.threads = 27;
    sample.heap_used = mib(18);
    sample.collections = 3;
    sample.cgroup_current = mib(40);
    sample.cgroup_limit = mib(512);
    return sample;
}

std::string integrity_of(const std::string& path) {
    auto database = RecordDatabase::open_for_reading(path).value();
    auto check = database.prepare("PRAGMA integrity_check").value();
    REQUIRE(database.step(check).value());
    return check.text(0);
}

}  // namespace

TEST_CASE("record store: what was kept is read back") {
    const TemporaryDirectory folder;
    const std::string path = folder / "a.db";
    {
        auto store = RecordStore::open(path).value();
        const auto run = store.begin_run(a_run()).value();
        REQUIRE(store.add(run, full_sample(0)));
        REQUIRE(store.add(run, a_sample(10)));
        REQUIRE(store.end_run(run, "interrupted", a_sample(15).time));
        store.finish();
    }
    const auto record = read_record(path).value();
    REQUIRE(record.size() == 1);
    CHECK(record[0].run.command == "java -jar app.jar");
    CHECK(record[0].run.physical_memory == mib(16384));
    CHECK(record[0].run.end == "interrupted");
    CHECK(record[0].run.ended_ms == began_ms + 15'000);
    REQUIRE(record[0].samples.size() == 2);
    const Sample& full = record[0].samples[0];
    CHECK(full.depth == Depth::full);
    CHECK(full.time.line_ms == began_ms);
    REQUIRE(full.owners.size() == 2);
    CHECK(full.rss == full.owners[0].resident + full.owners[1].resident);
    REQUIRE(full.nmt);
    REQUIRE(full.nmt->categories.size() == 2);
    CHECK(full.nmt->categories[1].count == 17U);
    CHECK_FALSE(full.nmt->categories[0].count);
    CHECK(full.malloc->untracked == mib(11));
    CHECK(full.threads == 27U);
    CHECK(full.heap_used == mib(18));
    CHECK(full.cgroup_limit == mib(512));
    CHECK(full.cost.cpu_ms == 12.25);
    const Sample& light = record[0].samples[1];
    CHECK(light.depth == Depth::light);
    CHECK(light.time.line_ms == began_ms + 10'000);
    CHECK_FALSE(light.nmt);
    CHECK_FALSE(light.threads);
    // Closed in order, the database is one file, and nobody else may read it.
    CHECK_FALSE(fs::exists(path + "-wal"));
    CHECK((fs::status(path).permissions() & fs::perms::others_all) == fs::perms::none);
    CHECK(integrity_of(path) == "ok");
}

TEST_CASE("record store: a file is continued, a run for each process") {
    const TemporaryDirectory folder;
    const std::string path = folder / "a.db";
    for (int i = 0; i < 3; ++i) {
        auto store = RecordStore::open(path).value();
        RecordedRun process = a_run();
        process.start_ticks += static_cast<std::uint64_t>(i);
        const auto run = store.begin_run(process).value();
        CHECK(run == i + 1);
        REQUIRE(store.add(run, a_sample(i * 10)));
    }
    const auto record = read_record(path).value();
    REQUIRE(record.size() == 3);
    CHECK(record[2].samples.at(0).time.line_ms == began_ms + 20'000);
    CHECK(read_record(path, 5000).value()[0].samples.empty());
    CHECK(read_record(path, 5000).value()[2].samples.size() == 1);
}

TEST_CASE("record store: a recorder that is started again goes on with the run of the same process") {
    const TemporaryDirectory folder;
    const std::string path = folder / "a.db";
    for (int i = 0; i < 31; ++i) {
        auto store = RecordStore::open(path).value();
        RecordedRun process = a_run();
        if (i > 0) process.java = "";  // the JVM did not answer
        if (i > 0) process.nmt_level = "";
        const auto run = store.begin_run(process).value();
        CHECK(run == 1);
        REQUIRE(store.add(run, a_sample(i * 3)));
        if (i % 2 == 0) {
            REQUIRE(store.end_run(run, "interrupted", a_sample(i * 3 + 1).time));
        }
    }
    const auto record = read_record(path).value();
    REQUIRE(record.size() == 1);
    CHECK(record[0].samples.size() == 31);
    CHECK(record[0].run.java == "17.0.15");
    CHECK(record[0].run.nmt_level == "summary");
    CHECK(record[0].run.end == "interrupted");
    {
        auto store = RecordStore::open(path).value();
        REQUIRE(store.begin_run(a_run()).value() == 1);
        CHECK(read_record(path).value()[0].run.end.empty());  // it is being recorded
        RecordedRun other = a_run();
        other.boot_id = "boot-2";
        CHECK(store.begin_run(other).value() == 2);
        other.pid = 43;
        CHECK(store.begin_run(other).value() == 3);
    }
}

TEST_CASE("record store: a file in which the runs of one process are split is read as one run") {
    const TemporaryDirectory folder;
    const std::string path = folder / "a.db";
    {
        auto store = RecordStore::open(path).value();
        for (int i = 0; i < 5; ++i) {
            RecordedRun process = a_run();
            process.start_ticks += static_cast<std::uint64_t>(i);
            const auto run = store.begin_run(process).value();
            REQUIRE(store.add(run, a_sample(i * 10)));
        }
        store.finish();
    }
    {
        auto database = RecordDatabase::open_for_writing(path).value();
        REQUIRE(database.execute("UPDATE run SET start_ticks = 4711 WHERE id <> 3"));
    }
    const auto record = read_record(path).value();
    REQUIRE(record.size() == 2);
    CHECK(record[0].samples.size() == 4);
    CHECK(record[0].run.has_id(1));
    CHECK(record[0].run.has_id(5));
    CHECK_FALSE(record[0].run.has_id(3));
    CHECK(record[1].run.id == 3);
    CHECK(record[1].samples.size() == 1);
}

TEST_CASE(
    "record store: the time line follows the clock that nobody sets, across boots the wall clock, and never "
    "goes back") {
    const TemporaryDirectory folder;
    const std::string path = folder / "a.db";
    auto store = RecordStore::open(path).value();
    const auto first = store.begin_run(a_run()).value();
    REQUIRE(store.add(first, a_sample(0)));
    Sample jumped = a_sample(10);
    jumped.time.wall_ms += day_ms * 365;  // the clock was set a year ahead
    REQUIRE(store.add(first, jumped));
    Sample back = a_sample(20);
    back.time.wall_ms -= day_ms;
    REQUIRE(store.add(first, back));
    const auto rebooted = store.begin_run(a_run("boot-2")).value();
    Sample after = a_sample(0);
    after.time.boot_ms = 1000;
    after.time.wall_ms = back.time.wall_ms + 60'000;
    REQUIRE(store.add(rebooted, after));
    const auto older = store.begin_run(a_run("boot-3")).value();
    after.time.wall_ms -= day_ms;
    REQUIRE(store.add(older, after));
    const auto record = read_record(path).value();
    const auto at = [&](std::size_t run, std::size_t sample) {
        return record[run].samples.at(sample).time.line_ms - began_ms;
    };
    CHECK(at(0, 1) == 10'000);
    CHECK(at(0, 2) == 20'000);
    CHECK(at(1, 0) == 80'000);
    CHECK(at(2, 0) == 80'000);
}

TEST_CASE("record store: a full disk is an error, and what was recorded before is whole") {
    const TemporaryDirectory folder;
    const std::string path = folder / "a.db";
    std::size_t kept = 0;
    {
        auto store = RecordStore::open(path).value();
        const auto run = store.begin_run(a_run()).value();
        REQUIRE(store.limit_pages(store.bytes().value() / 4096 + 3));
        Expected<void> added;
        for (; added && kept < 100'000; ++kept) {
            Sample sample = full_sample(static_cast<std::int64_t>(kept));
            for (int i = 0; i < 40; ++i)
                sample.owners.push_back({"file/" + std::to_string(kept) + "/" + std::to_string(i), Bytes(1)});
            added = store.add(run, sample);
        }
        REQUIRE_FALSE(added);
        --kept;
        CHECK(added.error().what ==
              "the disk is full: the sample was not stored, earlier samples are intact");
        CHECK(added.error().where == path);
        // Where there is room again, it goes on: names that the lost sample had brought are known anew.
        REQUIRE(store.limit_pages(100'000));
        Sample sample = a_sample(static_cast<std::int64_t>(kept));
        sample.owners.push_back({"file/" + std::to_string(kept) + "/0", Bytes(7)});
        REQUIRE(store.add(run, sample));
    }
    CHECK(integrity_of(path) == "ok");
    const auto record = read_record(path).value();
    REQUIRE(record[0].samples.size() == kept + 1);
    CHECK(kept > 3);
    for (std::size_t i = 0; i < kept; ++i) CHECK(record[0].samples[i].owners.size() == 42);
    CHECK(record[0].samples.back().owners.size() == 3);
}

TEST_CASE("record store: a record of a later format is refused, by name of both") {
    const TemporaryDirectory folder;
    const std::string path = folder / "a.db";
    {
        auto database = RecordDatabase::open_for_writing(path).value();
        REQUIRE(database.execute("PRAGMA user_version=2"));
    }
    for (const auto& what : {RecordStore::open(path).error().what, read_record(path).error().what})
        CHECK(what == "is a recording of format 2; this nmtx reads format 1");
}

TEST_CASE("record store: what is no record is refused and left alone") {
    const TemporaryDirectory folder;
    const std::string text = folder / "text", other = folder / "other.db", empty = folder / "empty";
    write_text(text, std::string(5000, 'x'));
    CHECK(RecordStore::open(text).error().what == "is not a recording: it is not an SQLite database");
    CHECK(read_record(text).error().what == "is not a recording: it is not an SQLite database");
    CHECK(fs::file_size(text) == 5000);
    {
        auto database = RecordDatabase::open_for_writing(other).value();
        REQUIRE(database.execute("PRAGMA application_id=7"));
    }
    CHECK(RecordStore::open(other).error().what == "is an SQLite database, but not a recording of nmtx");
    CHECK(read_record(folder / "none.db").error().what == "no such file or directory");
    CHECK_FALSE(fs::exists(folder / "none.db"));
    CHECK(RecordStore::open(folder / "no/folder.db").error().what == "no such file or directory");
    for (const char* device : {"/dev/null", "/dev/full"}) {
        CHECK(RecordStore::open(device).error().what == "is not a regular file, so it cannot be a recording");
        CHECK(fs::exists(device));
    }
    write_text(empty, "");
    CHECK_FALSE(read_record(empty));
    CHECK(RecordStore::open(empty));
}

TEST_CASE("record store: a damaged record is refused, wherever it is damaged, or read without a crash") {
    const TemporaryDirectory folder;
    const std::string path = folder / "a.db";
    {
        auto store = RecordStore::open(path).value();
        const auto run = store.begin_run(a_run()).value();
        for (std::int64_t i = 0; i < 300; ++i) REQUIRE(store.add(run, full_sample(i * 10)));
    }
    std::ifstream in(path, std::ios::binary);
    const std::string whole{std::istreambuf_iterator<char>(in), {}};
    REQUIRE(whole.size() > 8 * 4096);
    std::size_t refused = 0;
    for (std::size_t page = 0; page * 4096 < whole.size(); ++page) {
        std::string damaged = whole;
        damaged.replace(page * 4096, 200, 200, '\xa5');
        const std::string copy = folder / "damaged.db";
        write_text(copy, damaged);
        const auto record = read_record(copy);
        if (record) continue;
        ++refused;
        CHECK(record.error().where == copy);
    }
    CHECK(refused > whole.size() / 4096 / 2);
    write_text(folder / "cut.db", whole.substr(0, whole.size() / 2));
    CHECK(read_record(folder / "cut.db").error().what.find("damaged") != std::string::npos);
}

TEST_CASE("record store: a reader sees whole samples while a recorder adds to them") {
    const TemporaryDirectory folder;
    const std::string path = folder / "a.db";
    auto store = RecordStore::open(path).value();
    const auto run = store.begin_run(a_run()).value();
    for (std::size_t i = 0; i < 50; ++i) {
        REQUIRE(store.add(run, full_sample(static_cast<std::int64_t>(i))));
        const auto record = read_record(path).value();
        REQUIRE(record[0].samples.size() == i + 1);
        CHECK(record[0].samples.back().owners.size() == 2);
    }
}

TEST_CASE("record store: a file that may only be read is read") {
    const TemporaryDirectory folder;
    const std::string path = folder / "a.db";
    {
        auto store = RecordStore::open(path).value();
        REQUIRE(store.add(store.begin_run(a_run()).value(), a_sample(0)));
    }
    fs::permissions(path, fs::perms::owner_read);
    CHECK(read_record(path).value()[0].samples.size() == 1);
}

TEST_CASE("record: secrets in a command line that somebody else recorded are taken out when it is read") {
    const TemporaryDirectory folder;
    const std::string path = folder / "r.db";
    {
        RecordStore store = RecordStore::open(path).value();
        RecordedRun run = a_run();
        run.command = "java -Ddb.password=hunter2 -Dmode=fast com.acme.app.Main --token abc";
        REQUIRE(store.add(store.begin_run(run).value(), full_sample(0)));
        store.finish();
    }
    const auto record = read_record(path).value();
    REQUIRE(record.size() == 1);
    CHECK(record[0].run.command ==
          "java -Ddb.password=******** -Dmode=fast com.acme.app.Main --token ********");
}
