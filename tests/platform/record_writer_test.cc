// A recorder goes on, whatever becomes of its file.
#include "platform/record/record_writer.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "catch.h"
#include "platform/child.h"
#include "platform/made_record.h"
#include "platform/output/file_size_signal.h"

using namespace nmtx;
using namespace nmtx::test;

namespace {

// Soon after the machine started: a gap ends by this machine's own clock, which must be later.
Sample early_sample(std::int64_t second) {
    Sample sample = a_sample(second);
    sample.time.boot_ms = 1 + second * 1000;
    return sample;
}

class Written {
  public:
    explicit Written(RecordWriterOptions options = {}) {
        options.patience = std::chrono::milliseconds(20);
        options.retry_every = std::chrono::milliseconds(0);
        options.say = [this](const std::string& line) { said += line + "\n"; };
        writer = std::make_unique<RecordWriter>(path(), options);
    }
    [[nodiscard]] std::string path() const { return directory / "a.db"; }
    void take(std::int64_t second) {
        writer->add(run, early_sample(second));
        writer->write();
    }
    // What a reader finds.
    [[nodiscard]] std::vector<RecordedSeries> read(const std::string& file) const {
        auto record = read_record(file);
        return record ? std::move(*record) : std::vector<RecordedSeries>();
    }
    [[nodiscard]] std::size_t samples_in(const std::string& file) const {
        const auto record = read(file);
        return record.empty() ? 0 : record[0].samples.size();
    }

    TemporaryDirectory directory;
    std::shared_ptr<const RecordedRun> run = std::make_shared<RecordedRun>(a_run());
    std::string said;
    std::unique_ptr<RecordWriter> writer;
};

}  // namespace

