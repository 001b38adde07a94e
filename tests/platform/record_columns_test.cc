// The columns of a record's samples.
#include "platform/record/record_columns.h"

#include "catch.h"
#include "platform/child.h"
#include "platform/record/record_store.h"

using namespace nmtx;
using namespace nmtx::test;

TEST_CASE("record columns: the table is made as it was in the first records, word for word") {
    CHECK(sample_table() == R"(CREATE TABLE sample(
  id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES run(id), line_ms INTEGER NOT NULL, wall_ms INTEGER NOT NULL,
  boot_ms INTEGER NOT NULL, depth INTEGER NOT NULL, uptime_ms INTEGER NOT NULL, rss INTEGER NOT NULL, threads INTEGER,
  heap_used INTEGER, collections INTEGER, cgroup_current INTEGER, cgroup_limit INTEGER, nmt_committed INTEGER,
  nmt_malloc INTEGER, malloc_live INTEGER, malloc_untracked INTEGER, malloc_free INTEGER, malloc_told_apart INTEGER,
  attach_us INTEGER NOT NULL, cpu_us INTEGER NOT NULL, wall_us INTEGER NOT NULL))");
}

TEST_CASE("record columns: what is inserted has a place for each column") {
    CHECK(insert_into_sample() ==
          "INSERT INTO sample(run, line_ms, wall_ms, boot_ms, depth, uptime_ms, rss, threads, heap_used, "
          "collections, cgroup_current, cgroup_limit, nmt_committed, nmt_malloc, malloc_live, "
          "malloc_untracked, malloc_free, malloc_told_apart, attach_us, cpu_us, wall_us) "
          "VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
}

TEST_CASE("record columns: each figure is read back, each by its own name") {
    const TemporaryDirectory folder;
    const std::string path = folder / "a.db";
    Sample written;
    written.time = {0, 1'700'000'000'001, 5'000'002};
    written.depth = Depth::full;
    written.uptime_s = 3.5;
    written.rss = Bytes(4);
    written.threads = 5;
    written.heap_used = Bytes(6);
    written.collections = 7;
    written.cgroup_current = Bytes(8);
    written.cgroup_limit = Bytes(9);
    written.nmt = NmtSample{Bytes(10), Bytes(11), {}};
    written.malloc = MallocSample{Bytes(12), Bytes(13), Bytes(14), true};
    written.cost = {15.25, 16.25, 17.25};
    {
        auto store = RecordStore::open(path).value();
        const auto run = store.begin_run(RecordedRun()).value();
        REQUIRE(store.add(run, written));
        REQUIRE(store.add(run, Sample()));
    }
    auto database = RecordDatabase::open_for_reading(path).value();
    auto query = database.prepare(select_samples() + " ORDER BY id").value();
    REQUIRE(database.step(query).value());
    const SampleRow row = sample_of_row(query);
    CHECK((row.id == 1 && row.run == 1));
    const Sample& read = row.sample;
    CHECK(read.time.line_ms == written.time.wall_ms);
    CHECK(read.time.wall_ms == written.time.wall_ms);
    CHECK(read.time.boot_ms == written.time.boot_ms);
    CHECK(read.depth == Depth::full);
    CHECK(read.uptime_s == 3.5);
    CHECK(read.rss == Bytes(4));
    CHECK(read.threads == 5U);
    CHECK(read.heap_used == Bytes(6));
    CHECK(read.collections == 7U);
    CHECK(read.cgroup_current == Bytes(8));
    CHECK(read.cgroup_limit == Bytes(9));
    REQUIRE(read.nmt);
    CHECK((read.nmt->committed == Bytes(10) && read.nmt->malloc == Bytes(11)));
    REQUIRE(read.malloc);
    CHECK((read.malloc->live == Bytes(12) && read.malloc->untracked == Bytes(13)));
    CHECK((read.malloc->free == Bytes(14) && read.malloc->told_apart));
    CHECK((read.cost.attach_ms == 15.25 && read.cost.cpu_ms == 16.25 && read.cost.wall_ms == 17.25));

    REQUIRE(database.step(query).value());
    const Sample empty = sample_of_row(query).sample;
    CHECK(empty.depth == Depth::light);
    CHECK_FALSE(empty.threads);
    CHECK_FALSE(empty.heap_used);
    CHECK_FALSE(empty.nmt);
    CHECK_FALSE(empty.malloc);
}