TEST_CASE(
    "record writer: while somebody holds the file locked samples wait, and the record says so afterwards") {
    Written here;
    REQUIRE(here.writer->begin());
    here.take(0);
    {
        auto other = RecordDatabase::open_for_writing(here.path()).value();
        REQUIRE(other.execute("BEGIN IMMEDIATE"));
        here.take(10);
        here.take(20);
        CHECK(here.writer->state().samples == 1);
        CHECK(here.writer->state().waiting == 2);
        CHECK(here.said.find("another process holds the record locked") != std::string::npos);
        CHECK(here.samples_in(here.path()) == 1);
        REQUIRE(other.execute("COMMIT"));
    }
    here.take(30);
    CHECK(here.said.find("recording goes on; 2 samples had to wait, 0 are lost") != std::string::npos);
    here.writer->end_run(here.run, "interrupted", early_sample(31).time);
    here.writer->finish();
    CHECK(here.writer->state().samples == 4);
    CHECK(here.writer->state().lost == 0);
    const auto record = here.read(here.path());
    REQUIRE(record.size() == 1);
    REQUIRE(record[0].samples.size() == 4);
    for (std::int64_t i = 0; i < 4; ++i)
        CHECK(record[0].samples[static_cast<std::size_t>(i)].time.line_ms == began_ms + i * 10'000);
    REQUIRE(record[0].gaps.size() == 1);
    CHECK(record[0].gaps[0].reason == "another process holds the record locked");
    CHECK(record[0].gaps[0].waited >= 2);
    CHECK(record[0].gaps[0].lost == 0);
    CHECK(record[0].gaps[0].from_ms == began_ms + 10'000);
    CHECK(record[0].run.end == "interrupted");
}

TEST_CASE("record writer: a lock that is there from the beginning is waited for, too") {
    Written here;
    {
        auto other = RecordDatabase::open_for_writing(here.path()).value();
        REQUIRE(other.execute("PRAGMA journal_mode=DELETE"));
        REQUIRE(other.execute("BEGIN EXCLUSIVE"));
        REQUIRE(here.writer->begin());
        here.take(0);
        CHECK(here.writer->state().samples == 0);
        CHECK(here.writer->state().waiting == 1);
    }
    here.take(10);
    CHECK(here.writer->state().samples == 2);
    CHECK(here.samples_in(here.path()) == 2);
}

TEST_CASE("record writer: the limit of file sizes and a full disk are waited out") {
    Written here;
    REQUIRE(here.writer->begin());
    here.take(0);
    const FileSizeSignalIgnored errors_instead;
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    const rlimit none{1, before.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &none) == 0);
    here.take(10);
    here.take(20);
    const WrittenState state = here.writer->state();
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
    CHECK(state.samples == 1);
    CHECK(state.waiting == 2);
    CHECK(here.said.find("the limit of file sizes (ulimit -f) is reached") != std::string::npos);
    here.take(30);
    CHECK(here.writer->state().samples == 4);
    CHECK(here.samples_in(here.path()) == 4);
    CHECK(here.read(here.path())[0].gaps.size() == 1);
}

TEST_CASE("record writer: a file that is removed is begun anew, and what went with it is not claimed") {
    Written here;
    REQUIRE(here.writer->begin());
    here.take(0);
    here.take(10);
    SECTION("the file alone") {
        std::filesystem::remove(here.path());
    }
    SECTION("with its journal") {
        for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(here.path() + suffix);
    }
    SECTION("emptied") {
        std::filesystem::resize_file(here.path(), 0);
    }
    SECTION("replaced by an empty one") {
        std::filesystem::remove(here.path());
        write_text(here.path(), "");
    }
    here.take(20);
    here.take(30);
    CHECK(here.writer->state().samples == 2);
    CHECK(here.writer->state().elsewhere == 2);
    CHECK(here.said.find("2 samples went with it") != std::string::npos);
    const auto record = here.read(here.path());
    REQUIRE(record.size() == 1);
    REQUIRE(record[0].samples.size() == 2);
    CHECK(record[0].samples[0].time.wall_ms == began_ms + 20'000);
    REQUIRE(record[0].gaps.size() == 1);
    CHECK(record[0].gaps[0].lost == 2);
    CHECK(record[0].gaps[0].from_ms == began_ms);
    here.writer->finish();
    CHECK(here.samples_in(here.path()) == 2);
    CHECK_FALSE(std::filesystem::exists(here.path() + "-wal"));
}

TEST_CASE("record writer: a file that is moved is whole where it is, and a new one is begun") {
    Written here;
    REQUIRE(here.writer->begin());
    here.take(0);
    here.take(10);
    const std::string moved = here.directory / "old.db";
    std::filesystem::rename(here.path(), moved);
    here.take(20);
    CHECK(here.said.find("2 samples are in what was moved") != std::string::npos);
    CHECK(here.samples_in(moved) == 2);
    CHECK_FALSE(lacks_journal(moved));
    CHECK(here.samples_in(here.path()) == 1);
    CHECK(here.writer->state().samples == 1);
}

TEST_CASE("record writer: a journal that is removed takes no sample with it") {
    Written here;
    REQUIRE(here.writer->begin());
    here.take(0);
    here.take(10);
    for (const char* suffix : {"-wal", "-shm"}) std::filesystem::remove(here.path() + suffix);
    here.take(20);
    here.take(30);
    CHECK(here.samples_in(here.path()) == 4);
    CHECK(here.writer->state().samples == 4);
}

TEST_CASE("record writer: a directory that cannot be written any more is waited for") {
    Written here;
    const std::string parent = here.directory / "in";
    std::filesystem::create_directory(parent);
    RecordWriterOptions options;
    options.patience = std::chrono::milliseconds(20);
    options.retry_every = std::chrono::milliseconds(0);
    RecordWriter writer(parent + "/a.db", options);
    REQUIRE(writer.begin());
    writer.add(here.run, early_sample(0));
    writer.write();
    std::filesystem::remove_all(parent);
    for (int i = 1; i < 4; ++i) {
        writer.add(here.run, early_sample(i * 10));
        writer.write();
    }
    CHECK(writer.state().samples == 0);
    CHECK(writer.state().waiting == 3);
    std::filesystem::create_directory(parent);
    writer.write();
    CHECK(writer.state().samples == 3);
    CHECK(here.samples_in(parent + "/a.db") == 3);
}

TEST_CASE("record writer: what waits is bounded, and keeps covering the whole time") {
    RecordWriterOptions options;
    options.most_waiting_bytes = 20'000;
    Written here(options);
    REQUIRE(here.writer->begin());
    here.take(0);
    {
        auto other = RecordDatabase::open_for_writing(here.path()).value();
        REQUIRE(other.execute("BEGIN IMMEDIATE"));
        for (int i = 1; i <= 200; ++i) here.writer->add(here.run, early_sample(i));
        REQUIRE(other.execute("COMMIT"));
    }
    here.take(201);
    const WrittenState& state = here.writer->state();
    CHECK(state.waiting == 0);
    CHECK(state.lost > 100);
    CHECK(state.samples + state.lost == 202);
    const auto record = here.read(here.path());
    CHECK(record.at(0).samples.size() == state.samples);
    double longest = 0;
    for (std::size_t i = 1; i < record[0].samples.size(); ++i)
        longest = std::max(longest, record[0].samples[i].uptime_s - record[0].samples[i - 1].uptime_s);
    CHECK(longest < 40);
}

TEST_CASE("record writer: at the end what still waits is counted as lost, not as kept") {
    Written here;
    REQUIRE(here.writer->begin());
    here.take(0);
    auto other = RecordDatabase::open_for_writing(here.path()).value();
    REQUIRE(other.execute("BEGIN IMMEDIATE"));
    here.take(10);
    const auto began = std::chrono::steady_clock::now();
    here.writer->finish();
    CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(2));
    CHECK(here.writer->state().samples == 1);
    CHECK(here.writer->state().lost == 1);
    CHECK(here.writer->trouble());
}

TEST_CASE(
    "record writer: a copy without the journal has what is older than the time between two folds, and says "
    "so") {
    RecordWriterOptions options;
    options.fold_every = std::chrono::milliseconds(0);
    Written here(options);
    REQUIRE(here.writer->begin());
    for (int i = 0; i < 5; ++i) here.take(i * 10);
    const std::string copy = here.directory / "copy.db";
    std::filesystem::copy_file(here.path(), copy);
    CHECK(lacks_journal(copy));
    CHECK_FALSE(lacks_journal(here.path()));
    CHECK(here.samples_in(copy) == 5);
    CHECK(lacks_journal(copy));
    here.writer->finish();
    CHECK_FALSE(lacks_journal(here.path()));
}

TEST_CASE("record writer: what can be no record is refused at once") {
    TemporaryDirectory directory;
    write_text(directory / "text", std::string(5000, 'x'));
    for (const std::string& path : {directory / "text", directory / "no/folder.db"}) {
        RecordWriter writer(path, {});
        CHECK_FALSE(writer.begin());
    }
}
